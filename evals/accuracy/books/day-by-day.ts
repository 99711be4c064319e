import { addDays, dayOfWeek } from '../../../policy/dates.ts';
import { Books, type Month, type Part, totalOf } from '../month.ts';
import { mangled, transposed } from '../noise.ts';
import type { Random } from '../random.ts';
import { kindsOf } from './kinds.ts';

/** Of a thousand events. */
const RATES = {
  supplier: 200,
  customer: 200,
  cheque: 130,
  cheque_misread: 20,
  deposit: 60,
  payment_run: 30,
  split: 30,
  wire_fee: 50,
  digits_swapped: 40,
  voided: 60,
  paid_out: 25,
  listed: 35,
  bank_only: 50,
  not_cleared: 70,
} as const;
type Kind = keyof typeof RATES;

const CUSTOMERS = 40;
// What a processor keeps of each sale: a share in ten-thousandths, and a sum.
const [KEPT, KEPT_OF_EACH] = [290n, 30n];

/**
 * Books whose texts hold everything, against a bank of few words: cheques that take their time, deposits and payment runs of some of
 * a day, payouts less the refunds and fees that are booked by themselves, lists that write the beginning of their numbers once.
 */
export function dayByDay(seed: number, events: number): Month {
  const books = new Books(seed, CUSTOMERS, 1, true);
  const company = new Company(books);
  for (const kind of kindsOf(RATES, events)) company.make(kind);
  return books.finish();
}

class Company {
  readonly #books: Books;
  readonly #random: Random;
  #cheque = 20_400;
  #invoice = 71_200;
  #payoutDay = 0;

  constructor(books: Books) {
    [this.#books, this.#random] = [books, books.random];
  }

  make(kind: Kind): void {
    const [books, random] = [this.#books, this.#random];
    const day = books.day();
    const minor = this.#amount();
    const party = random.pick(books.customers);
    const pair = (type: string, booked: Part, told: Part) => books.event(kind, type, [booked], [told]);
    const booked = (sum: bigint, description: string): Part => ({ date: day, minor: sum, description });
    const told = (sum: bigint, days: number, ...texts: string[]): Part => ({
      date: workdayAfter(day, random.whole(0, days)),
      minor: sum,
      description: random.pick(texts),
    });
    const cut = mangled(random, party).toUpperCase().slice(0, random.whole(8, 14));
    switch (kind) {
      case 'supplier':
        return pair(
          'fuzzy_match',
          booked(-minor, `Vendor payment - ${party}`),
          told(-minor, 3, `ACH DEBIT ${cut}`),
        );
      case 'customer':
        return pair(
          'fuzzy_match',
          booked(minor, `Customer payment - ${party}`),
          told(minor, 3, `ACH CREDIT ${cut}`),
        );
      case 'cheque':
      case 'cheque_misread': {
        const number = this.#nextCheque();
        const read = kind === 'cheque' ? number : misread(random, number);
        return pair(
          'exact_match',
          booked(-minor, `Check #${number} - ${party}`),
          told(-minor, 9, `CHECK ${read}`, `CHK ${read}`),
        );
      }
      case 'deposit':
      case 'payment_run': {
        const sign = kind === 'deposit' ? 1n : -1n;
        const text = sign > 0n ? 'Customer payment' : 'Vendor payment';
        const parts = Array.from({ length: random.whole(2, 5) }, () =>
          booked(sign * this.#amount(), `${text} - ${random.pick(books.customers)}`),
        );
        const texts = sign > 0n ? ['DEPOSIT', 'REMOTE DEPOSIT CAPTURE'] : ['ACH BATCH', 'BILL PAY BATCH'];
        return books.event(kind, 'multi_to_one', parts, [told(totalOf(parts), 3, ...texts)]);
      }
      case 'split': {
        const first = (minor * BigInt(random.whole(30, 70))) / 100n;
        const parts = [first, minor - first].map((part) => told(part, 2, `ACH CREDIT ${cut}`));
        return books.event(kind, 'multi_to_one', [booked(minor, `Customer payment - ${party}`)], parts);
      }
      case 'wire_fee': {
        const fee = random.pick([1500n, 2000n, 2500n, 3500n]);
        const whole = minor + 100_000n;
        return pair(
          'fuzzy_match',
          booked(whole, `Customer payment - ${party}`),
          told(whole - fee, 3, `WIRE IN ${cut}`),
        );
      }
      case 'digits_swapped':
        return pair(
          'fuzzy_match',
          booked(-minor, `Vendor payment - ${party}`),
          told(transposed(-minor), 3, `ACH DEBIT ${cut}`),
        );
      case 'voided': {
        const back = {
          date: addDays(day, random.whole(0, 1)),
          minor,
          description: `VOID - Vendor payment - ${party}`,
        };
        return books.event(kind, 'same_side_offset', [booked(-minor, `Vendor payment - ${party}`), back], []);
      }
      case 'paid_out':
        return this.#payout();
      case 'listed': {
        const invoices = Array.from({ length: random.whole(2, 5) }, () => ({
          ...booked(this.#amount(), `Invoice ${party}`),
          reference: this.#nextInvoice(),
        }));
        const [first = '', ...others] = invoices.map(({ reference }) => reference);
        const list = `${first}-${others.map((number) => number.slice(-3)).join('-')}`;
        return books.event(kind, 'multi_to_one', invoices, [told(totalOf(invoices), 4, list)]);
      }
      case 'bank_only':
        return books.event(
          kind,
          'exception',
          [],
          [told(-BigInt(random.pick([1200, 1500, 3500])), 0, 'SERVICE CHARGE')],
        );
      case 'not_cleared':
        return books.event(
          kind,
          'exception',
          [booked(-minor, `Check #${this.#nextCheque()} - ${party}`)],
          [],
        );
    }
  }

  /** All that a processor sold on a day of its own, with a refund and its fees, against what it pays out two days later. */
  #payout(): void {
    const [books, random] = [this.#books, this.#random];
    const date = addDays('2026-03-01', this.#payoutDay);
    this.#payoutDay += 1;
    const line = (minor: bigint, description: string): Part => ({
      ...{ date, minor, description },
      counterparty: random.pick(books.customers),
    });
    const sales = Array.from({ length: random.whole(3, 6) }, () => line(this.#amount() / 4n, 'Online sale'));
    const kept = sales.reduce((sum, { minor }) => sum + (minor * KEPT + 5_000n) / 10_000n + KEPT_OF_EACH, 0n);
    const refund = random.chance(0.4) ? [line(-(sales[0]?.minor ?? 0n) / 2n, 'Refund')] : [];
    const fees: Part = { date, minor: -kept, description: 'Processing fees' };
    const all = [...sales, ...refund, fees];
    const paid = { date: workdayAfter(date, 2), minor: totalOf(all), description: 'PAYWELL TRANSFER' };
    books.event('paid_out', 'multi_to_one', all, [paid]);
  }

  #amount(): bigint {
    const random = this.#random;
    return BigInt(random.chance(0.15) ? random.whole(1, 300) * 2500 : random.whole(2_000, 900_000));
  }

  #nextCheque(): string {
    this.#cheque += 1;
    return String(this.#cheque);
  }

  #nextInvoice(): string {
    this.#invoice += this.#random.whole(1, 9);
    return String(this.#invoice);
  }
}

/** So many working days later. */
function workdayAfter(day: string, days: number): string {
  let date = day;
  for (let left = days; left > 0; left -= 1)
    do date = addDays(date, 1);
    while (dayOfWeek(date) > 5);
  return date;
}

// Not the last digit, by which the next cheque differs.
function misread(random: Random, number: string): string {
  const at = random.whole(1, number.length - 2);
  const digit = (parseInt(number[at] ?? '0', 10) + random.whole(1, 9)) % 10;
  return `${number.slice(0, at)}${digit}${number.slice(at + 1)}`;
}
