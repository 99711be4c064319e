/** The period that the example covers. */
export const PERIOD = '2026-03';

export type Side = 'ledger' | 'statement';
export type MatchType =
  'exact_match' | 'fuzzy_match' | 'multi_to_one' | 'many_to_many' | 'same_side_offset' | 'exception';

/** A line before it is written to a file. Amounts are minor units of the side's currency. */
export interface Draft {
  /** Given when the files are laid out, in an order that says nothing about what belongs together. */
  id: string;
  readonly date: string;
  readonly minor: bigint;
  readonly reference: string;
  readonly counterparty: string;
  readonly memo: string;
  readonly group: string;
  readonly fee: bigint | null;
}

/** A row of the answer key. */
export interface Truth {
  readonly type: MatchType;
  readonly ledger: readonly Draft[];
  readonly statement: readonly Draft[];
  readonly reason: string;
  readonly note: string;
}

/** One account's two sides and its answer key. */
export interface Book {
  readonly entity: string;
  readonly account: string;
  readonly currency: Record<Side, string>;
  /** Of the statement side, in minor units; the ledger's opening follows from the items carried in. */
  readonly opening: bigint;
  readonly lines: Record<Side, Draft[]>;
  readonly carriedIn: Record<Side, Draft[]>;
  readonly truths: Truth[];
}

export function newBook(
  entity: string,
  account: string,
  currency: Record<Side, string>,
  opening: bigint,
): Book {
  return {
    entity,
    account,
    currency,
    opening,
    lines: { ledger: [], statement: [] },
    carriedIn: { ledger: [], statement: [] },
    truths: [],
  };
}

/** What a scenario says about a line; the rest is empty. */
export type Words = Partial<Pick<Draft, 'reference' | 'counterparty' | 'memo' | 'group' | 'fee'>>;

/** Puts a line on one side; a date before the period makes it an item carried in. */
export function post(book: Book, side: Side, date: string, minor: bigint, words: Words = {}): Draft {
  const draft: Draft = {
    id: '',
    date,
    minor,
    reference: words.reference ?? '',
    counterparty: words.counterparty ?? '',
    memo: words.memo ?? '',
    group: words.group ?? '',
    fee: words.fee ?? null,
  };
  (date.startsWith(PERIOD) ? book.lines : book.carriedIn)[side].push(draft);
  return draft;
}

/** Records that these lines belong together. */
export function together(
  book: Book,
  type: MatchType,
  ledger: readonly Draft[],
  statement: readonly Draft[],
  note = '',
): void {
  book.truths.push({ type, ledger, statement, reason: '', note });
}

/** Records that a line stays open, and why. */
export function open(book: Book, side: Side, draft: Draft, reason: string, note = ''): void {
  book.truths.push({
    type: 'exception',
    ledger: side === 'ledger' ? [draft] : [],
    statement: side === 'statement' ? [draft] : [],
    reason,
    note,
  });
}

/** The banking days of March 2026: Monday to Friday, the 2nd to the 31st. */
export const BANKING_DAYS: readonly string[] = [
  2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 23, 24, 25, 26, 27, 30, 31,
].map((day) => `${PERIOD}-${String(day).padStart(2, '0')}`);

/** The banking day at an ordinal, held within the month. */
export function bankingDay(at: number): string {
  const held = Math.max(0, Math.min(BANKING_DAYS.length - 1, at));
  return BANKING_DAYS[held] ?? `${PERIOD}-31`;
}

export const LAST = BANKING_DAYS.length - 1;
