import { addDays } from '../../../policy/dates.ts';
import { Books, type Month, type Part, totalOf } from '../month.ts';
import type { Random } from '../random.ts';
import { kindsOf } from './kinds.ts';

/** Of a thousand payments. The kinds and the noise are those of a published generator of cash application problems. */
const RATES = {
  one_invoice: 250,
  several_invoices: 150,
  in_part: 120,
  discount: 80,
  deduction: 70,
  no_remittance: 100,
  wrong_reference: 50,
  paid_twice: 30,
  too_much: 30,
  less_credit_note: 40,
  nobody_knows_why: 40,
  not_paid: 40,
} as const;
type Kind = keyof typeof RATES;

// Of remittances: a number that is garbled, a payer under another name, of several invoices the last paid in part.
const [GARBLED, RENAMED, LAST_IN_PART, AMOUNT_AGAIN] = [0.2, 0.4, 0.4, 0.15];
const PARTIES: readonly (readonly [name: string, ...written: string[]])[] = [
  ['Corvus Analytics Inc', 'Corvus Analytic', 'CORVUS ANALYTICS', 'CAI'],
  ['Blue Harbor Supply Co', 'Blue Harbor Supply', 'Blu Harbor Supply', 'BHS Co'],
  ['Lakeland Health Partners', 'LAKELAND HLTH PARTNERS', 'LHP LLC'],
  ['Orion Manufacturing Corp', 'ORION MFG CORP', 'Orion Mfg'],
  ['Cypress Financial Services', 'CYPRESS FINANCIAL SVCS', 'CFS Inc'],
  ['Western Gate Logistics', 'W Gate Logistics', 'WGL'],
  ['Equinox Media Group', 'Equinox Media Grp', 'EMG'],
  ['Granite Peak Construction Ltd', 'GRANITE PEAK CONSTR LTD', 'GPC'],
  ['Spruce Environmental Inc', 'SPRUCE ENVIRON INC', 'SEI'],
  ['Lumen Software Systems', 'Lumen SW', 'LSS Inc'],
  ['Stonebridge Industrial', 'Stone Bridge Ind', 'STONEBRIDGE'],
  ['Kestrel Security Solutions', 'Kestrel Sec', 'KSS'],
  ['Bayview Hospitality Inc', 'BAYVIEW HOSP INC', 'BHI'],
  ['Paragon Legal Associates', 'PARAGON LEGAL ASSOC', 'PLA'],
  ['Amber Telecom Inc', 'Amber Tel', 'ATI'],
  ['Red Oak Consulting', 'Red Oak', 'ROC'],
];

interface Invoice {
  readonly minor: bigint;
  readonly date: string;
  readonly party: readonly string[];
  readonly about: string;
}

/** Open invoices against payments that come weeks later, with what the payers wrote about them. */
export function cashApplication(seed: number, payments: number): Month {
  const books = new Books(seed, 1, 1, true);
  const desk = new Desk(books);
  for (const kind of kindsOf(RATES, payments)) desk.pay(kind);
  return books.finish();
}

class Desk {
  readonly #books: Books;
  readonly #random: Random;
  readonly #parties: (readonly string[])[] = [];
  readonly #amounts: bigint[] = [];
  #numbers = 0;
  #cheque = 1000;

  constructor(books: Books) {
    [this.#books, this.#random] = [books, books.random];
  }

  pay(kind: Kind): void {
    const random = this.#random;
    const party = this.#party();
    const invoice = this.#invoice(party);
    const number = this.#number();
    const { minor } = invoice;
    const share = (least: number, most: number) => (minor * BigInt(random.whole(least, most))) / 1000n;
    const of = (type: string, paid: bigint, memo: string, days = random.whole(3, 60)) =>
      this.#books.event(
        kind,
        type,
        [this.#booked(invoice, number)],
        [this.#paid(party, addDays(invoice.date, days), paid, memo)],
      );
    switch (kind) {
      case 'one_invoice':
        return of('exact_match', minor, this.#perhapsGarbled(number));
      case 'wrong_reference':
        return of('exact_match', minor, this.#garbled(number));
      case 'no_remittance':
        return of('fuzzy_match', minor, '');
      case 'in_part':
        return of(
          'fuzzy_match',
          share(250, 800),
          `${this.#perhapsGarbled(number)} ${random.pick([`Part payment of ${number}`, 'First part', 'Rate 2 of 4'])}`,
        );
      case 'discount': {
        const off = share(random.pick([10, 15, 20, 25, 30]), 0);
        return of(
          'fuzzy_match',
          minor - off,
          `${this.#perhapsGarbled(number)} discount ${show(off)}`,
          random.whole(3, 15),
        );
      }
      case 'deduction': {
        const off = share(30, 150);
        const why = random.pick(['goods damaged', 'price disputed', 'items missing']);
        return of('fuzzy_match', minor - off, `${this.#perhapsGarbled(number)} less ${show(off)}, ${why}`);
      }
      case 'too_much':
        return of('fuzzy_match', minor + share(20, 150), `${number} on account`);
      case 'several_invoices':
        return this.#several(party, invoice, number);
      case 'less_credit_note':
        return this.#lessCredit(party, invoice, number);
      case 'paid_twice': {
        of('exact_match', minor, number, 20);
        const again = this.#paid(party, addDays(invoice.date, 20 + random.whole(1, 10)), minor, number);
        return this.#books.event(kind, 'exception', [], [again]);
      }
      case 'nobody_knows_why': {
        const day = addDays(invoice.date, random.whole(5, 30));
        const memo = random.chance(0.5) ? `INV-${random.whole(90_000, 99_999)} in advance` : '';
        return this.#books.event(kind, 'exception', [], [this.#paid(party, day, minor, memo)]);
      }
      case 'not_paid':
        return this.#books.event(kind, 'exception', [this.#booked(invoice, number)], []);
    }
  }

  #several(party: readonly string[], first: Invoice, number: string): void {
    const random = this.#random;
    const more = Array.from({ length: random.whole(1, 3) }, () =>
      this.#invoice(party, addDays(first.date, random.whole(-15, 15))),
    );
    const numbers = [number, ...more.map(() => this.#number())];
    const all = [first, ...more];
    const last = more.at(-1)?.minor ?? 0n;
    const unpaid = random.chance(LAST_IN_PART) ? (last * BigInt(random.whole(20, 70))) / 100n : 0n;
    const paid = totalOf(all) - unpaid;
    const latest =
      all
        .map(({ date }) => date)
        .sort()
        .at(-1) ?? first.date;
    const memo = numbers.map((one) => this.#perhapsGarbled(one)).join('; ');
    this.#books.event(
      'several_invoices',
      'multi_to_one',
      all.map((one, at) => this.#booked(one, numbers[at] ?? '')),
      [this.#paid(party, addDays(latest, random.whole(3, 60)), paid, memo)],
    );
  }

  #lessCredit(party: readonly string[], invoice: Invoice, number: string): void {
    const credit = this.#number();
    const off = (invoice.minor * BigInt(this.#random.whole(10, 40))) / 100n;
    const note = { ...this.#booked(invoice, credit), minor: -off, description: `Credit note for ${number}` };
    const memo = `${this.#perhapsGarbled(number)} less credit note ${credit}`;
    const day = addDays(invoice.date, this.#random.whole(15, 60));
    this.#books.event(
      'less_credit_note',
      'multi_to_one',
      [this.#booked(invoice, number), { ...note, date: addDays(invoice.date, 10) }],
      [this.#paid(party, day, invoice.minor - off, memo)],
    );
  }

  #booked({ minor, date, party, about }: Invoice, reference: string): Part {
    return { minor, date, reference, counterparty: party[0] ?? '', description: about };
  }

  #paid(party: readonly string[], date: string, minor: bigint, description: string): Part {
    const random = this.#random;
    const reference = random.pick([
      () => `CK# ${(this.#cheque += random.whole(1, 7))}`,
      () => `Wire Ref: ${random.whole(10_000_000, 99_999_999).toString(36).toUpperCase()}`,
      () => `ACH ${this.#written(party)}`,
      () => `EFT-${random.whole(10_000_000, 99_999_999)}`,
    ])();
    return { minor, date, reference, counterparty: this.#written(party), description };
  }

  #written(party: readonly string[]): string {
    return this.#random.chance(RENAMED) ? this.#random.pick(party) : (party[0] ?? '');
  }

  // A payer comes again, and past the list its divisions do.
  #party(): readonly string[] {
    const random = this.#random;
    if (this.#parties.length > 0 && random.chance(0.4)) return random.pick(this.#parties);
    const count = this.#parties.length;
    const names = PARTIES[count % PARTIES.length] ?? [];
    const party = count < PARTIES.length ? names : names.map((name) => `${name} Division ${count}`);
    this.#parties.push(party);
    return party;
  }

  #invoice(party: readonly string[], date = addDays('2026-03-15', -this.#random.whole(0, 90))): Invoice {
    const random = this.#random;
    const size = random.pick([1, 10, 10, 100]);
    const fresh = BigInt(random.whole(100, 2_000) * size) * 100n;
    const minor =
      this.#amounts.length > 0 && random.chance(AMOUNT_AGAIN) ? random.pick(this.#amounts) : fresh;
    this.#amounts.push(minor);
    const about = random.pick([
      'Consulting Services',
      'Equipment Lease - March 2026',
      `Product Order #${random.whole(10_000, 99_999)}`,
    ]);
    return { minor, date, party, about };
  }

  #number(): string {
    this.#numbers += 1;
    return `INV-${String(this.#numbers).padStart(5, '0')}`;
  }

  #perhapsGarbled(number: string): string {
    return this.#random.chance(GARBLED) ? this.#garbled(number) : number;
  }

  /** Two digits swapped, one mistaken, zeros left out, or the payer's own order instead. */
  #garbled(number: string): string {
    const random = this.#random;
    const digits = number.slice('INV-'.length);
    const at = random.whole(0, digits.length - 2);
    return random.pick([
      () => `INV-${digits.slice(0, at)}${digits[at + 1] ?? ''}${digits[at] ?? ''}${digits.slice(at + 2)}`,
      () => `INV-${digits.slice(0, at)}${random.whole(0, 9)}${digits.slice(at + 1)}`,
      () => `Invoice #${digits.replace(/^0+/, '')}`,
      () => `INV-${digits.replace(/^0+/, '')}`,
      () => `PO-${random.whole(10_000, 99_999)}`,
    ])();
  }
}

function show(minor: bigint): string {
  return `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`;
}
