import { addDays } from '../../../policy/dates.ts';
import { Books, type Month, type Part } from '../month.ts';
import type { Random } from '../random.ts';
import { kindsOf } from './kinds.ts';

/** Of a thousand payouts of a payment processor. */
const RATES = {
  single: 600,
  batch: 200,
  days_late: 100,
  held_back: 50,
  not_paid_out: 30,
  not_booked: 20,
} as const;
type Kind = keyof typeof RATES;

// A number miswritten, an amount a few cents off, a text cut off.
const [MISWRITTEN, DRIFTED, CUT] = [0.15, 0.1, 0.08];
const USUAL = [100_000, 250_000, 500_000, 750_000, 1_000_000, 1_500_000, 2_500_000, 5_000_000];

/** A processor's payouts against the sales that they pay, each booked as it will be paid: less the processor's fee. */
export function processor(seed: number, payouts: number): Month {
  const books = new Books(seed, 1, 1, true);
  const till = new Till(books);
  for (const kind of kindsOf(RATES, payouts)) till.payOut(kind);
  return books.finish();
}

interface Sale {
  readonly line: Part;
  readonly transfer: string;
  readonly net: bigint;
}

class Till {
  readonly #books: Books;
  readonly #random: Random;
  #transfers = 9_876_543_210;
  #batches = 8_900;

  constructor(books: Books) {
    [this.#books, this.#random] = [books, books.random];
  }

  payOut(kind: Kind): void {
    const random = this.#random;
    const day = addDays('2026-03-02', random.whole(0, 26));
    const sale = this.#sale(day);
    const one = (minor: bigint, days: number) =>
      this.#books.event(
        kind,
        minor === sale.line.minor ? 'exact_match' : 'fuzzy_match',
        [sale.line],
        [
          {
            date: addDays(day, days),
            minor,
            ...this.#told(sale.transfer, `batch_${sale.transfer.slice(-3)}`),
          },
        ],
      );
    switch (kind) {
      case 'single':
        return one(this.#drifted(sale.net), random.whole(0, 2));
      case 'days_late':
        return one(sale.net, random.whole(3, 5));
      case 'held_back':
        return one(sale.net - (sale.net * 3n) / 100n, 1);
      case 'batch':
        return this.#batch(day);
      case 'not_paid_out':
        return this.#books.event(kind, 'exception', [sale.line], []);
      case 'not_booked':
        return this.#books.event(
          kind,
          'exception',
          [],
          [{ date: day, minor: sale.net, ...this.#told(sale.transfer, 'batch') }],
        );
    }
  }

  /** Several sales of a day, booked with the batch's number or each with its own. */
  #batch(day: string): void {
    const random = this.#random;
    this.#batches += 1;
    const batch = `batch_${this.#batches}`;
    const sales = Array.from({ length: random.whole(3, 8) }, () => this.#sale(day));
    const isNamed = random.chance(0.6);
    this.#books.event(
      'batch',
      'multi_to_one',
      sales.map(({ line }) => (isNamed ? { ...line, reference: batch } : line)),
      [
        {
          date: addDays(day, random.whole(0, 2)),
          minor: this.#drifted(sales.reduce((sum, { net }) => sum + net, 0n)),
          ...this.#told(`BATCH${this.#batches}`, batch),
        },
      ],
    );
  }

  #sale(date: string): Sale {
    const random = this.#random;
    this.#transfers += 1;
    const transfer = String(this.#transfers);
    const gross = BigInt(random.chance(0.7) ? random.pick(USUAL) : random.whole(50_000, 3_000_000));
    // Two percent, and a tax of 18 percent on them.
    const fee = (gross * 2n) / 100n;
    const net = gross - fee - (fee * 18n) / 100n;
    const line = {
      ...{ date, minor: net, counterparty: 'Paywell' },
      reference: this.#miswritten(random.pick([transfer, `UTR-${transfer}`])),
      description: `Order order_${random.whole(10_000_000, 90_000_000)} pay_${transfer}`,
    };
    return { line, transfer, net };
  }

  #told(transfer: string, batch: string): { reference: string; description: string } {
    const random = this.#random;
    const text = random.pick([
      `NEFT-${transfer}-PAYWELL PAYOUT-${batch}`,
      `BY TRANSFER NEFT*UTBN0000240*${transfer}*PAYWELL PVT`,
      `CMS/${transfer}/PAYWELL/${batch}`,
      `RTGS CR ${transfer} PAYWELL SOFTWARE ${batch}`,
      `PAYWELL PAYOUT ${batch} UTR NO ${transfer}`,
    ]);
    const description = random.chance(CUT) ? text.slice(0, text.length - random.whole(1, 6)) : text;
    return { reference: random.chance(0.4) ? transfer : '', description };
  }

  #drifted(minor: bigint): bigint {
    return this.#random.chance(DRIFTED) ? minor + BigInt(this.#random.pick([-5, -3, -1, 1, 2, 4])) : minor;
  }

  #miswritten(number: string): string {
    const random = this.#random;
    if (!random.chance(MISWRITTEN)) return number;
    const at = random.whole(4, number.length - 2);
    return random.pick([
      number.toLowerCase(),
      number.replace('-', ' '),
      `${number.slice(0, at)}${number[at + 1] ?? ''}${number[at] ?? ''}${number.slice(at + 2)}`,
      `${number.slice(0, at)}${random.whole(0, 9)}${number.slice(at + 1)}`,
    ]);
  }
}
