import { addDays } from '../../../policy/dates.ts';
import { Books, type Month, type Part, totalOf } from '../month.ts';
import { mangled } from '../noise.ts';
import { kindsOf } from './kinds.ts';

/** Of a thousand events that stand by themselves. */
const RATES = {
  invoice: 400,
  tax_withheld: 120,
  factored: 120,
  misdated: 60,
  bank_only: 150,
  not_paid: 150,
} as const;
type Kind = keyof typeof RATES;

const MONTHS = ['2026-03-01', '2026-04-01', '2026-05-01'];
const CUSTOMERS = 24;
// How a customer's month is paid, of ten.
const [BY_STATEMENT, LESS_DISCOUNT] = [6, 8];
/** What app stores pay of their sales, in thousandths, and how many days behind the month. */
const STORES = [
  { store: 'App Store', payer: 'APPLE INC PROCEEDS', share: 700n, days: 35 },
  { store: 'Google Play', payer: 'GOOGLE PLAY GPAY', share: 850n, days: 15 },
  { store: 'Steam', payer: 'VALVE CORP', share: 700n, days: 30 },
];
/** What agents keep of premiums, in thousandths. */
const AGENTS = [125n, 100n];
const [KEPT_BY_TERMINAL, KEPT_BY_FACTOR] = [175n, 250n];

/**
 * A quarter of what is paid by the period: statements of account, fuel cards by the week, app stores by the month, terminals by the
 * day, agents' bordereaux less commission, wages; and taxes withheld of the net amount, a factor's advances, mistyped dates.
 */
export function byPeriod(seed: number, events: number): Month {
  const quarter = new Quarter(new Books(seed, CUSTOMERS, 1, true));
  quarter.makePeriods();
  for (const kind of kindsOf(RATES, events)) quarter.make(kind);
  return quarter.finish();
}

class Quarter {
  readonly #books: Books;
  #number = 51_200;

  constructor(books: Books) {
    this.#books = books;
  }

  finish(): Month {
    return this.#books.finish();
  }

  makePeriods(): void {
    for (const month of MONTHS) {
      for (const customer of this.#books.customers.slice(0, 10)) this.#account(customer, month);
      for (const store of STORES) this.#store(store, month);
      for (let day = 0; day < 20; day += 1) this.#terminals(addDays(month, day));
      for (const [at, agent] of this.#books.customers.slice(-AGENTS.length).entries())
        this.#bordereau(agent, AGENTS[at] ?? 0n, month);
    }
    for (let week = 0; week < 12; week += 1) this.#fuel(addDays('2026-03-02', 7 * week));
    for (let fortnight = 0; fortnight < 6; fortnight += 1) this.#wages(addDays('2026-03-06', 14 * fortnight));
  }

  make(kind: Kind): void {
    const [books, random] = [this.#books, this.#books.random];
    const party = random.pick(books.customers.slice(10, -AGENTS.length));
    const date = addDays(random.pick(MONTHS), random.whole(0, 24));
    const invoice = this.#invoice(date, party, this.#amount());
    const paid = (minor: bigint, days: number, description: string): Part => ({
      ...{ date: addDays(date, days), minor, description },
      counterparty: mangled(random, party).toUpperCase(),
    });
    const number = invoice.reference ?? '';
    switch (kind) {
      case 'invoice':
        return books.event(
          kind,
          'exact_match',
          [invoice],
          [paid(invoice.minor, random.whole(3, 20), number)],
        );
      case 'tax_withheld': {
        const [net, tax] = [invoice.minor, random.pick([180n, 120n])];
        const whole = { ...invoice, minor: net + (net * tax) / 1000n };
        const withheld = (net * random.pick([20n, 100n])) / 1000n;
        const receipt = paid(whole.minor - withheld, random.whole(3, 10), `NEFT ${number}`);
        return books.event(kind, 'fuzzy_match', [whole], [receipt]);
      }
      case 'factored': {
        const advance = (invoice.minor * 85n) / 100n;
        const rebate = invoice.minor - advance - (invoice.minor * KEPT_BY_FACTOR) / 10_000n;
        const from = (minor: bigint, days: number, what: string): Part => ({
          ...{ date: addDays(date, days), minor, description: `${what} ${number}` },
          counterparty: 'CAPITAL FACTORS',
        });
        const parts = [from(advance, 2, 'ADVANCE'), from(rebate, random.whole(20, 35), 'REBATE')];
        return books.event(kind, 'multi_to_one', [invoice], parts);
      }
      case 'misdated': {
        const wrong = { ...paid(invoice.minor, 0, 'TRANSFER'), date: date.replace('2026', '2025') };
        return books.event(kind, 'fuzzy_match', [invoice], [wrong]);
      }
      case 'bank_only':
        return books.event(kind, 'exception', [], [paid(this.#amount(), 1, 'PAYMENT')]);
      case 'not_paid':
        return books.event(kind, 'exception', [invoice], []);
    }
  }

  /** What a customer was billed in a month, paid in the next one: as a statement of account, less a discount, or invoice by invoice. */
  #account(customer: string, month: string): void {
    const [books, random] = [this.#books, this.#books.random];
    const day = () => addDays(month, random.whole(0, 27));
    const invoices = Array.from({ length: random.whole(2, 8) }, () =>
      this.#invoice(day(), customer, this.#amount() / 4n),
    );
    const whole = totalOf(invoices);
    const paid = (minor: bigint, description: string): Part => ({
      ...{ date: addDays(month, 32 + random.whole(5, 22)), minor, description },
      counterparty: customer.toUpperCase(),
    });
    const how = random.whole(1, 10);
    if (how <= BY_STATEMENT)
      books.event('statement', 'multi_to_one', invoices, [paid(whole, 'ACCOUNT PAYMENT')]);
    else if (how <= LESS_DISCOUNT)
      books.event('discounted', 'multi_to_one', invoices, [paid(whole - whole / 50n, 'STATEMENT LESS 2%')]);
    else
      for (const invoice of invoices)
        books.event('single', 'exact_match', [invoice], [paid(invoice.minor, invoice.reference ?? '')]);
  }

  #store({ store, payer, share, days }: (typeof STORES)[number], month: string): void {
    const random = this.#books.random;
    const sales: Part[] = Array.from({ length: random.whole(6, 14) }, (_, at) => ({
      ...{ date: addDays(month, 2 * at), minor: this.#amount() / 20n, description: `${store} sales` },
    }));
    const proceeds = { date: addDays(month, 30 + days), minor: (totalOf(sales) * share + 500n) / 1000n };
    const told = { ...proceeds, description: `${payer} ${random.whole(100_000, 999_999)}` };
    this.#books.event('app_store', 'multi_to_one', sales, [told]);
  }

  /** Two terminals: the bank has all of one's day, and of the other's less what the acquirer keeps. */
  #terminals(date: string): void {
    const random = this.#books.random;
    for (const [terminal, kept] of [
      ['47314054', 0n],
      ['59849567', KEPT_BY_TERMINAL],
    ] as const) {
      const sales: Part[] = Array.from({ length: random.whole(3, 5) }, () => ({
        ...{ date, minor: this.#amount() / 40n, description: `Card sale terminal ${terminal.slice(-4)}` },
      }));
      const whole = totalOf(sales);
      const minor = whole - (whole * kept + 5_000n) / 10_000n;
      const told = { date: addDays(date, 1), minor, description: `MERCHANT ${terminal} SETTLEMENT` };
      this.#books.event('terminal', 'multi_to_one', sales, [told]);
    }
  }

  /** Premiums of policies in a row, which the agent pays less his commission. */
  #bordereau(agent: string, commission: bigint, month: string): void {
    const random = this.#books.random;
    const premiums = Array.from({ length: random.whole(3, 7) }, () =>
      this.#invoice(addDays(month, random.whole(0, 12)), agent, this.#amount() / 8n),
    );
    const whole = totalOf(premiums);
    const minor = whole - (whole * commission) / 1000n;
    const told = { date: addDays(month, 14), minor, description: `BORDEREAU ${month.slice(5, 7)}` };
    this.#books.event('bordereau', 'multi_to_one', premiums, [
      { ...told, counterparty: agent.toUpperCase() },
    ]);
  }

  #fuel(monday: string): void {
    const random = this.#books.random;
    const bought: Part[] = Array.from({ length: random.whole(5, 12) }, () => ({
      ...{ date: addDays(monday, random.whole(0, 6)), minor: -this.#amount() / 60n - 1_000n },
      counterparty: random.pick(['Shell', 'BP', 'Esso']),
      description: `Fuel card ${random.pick(['7446', '2067', '4054', '9567'])}`,
    }));
    const told = { date: addDays(monday, 9), minor: totalOf(bought), counterparty: 'WEX INC' };
    const description = `FLEET DEBIT ${random.whole(1_000_000, 9_999_999)}`;
    this.#books.event('fuel', 'multi_to_one', bought, [{ ...told, description }]);
  }

  /** Each by itself in the books and one run at the bank, or the other way round. */
  #wages(date: string): void {
    const wages: Part[] = this.#books.customers.slice(10, 18).map((name, at) => ({
      ...{
        date,
        minor: -(180_000n + BigInt(at * 23_417 + this.#books.random.whole(0, 9_000))),
        counterparty: name,
        description: 'Net pay',
      },
    }));
    const run = { date, minor: totalOf(wages), description: 'PAYROLL RUN' };
    if (this.#books.random.chance(0.5)) this.#books.event('wages', 'multi_to_one', wages, [run]);
    else this.#books.event('wages', 'multi_to_one', [{ ...run, description: 'Wages' }], wages);
  }

  #invoice(date: string, counterparty: string, minor: bigint): Part {
    this.#number += this.#books.random.whole(1, 4);
    return { date, minor, counterparty, reference: `INV-${this.#number}`, description: 'Invoice' };
  }

  #amount(): bigint {
    return BigInt(this.#books.random.whole(20_000, 900_000));
  }
}
