import { type Book, LAST, PERIOD, bankingDay, open, post, together } from './book.ts';
import type { Side } from './book.ts';
import { misspelt, truncated } from './names.ts';
import type { Random } from './random.ts';

/** What differs from one bank account to the next. */
export interface Profile {
  readonly customers: readonly string[];
  readonly suppliers: readonly string[];
  /** How the bank prints a name. */
  readonly print: (name: string) => string;
  /** The next invoice (a receipt) or payment order, as a reference that is used once. */
  readonly receiptRef: () => string;
  readonly paymentRef: () => string;
  /** Amounts of everyday lines, in minor units. */
  readonly low: number;
  readonly high: number;
}

/** Numbers references upwards: `INV-26-0401`, `INV-26-0402`, … */
export function counter(prefix: string, from: number, digits = 4): () => string {
  let at = from;
  return () => `${prefix}${String(at++).padStart(digits, '0')}`;
}

interface Deal {
  readonly sign: 1n | -1n;
  readonly name: string;
  readonly reference: string;
  readonly minor: bigint;
  readonly memo: string;
}

/** A receipt from a customer or a payment to a supplier, invented. */
export function deal(random: Random, profile: Profile): Deal {
  const receipt = random.int(0, 9) < 6;
  const reference = receipt ? profile.receiptRef() : profile.paymentRef();
  return {
    sign: receipt ? 1n : -1n,
    name: random.pick(receipt ? profile.customers : profile.suppliers),
    reference,
    minor: random.minor(profile.low, profile.high),
    memo: receipt ? `Receipt ${reference}` : `Payment ${reference}`,
  };
}

/** The same reference and amount on both sides, a day or two apart. */
export function clean(book: Book, random: Random, profile: Profile, count: number): void {
  for (let at = 0; at < count; at += 1) {
    const { sign, name, reference, minor, memo } = deal(random, profile);
    const day = random.int(0, LAST);
    const lag = random.pick([0, 0, 0, 1, 1, 2]);
    const ledger = post(book, 'ledger', bankingDay(day), sign * minor, {
      reference,
      counterparty: name,
      memo,
    });
    const words = { reference, counterparty: profile.print(name), memo: sign > 0n ? 'Credit' : 'Debit' };
    const statement = post(book, 'statement', bankingDay(day + lag), sign * minor, words);
    together(book, 'exact_match', [ledger], [statement]);
  }
}

/** The bank lost the reference and mangled the name; amount and date still tell. */
export function blurred(book: Book, random: Random, profile: Profile, memos: readonly string[]): void {
  for (const memo of memos) {
    const { sign, name, reference, minor } = deal(random, profile);
    const day = random.int(1, LAST - 2);
    const amount = sign * minor;
    const ledger = post(book, 'ledger', bankingDay(day), amount, {
      reference,
      counterparty: name,
      memo: reference,
    });
    const printed = random.int(0, 1) === 0 ? truncated(misspelt(random, name), 16) : misspelt(random, name);
    const words = { counterparty: printed, memo };
    const statement = post(book, 'statement', bankingDay(day + random.int(0, 2)), amount, words);
    together(book, 'fuzzy_match', [ledger], [statement], 'reference lost, name cut or misspelt');
  }
}

/** Booked in the last days of the month; the bank shows it in April. */
export function timing(book: Book, random: Random, profile: Profile, count: number): void {
  for (let at = 0; at < count; at += 1) {
    const { sign, name, reference, minor, memo } = deal(random, profile);
    const day = bankingDay(LAST - random.int(0, 1));
    const line = post(book, 'ledger', day, sign * minor, { reference, counterparty: name, memo });
    open(book, 'ledger', line, 'timing_difference', sign > 0n ? 'deposit in transit' : 'outstanding payment');
  }
}

/** Open at the end of February on the ledger's side, cleared by the bank in the first days of March. */
export function carriedInPayments(book: Book, random: Random, profile: Profile, count: number): void {
  for (let at = 0; at < count; at += 1) {
    const name = random.pick(profile.suppliers);
    const reference = profile.paymentRef();
    const minor = -random.minor(profile.low, profile.high);
    const date = `2026-02-${random.pick(['25', '26', '27'])}`;
    const words = { reference, counterparty: name, memo: `Payment ${reference}` };
    const ledger = post(book, 'ledger', date, minor, words);
    const bank = { reference, counterparty: profile.print(name), memo: 'Debit' };
    const statement = post(book, 'statement', bankingDay(random.int(0, 2)), minor, bank);
    together(book, 'exact_match', [ledger], [statement], 'carried in from February');
  }
}

/** One booking, paid in parts that name the same invoice. */
export function inParts(book: Book, random: Random, profile: Profile, parts: readonly bigint[]): void {
  const name = random.pick(profile.customers);
  const reference = profile.receiptRef();
  const day = random.int(2, LAST - 5);
  const whole = parts.reduce((total, part) => total + part, 0n);
  const ledger = post(book, 'ledger', bankingDay(day), whole, {
    reference,
    counterparty: name,
    memo: `Receipt ${reference}`,
    group: reference,
  });
  const paid = parts.map((part, at) =>
    post(book, 'statement', bankingDay(day + at), part, {
      reference,
      counterparty: profile.print(name),
      memo: `Part ${at + 1} of ${parts.length}`,
      group: reference,
    }),
  );
  together(book, 'multi_to_one', [ledger], paid, 'one invoice, several payments');
}

/** Many receipts on one deposit slip, or many payments in one run: N in the ledger, one at the bank. */
export function bundled(
  book: Book,
  random: Random,
  profile: Profile,
  bundle: { group: string; count: number; sign: 1n | -1n; memo: string; note: string },
): void {
  const day = random.int(1, LAST - 2);
  const names = bundle.sign > 0n ? profile.customers : profile.suppliers;
  const reference = bundle.sign > 0n ? profile.receiptRef : profile.paymentRef;
  const lines = Array.from({ length: bundle.count }, () =>
    post(book, 'ledger', bankingDay(day), bundle.sign * random.minor(profile.low, profile.high), {
      reference: reference(),
      counterparty: random.pick(names),
      memo: bundle.memo,
      group: bundle.group,
    }),
  );
  const total = lines.reduce((so, line) => so + line.minor, 0n);
  const words = { reference: bundle.group, memo: bundle.memo, group: bundle.group };
  const statement = post(book, 'statement', bankingDay(day + 1), total, words);
  together(book, 'multi_to_one', lines, [statement], bundle.note);
}

/** A posting and its reversal on one side; the other side never saw either. */
export function reversed(book: Book, random: Random, profile: Profile, side: Side, memo: string): void {
  const { sign, name, reference, minor } = deal(random, profile);
  const day = random.int(1, LAST - 4);
  const words = { reference, counterparty: side === 'ledger' ? name : profile.print(name) };
  const first = post(book, side, bankingDay(day), sign * minor, { ...words, memo });
  const second = post(book, side, bankingDay(day + random.int(1, 3)), -sign * minor, {
    ...words,
    memo: `Reversal: ${memo}`,
  });
  const pair = [first, second];
  if (side === 'ledger') together(book, 'same_side_offset', pair, [], 'posting and its reversal');
  else together(book, 'same_side_offset', [], pair, 'returned by the bank');
}

/** Two digits changed places in the ledger: one event, and a difference that has to be booked. */
export function transposed(
  book: Book,
  profile: Profile,
  at: { day: number; booked: bigint; paid: bigint },
): void {
  const name = profile.customers[at.day % profile.customers.length] ?? '';
  const reference = profile.receiptRef();
  const words = { reference, counterparty: name, memo: `Receipt ${reference}` };
  const ledger = post(book, 'ledger', bankingDay(at.day), at.booked, words);
  const bank = { reference, counterparty: profile.print(name), memo: 'Credit' };
  const statement = post(book, 'statement', bankingDay(at.day + 1), at.paid, bank);
  together(book, 'fuzzy_match', [ledger], [statement], 'digits transposed; the difference has to be booked');
}

/** A customer paid less than was booked, and the rest has not come yet: it is what the match leaves over. */
export function underpaid(
  book: Book,
  profile: Profile,
  at: { day: number; booked: bigint; paid: bigint },
): void {
  const name = profile.customers[at.day % profile.customers.length] ?? '';
  const reference = profile.receiptRef();
  const words = { reference, counterparty: name, memo: `Receipt ${reference}` };
  const ledger = post(book, 'ledger', bankingDay(at.day), at.booked, words);
  const bank = { reference, counterparty: profile.print(name), memo: 'Part payment' };
  const statement = post(book, 'statement', bankingDay(at.day), at.paid, bank);
  together(book, 'fuzzy_match', [ledger], [statement], 'paid in part; the rest is still to come');
}

/** Equal amounts from one payer on one day, each with its own reference: all of them are real. */
export function twins(book: Book, profile: Profile, at: { day: number; minor: bigint; count: number }): void {
  const name = profile.customers[0] ?? '';
  for (let nth = 0; nth < at.count; nth += 1) {
    const reference = profile.receiptRef();
    const words = { reference, counterparty: name, memo: 'Calibration visit' };
    const ledger = post(book, 'ledger', bankingDay(at.day), at.minor, words);
    const bank = { reference, counterparty: profile.print(name), memo: 'Credit' };
    const statement = post(book, 'statement', bankingDay(at.day), at.minor, bank);
    together(book, 'exact_match', [ledger], [statement], 'one of several equal payments on one day');
  }
}

/** Equal in everything, reference included: the lines cannot be told apart, any pairing is right, and none is a duplicate. */
export function indistinguishable(book: Book, profile: Profile, at: { day: number; minor: bigint }): void {
  const name = profile.customers[1] ?? '';
  const reference = profile.receiptRef();
  const one = (side: Side): ReturnType<typeof post> =>
    post(book, side, bankingDay(at.day), at.minor, {
      reference,
      counterparty: side === 'ledger' ? name : profile.print(name),
      memo: side === 'ledger' ? 'Monthly service' : 'Credit',
    });
  const [first, second] = [one('ledger'), one('ledger')];
  for (const ledger of [first, second])
    together(book, 'exact_match', [ledger], [one('statement')], 'equal lines; any pairing is right');
}

/** Two invoices paid by two transfers that are cut differently; only the totals agree. */
export function crossed(
  book: Book,
  profile: Profile,
  at: { day: number; group: string; booked: readonly bigint[]; paid: readonly bigint[] },
): void {
  const name = profile.customers[2] ?? '';
  const ledger = at.booked.map((minor) => {
    const reference = profile.receiptRef();
    const words = { reference, counterparty: name, memo: `Receipt ${reference}`, group: at.group };
    return post(book, 'ledger', bankingDay(at.day), minor, words);
  });
  const statement = at.paid.map((minor, nth) => {
    const words = { reference: at.group, counterparty: profile.print(name), memo: 'Credit', group: at.group };
    return post(book, 'statement', bankingDay(at.day + nth), minor, words);
  });
  together(book, 'many_to_many', ledger, statement, 'one remittance, cut differently on each side');
}

/** Posted a second time without its reference; the first posting has its bank line, this one never will. */
export function postedTwice(book: Book, random: Random, profile: Profile): void {
  const { sign, name, reference, minor, memo } = deal(random, profile);
  const day = random.int(2, LAST - 3);
  const words = { reference, counterparty: name, memo };
  const ledger = post(book, 'ledger', bankingDay(day), sign * minor, words);
  const bank = { reference, counterparty: profile.print(name), memo: 'Bank' };
  const statement = post(book, 'statement', bankingDay(day), sign * minor, bank);
  together(book, 'exact_match', [ledger], [statement]);
  const again = { counterparty: name, memo: `${memo} (manual)` };
  const second = post(book, 'ledger', bankingDay(day + 1), sign * minor, again);
  open(book, 'ledger', second, 'duplicate_posting', `second posting of ${reference}`);
}

/** A line that only the bank has. */
export function bankOnly(
  book: Book,
  date: string,
  minor: bigint,
  reason: string,
  words: { reference?: string; counterparty?: string; memo: string },
  note = '',
): void {
  open(book, 'statement', post(book, 'statement', `${PERIOD}-${date}`, minor, words), reason, note);
}
