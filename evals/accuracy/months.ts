import { addDays, dayOfWeek } from '../../policy/dates.ts';
import { show } from '../../matching/amounts.ts';
import { companyName, mangled, respelled } from './noise.ts';
import { Random } from './random.ts';

/** A line of a generated file: the input columns of `closegate match`. */
export interface MonthLine {
  readonly id: string;
  readonly account: string;
  readonly date: string;
  readonly amount: string;
  readonly currency: string;
  readonly reference: string;
  readonly counterparty: string;
  readonly description: string;
  readonly group: string;
}

/** What belongs together. An exception has one line. */
export interface Truth {
  readonly type: string;
  readonly ledger: readonly string[];
  readonly statement: readonly string[];
  /** The kind of event that made it, for seeing which kinds fail. */
  readonly kind: string;
}

export interface Month {
  readonly ledger: readonly MonthLine[];
  readonly statement: readonly MonthLine[];
  readonly truth: readonly Truth[];
}

/** Events a thousand lines of a side, by kind. These are the rates of the noise; they were not fitted to the matcher. */
export const RATES = {
  reference: 420,
  identifier_in_text: 90,
  name_only: 130,
  nothing_but_amount: 12,
  same_amount_many_customers: 50,
  identical_twins: 8,
  group_with_fee: 9,
  paid_together: 22,
  paid_in_parts: 10,
  many_to_many: 6,
  deposit_of_a_day: 5,
  transposed: 6,
  wire_fee: 9,
  rounding: 4,
  partial: 5,
  turned_sign: 2,
  reversed: 7,
  posted_twice: 4,
  only_ledger: 35,
  only_statement: 35,
  look_alike: 14,
} as const;
export type Kind = keyof typeof RATES;

/** The same kinds where little is in order: half the references are lost, and what is left is written badly. */
export const HEAVY_RATES: Readonly<Record<Kind, number>> = {
  ...RATES,
  reference: 220,
  identifier_in_text: 90,
  name_only: 270,
  nothing_but_amount: 25,
  same_amount_many_customers: 70,
  identical_twins: 12,
  paid_together: 30,
  paid_in_parts: 15,
  transposed: 10,
  wire_fee: 15,
  partial: 8,
  turned_sign: 4,
  posted_twice: 8,
  only_ledger: 50,
  only_statement: 50,
  look_alike: 22,
};

// A company with tens of thousands of lines a month has them in several accounts.
const LINES_AN_ACCOUNT = 2_500;

/**
 * A month of about so many lines a side with known truth and noise of every kind that {@link RATES} names, in one account
 * for every 2,500 lines.
 */
export function month(seed: number, lines: number, noise: 'usual' | 'heavy' = 'usual'): Month {
  const customers = Math.max(20, Math.round(lines / 12));
  const maker = new Maker(seed, customers, Math.ceil(lines / LINES_AN_ACCOUNT), noise === 'heavy');
  for (const [kind, rate] of Object.entries(noise === 'heavy' ? HEAVY_RATES : RATES) as [Kind, number][])
    for (let left = maker.count((rate * lines) / 1000); left > 0; left -= 1) maker.make(kind);
  return maker.finish();
}

type Part = Partial<Omit<MonthLine, 'id' | 'account' | 'amount' | 'currency'>> & { readonly minor: bigint };

class Maker {
  readonly #random: Random;
  readonly #customers: readonly string[];
  readonly #ledger: MonthLine[] = [];
  readonly #statement: MonthLine[] = [];
  readonly #truth: Truth[] = [];
  readonly #accounts: number;
  readonly #heavy: boolean;
  #number = 0;
  readonly #usual = [2500n, 4900n, 9900n, 12000n, 25000n, 50000n, 100000n];

  constructor(seed: number, customers: number, accounts: number, heavy: boolean) {
    this.#heavy = heavy;
    this.#accounts = accounts;
    this.#random = new Random(seed);
    this.#customers = Array.from({ length: customers }, () => companyName(this.#random));
  }

  count(expected: number): number {
    return Math.floor(expected) + (this.#random.chance(expected % 1) ? 1 : 0);
  }

  make(kind: Kind): void {
    const random = this.#random;
    const customer = random.pick(this.#customers);
    const minor = this.#amount();
    const day = this.#day();
    const later = this.#later(day);
    const invoice = this.#reference();
    const bank = random.chance(0.5)
      ? `${random.whole(10_000_000, 99_999_999)}${random.whole(1000, 9999)}`
      : '';
    const posted = {
      date: day,
      counterparty: customer,
      reference: invoice,
      description: random.pick(['Receipt', 'Payment', '', invoice]),
    };
    const banked = {
      date: later,
      counterparty: this.#heavy ? mangled(random, mangled(random, customer)) : mangled(random, customer),
      description: random.pick(['ACH CREDIT', 'Credit', 'SEPA', '', 'Transfer']),
    };
    const pair = (type: string, ledger: Part, statement: Part) =>
      this.#event(kind, type, [ledger], [statement]);
    switch (kind) {
      case 'reference':
        return pair(
          'exact_match',
          { ...posted, minor },
          { ...banked, minor, reference: respelled(random, invoice) },
        );
      case 'identifier_in_text':
        return pair(
          'exact_match',
          { ...posted, minor },
          { ...banked, minor, reference: bank, description: this.#naming(invoice) },
        );
      case 'name_only':
        return pair(
          'fuzzy_match',
          { ...posted, minor },
          { ...banked, minor, reference: bank, ...this.#nameSomewhere(customer) },
        );
      case 'nothing_but_amount':
        return pair(
          'fuzzy_match',
          { ...posted, minor },
          { date: later, minor, reference: bank, description: 'ACH CREDIT' },
        );
      case 'same_amount_many_customers': {
        const usual = random.pick(this.#usual);
        return pair('fuzzy_match', { ...posted, minor: usual }, { ...banked, minor: usual, reference: bank });
      }
      case 'identical_twins': {
        for (const _ of [1, 2])
          pair('exact_match', { ...posted, minor }, { ...banked, minor, reference: invoice });
        return;
      }
      case 'group_with_fee': {
        const group = `PO-${random.whole(10_000, 99_999)}`;
        const parts = this.#parts(random.whole(3, 8)).map((part) => ({
          ...part,
          date: day,
          group,
          counterparty: random.pick(this.#customers),
          reference: this.#reference(),
        }));
        const total = parts.reduce((sum, part) => sum + part.minor, 0n);
        const fee = (total * 29n) / 1000n + 30n;
        return this.#event(kind, 'multi_to_one', parts, [
          { date: later, minor: total - fee, group, counterparty: 'PAYWELL', description: `PAYOUT ${group}` },
        ]);
      }
      case 'paid_together': {
        const parts = this.#parts(random.whole(2, 5)).map((part) => ({
          ...part,
          ...posted,
          date: this.#earlier(day),
          reference: this.#reference(),
        }));
        const total = parts.reduce((sum, part) => sum + part.minor, 0n);
        const said = random.chance(0.4) ? parts.map((part) => part.reference).join(' ') : 'Payment';
        return this.#event(kind, 'multi_to_one', parts, [
          { ...banked, minor: total, reference: bank, description: said },
        ]);
      }
      case 'paid_in_parts': {
        const parts = this.#parts(random.whole(2, 4)).map((part, at) => ({
          ...part,
          ...banked,
          date: this.#later(day),
          reference: random.chance(0.5) ? invoice : '',
          description: `Part ${at + 1}`,
        }));
        return this.#event(
          kind,
          'multi_to_one',
          [{ ...posted, minor: parts.reduce((sum, part) => sum + part.minor, 0n) }],
          parts,
        );
      }
      case 'many_to_many': {
        const parts = this.#parts(random.whole(2, 3));
        const total = parts.reduce((sum, part) => sum + part.minor, 0n);
        const first = (total * BigInt(random.whole(20, 80))) / 100n;
        const named = random.chance(0.5) ? invoice : '';
        return this.#event(
          kind,
          'many_to_many',
          parts.map((part) => ({
            ...part,
            ...posted,
            date: this.#earlier(day),
            reference: named || this.#reference(),
            description: '',
          })),
          [first, total - first].map((one) => ({
            ...banked,
            minor: one,
            reference: named,
            counterparty: mangled(random, customer),
          })),
        );
      }
      case 'deposit_of_a_day': {
        const parts = this.#parts(random.whole(3, 6)).map((part) => ({
          ...part,
          date: day,
          counterparty: random.pick(this.#customers),
          reference: `CS${random.whole(10_000, 99_999)}`,
          description: 'Counter sale',
        }));
        return this.#event(kind, 'multi_to_one', parts, [
          {
            date: later,
            minor: parts.reduce((sum, part) => sum + part.minor, 0n),
            description: 'CASH DEPOSIT',
          },
        ]);
      }
      case 'transposed':
        return this.#mismatch(kind, posted, banked, minor, transposed(minor), invoice);
      case 'wire_fee':
        return this.#mismatch(
          kind,
          posted,
          banked,
          minor,
          minor - random.pick([1500n, 2500n, 1000n]),
          invoice,
        );
      case 'rounding':
        return this.#mismatch(
          kind,
          posted,
          banked,
          minor,
          minor + BigInt(random.pick([-2, -1, 1, 2])),
          invoice,
        );
      case 'partial':
        return pair(
          'fuzzy_match',
          { ...posted, minor },
          { ...banked, minor: (minor * BigInt(random.whole(30, 80))) / 100n, reference: invoice },
        );
      case 'turned_sign':
        return this.#mismatch(kind, posted, banked, minor, -minor, invoice);
      case 'reversed': {
        const two = random.chance(0.7) ? invoice : this.#reference();
        const said = random.pick(['Reversal', 'Storno', 'VOID', 'Correction of posting']);
        const both = [
          { ...posted, minor },
          { ...posted, date: this.#later(day), minor: -minor, reference: two, description: said },
        ];
        return random.chance(0.8)
          ? this.#event(kind, 'same_side_offset', both, [])
          : this.#event(kind, 'same_side_offset', [], both);
      }
      case 'posted_twice': {
        pair('exact_match', { ...posted, minor }, { ...banked, minor, reference: invoice });
        return this.#event(
          kind,
          'exception',
          [{ ...posted, date: addDays(day, random.whole(6, 10)), minor }],
          [],
        );
      }
      case 'only_ledger':
        return this.#event(kind, 'exception', [{ ...posted, minor }], []);
      case 'only_statement':
        return this.#event(
          kind,
          'exception',
          [],
          [
            {
              ...banked,
              minor,
              reference: bank,
              description: random.pick(['Account fee', 'Interest', 'Transfer', 'ACH CREDIT']),
            },
          ],
        );
      case 'look_alike': {
        // Two different events that look alike: one amount, other parties, or one party and the next invoice number.
        const other = random.pick(this.#customers);
        const next = random.chance(0.5);
        this.#event(kind, 'exception', [{ ...posted, minor }], []);
        return this.#event(
          kind,
          'exception',
          [],
          [
            next
              ? {
                  ...banked,
                  date: addDays(later, 9),
                  minor: minor + BigInt(random.whole(100, 9000)),
                  reference: this.#reference(),
                }
              : { ...banked, counterparty: mangled(random, other), minor, reference: this.#reference() },
          ],
        );
      }
    }
  }

  finish(): Month {
    return {
      ledger: this.#random.shuffle(this.#ledger),
      statement: this.#random.shuffle(this.#statement),
      truth: this.#truth,
    };
  }

  #mismatch(
    kind: Kind,
    posted: Omit<Part, 'minor'>,
    banked: Omit<Part, 'minor'>,
    minor: bigint,
    other: bigint,
    invoice: string,
  ): void {
    const reference = this.#random.chance(0.6) ? invoice : '';
    this.#event(kind, 'fuzzy_match', [{ ...posted, minor }], [{ ...banked, minor: other, reference }]);
  }

  #event(kind: string, type: string, ledger: readonly Part[], statement: readonly Part[]): void {
    const account = String(1000 + 10 * this.#random.whole(1, this.#accounts));
    const write = (to: MonthLine[], prefix: string) => (part: Part) => {
      this.#number += 1;
      const { minor, ...rest } = part;
      const empty = { date: '', reference: '', counterparty: '', description: '', group: '' };
      const line = {
        ...empty,
        ...rest,
        id: `${prefix}${String(this.#number).padStart(7, '0')}`,
        account,
        amount: show(minor, 'USD'),
        currency: 'USD',
      };
      to.push(line);
      return line.id;
    };
    this.#truth.push({
      kind,
      type,
      ledger: ledger.map(write(this.#ledger, 'L')),
      statement: statement.map(write(this.#statement, 'S')),
    });
  }

  #amount(): bigint {
    const random = this.#random;
    const size = random.next();
    const minor =
      size < 0.5
        ? random.whole(2_000, 90_000)
        : size < 0.9
          ? random.whole(90_000, 900_000)
          : random.whole(900_000, 9_000_000);
    return random.chance(0.12) ? BigInt(Math.ceil(minor / 5000) * 5000) : BigInt(minor);
  }

  #parts(count: number): { minor: bigint }[] {
    return Array.from({ length: count }, () => ({ minor: this.#amount() }));
  }

  #day(): string {
    return workday(addDays('2026-03-01', this.#random.whole(0, 27)));
  }

  #later(day: string): string {
    const lag = this.#random.pick(
      this.#heavy ? [0, 1, 1, 2, 2, 3, 4, 5, 7, 9] : [0, 0, 1, 1, 1, 2, 2, 3, 4, 6],
    );
    return workday(addDays(day, lag));
  }

  #earlier(day: string): string {
    return workday(addDays(day, -this.#random.whole(0, 5)));
  }

  #reference(): string {
    const random = this.#random;
    return random.pick([
      () => `INV-26-${random.whole(10_000, 99_999)}`,
      () => `INV-26-${random.whole(10_000, 99_999)}`,
      () => `PAY-${random.whole(100_000, 999_999)}`,
      () => `CF${random.whole(100_000, 999_999)}`,
      () => `${random.whole(100_000, 999_999)}`,
    ])();
  }

  #naming(reference: string): string {
    return this.#random.pick([
      `Invoice ${reference}`,
      `/INV/${reference} 03.2026`,
      `RE ${reference.replaceAll('-', '')}`,
      `PMT FOR ${reference.toLowerCase()}`,
      `${reference} thank you`,
    ]);
  }

  #nameSomewhere(customer: string): { counterparty: string; description: string } {
    const name = mangled(this.#random, customer);
    return this.#random.chance(0.75)
      ? { counterparty: name, description: 'Credit' }
      : { counterparty: '', description: `ACH CREDIT ${name}` };
  }
}

function workday(date: string): string {
  const day = dayOfWeek(date);
  return day > 5 ? addDays(date, 8 - day) : date;
}

function transposed(minor: bigint): bigint {
  const digits = [...minor.toString()];
  for (let at = digits.length - 2; at >= 0; at -= 1) {
    const [one, two] = [digits[at], digits[at + 1]];
    if (one === undefined || two === undefined || one === two || (at === 0 && two === '0')) continue;
    [digits[at], digits[at + 1]] = [two, one];
    return BigInt(digits.join(''));
  }
  return minor + 9n;
}
