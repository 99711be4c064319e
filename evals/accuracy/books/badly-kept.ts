import { addDays } from '../../../policy/dates.ts';
import { Books, type Month, type Part, totalOf } from '../month.ts';
import { mangled, respelled, slipped, transposed } from '../noise.ts';
import type { Random } from '../random.ts';
import { kindsOf } from './kinds.ts';

/** Of a thousand events. */
const RATES = {
  paid: 560,
  paid_in_parts: 70,
  paid_together: 90,
  rounded: 25,
  bank_fee: 25,
  digits_swapped: 20,
  digit_lost: 20,
  sign_turned: 15,
  about_the_amount: 25,
  not_paid: 75,
  not_booked: 75,
} as const;
type Kind = keyof typeof RATES;

// Of a statement's line the reference is lost, or miswritten; and the name lost, or written as a bank writes it.
const [NO_REFERENCE, MISWRITTEN] = [0.35, 0.4];
const NO_NAME = 0.25;
const CUSTOMERS = 50;

/**
 * Books of which each line is badly kept by itself: what one of them lost or got wrong says nothing about the next. Who pays
 * several invoices names the first, or none.
 */
export function badlyKept(seed: number, events: number): Month {
  const books = new Books(seed, CUSTOMERS, 1, true);
  const company = new Company(books);
  for (const kind of kindsOf(RATES, events)) company.make(kind);
  return books.finish();
}

interface Invoice extends Part {
  readonly date: string;
  readonly reference: string;
  readonly counterparty: string;
}

class Company {
  readonly #books: Books;
  readonly #random: Random;
  #number = 24_100;

  constructor(books: Books) {
    [this.#books, this.#random] = [books, books.random];
  }

  make(kind: Kind): void {
    const [books, random] = [this.#books, this.#random];
    const invoice = this.#invoice(random.pick(books.customers), books.day());
    const { minor } = invoice;
    const pair = (paid: bigint) =>
      books.event(
        kind,
        paid === minor ? 'exact_match' : 'fuzzy_match',
        [invoice],
        [this.#told(invoice, paid)],
      );
    switch (kind) {
      case 'paid':
        return pair(minor);
      case 'rounded':
        return pair(minor + BigInt(random.pick([1, -1, 2, -2])));
      case 'bank_fee':
        return pair(minor - BigInt(random.pick([1500, 2500, 3500])));
      case 'digits_swapped':
        return pair(transposed(minor));
      case 'digit_lost':
        return pair(withoutDigit(random, minor));
      case 'sign_turned':
        return pair(-minor);
      case 'about_the_amount':
        return pair(minor + (minor * BigInt(random.pick([-9, -6, -3, 3, 6, 9]))) / 1000n);
      case 'paid_in_parts': {
        const first = (minor * BigInt(random.whole(20, 70))) / 100n;
        const second = random.chance(0.5) ? 0n : ((minor - first) * BigInt(random.whole(20, 70))) / 100n;
        const parts = [first, second, minor - first - second].filter((part) => part !== 0n);
        return books.event(
          kind,
          'multi_to_one',
          [invoice],
          parts.map((part) => this.#told(invoice, part)),
        );
      }
      case 'paid_together': {
        const more = Array.from({ length: random.whole(1, 3) }, () =>
          this.#invoice(invoice.counterparty, addDays(invoice.date, -random.whole(0, 4))),
        );
        const all = [invoice, ...more];
        const named = random.chance(0.5) ? invoice : { ...invoice, reference: '' };
        return books.event(kind, 'multi_to_one', all, [this.#told(named, totalOf(all))]);
      }
      case 'not_paid':
        return books.event(kind, 'exception', [invoice], []);
      case 'not_booked':
        return books.event(kind, 'exception', [], [this.#told(invoice, minor)]);
    }
  }

  #invoice(counterparty: string, date: string): Invoice {
    this.#number += this.#random.whole(1, 9);
    const reference = `INV-2026-${this.#number}`;
    return { date, minor: this.#amount(), reference, counterparty, description: 'Invoice' };
  }

  #amount(): bigint {
    const random = this.#random;
    return BigInt(random.chance(0.25) ? random.whole(1, 400) * 2500 : random.whole(1_500, 950_000));
  }

  /** What the statement says of a payment. */
  #told({ date, reference, counterparty }: Invoice, minor: bigint): Part {
    const random = this.#random;
    const says = reference === '' || random.chance(NO_REFERENCE) ? '' : reference;
    const written = says !== '' && random.chance(MISWRITTEN) ? this.#miswritten(says) : says;
    return {
      date: addDays(date, random.whole(-1, 6)),
      minor,
      reference: written,
      counterparty: random.chance(NO_NAME) ? '' : mangled(random, counterparty),
      description: random.pick(['', 'PAYMENT', 'WIRE TRANSFER', 'ACH', 'ONLINE PMT THANK YOU']),
    };
  }

  #miswritten(reference: string): string {
    const random = this.#random;
    return random.chance(0.5)
      ? respelled(random, reference)
      : `${reference.slice(0, 8)}${slipped(random, reference.slice(8))}`;
  }
}

function withoutDigit(random: Random, minor: bigint): bigint {
  const digits = minor.toString();
  const at = random.whole(1, digits.length - 1);
  return BigInt(digits.slice(0, at) + digits.slice(at + 1));
}
