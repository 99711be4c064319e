import { isUsualPercent, magnitude } from '../amounts.ts';
import type { Identifier } from '../identifiers.ts';
import { type Line, inOrder, totalOf } from '../line.ts';
import { type Pool, sameSign } from './parts.ts';

const MOST_LINES = 600;
// So many rows may come to a line by chance.
const CHANCE = 0.05;

/**
 * Documents of one party whose numbers stand beside each other: who pays several pays those that are next.
 * @param party lines that may be parts of the line.
 * @returns the only such row that comes to it, to the cent, or to it and what it says that was taken off; none where there are
 * several.
 */
export function numbersInARow(line: Line, party: readonly Line[]): Pool[] {
  const orTo = beforeDeductions(line);
  const totals = [line.minor, ...orTo];
  const most = totals.reduce((a, b) => (b > a ? b : a));
  const [exact, ...others] = rowsFrom(line, party, most).filter((row) => totals.includes(totalOf(row)));
  if (!exact || others.length > 0) return [];
  const chance = (2 * CHANCE) / (party.length * (party.length - 1));
  const why = 'have its counterparty and numbers in a row';
  return [{ lines: exact, why, percent: 92, chance, wholeOnly: true, orTo }];
}

/** What a receipt was before each deduction that its text states, in minor units. */
export function beforeDeductions({ side, minor, said: { fees } }: Line): readonly bigint[] {
  return side === 'ledger' || minor < 0n ? [] : fees.map((fee) => minor + fee);
}

/**
 * The same where the line names some of them, the others being cut off, mistyped or counted (`+ 1`): all it names stand in the row, and
 * it is less by a discount of usual percent, or by a small rest where it names most of them.
 * @param named of the party's lines.
 */
export function listedInARow(line: Line, party: readonly Line[], named: readonly Line[]): Pool[] {
  if (named.length === 0 || line.side === 'ledger') return [];
  const most = line.minor + line.minor / LARGEST_DISCOUNT;
  const totals = [line.minor, ...beforeDeductions(line)];
  const [row, ...others] = rowsFrom(line, party, most).filter(
    (some) =>
      named.every((one) => some.includes(one)) &&
      (isLess(line, some, named.length) || totals.includes(totalOf(some))),
  );
  if (!row || others.length > 0) return [];
  const why = 'have its counterparty and numbers in a row, those that it names among them';
  return [{ lines: row, why, percent: 84, chance: 1, wholeOnly: true, orTo: [totalOf(row)] }];
}

const [LARGEST_DISCOUNT, LEAST_TIMES_REST] = [10n, 50n];

function isLess({ minor }: Line, row: readonly Line[], named: number): boolean {
  const [whole, paid] = [magnitude(totalOf(row)), magnitude(minor)];
  const isMost = named >= 2 && named * 2 > row.length;
  return (
    isUsualPercent(whole, paid, false, row.length) || (isMost && (whole - paid) * LEAST_TIMES_REST <= whole)
  );
}

/**
 * Two or more lines whose numbers stand beside each other, and that come to no less than an amount and no more than another; none
 * where a line has no number, or where there are too many.
 * @param most in minor units, of the line's sign.
 */
export function rowsFrom(line: Line, party: readonly Line[], most: bigint): (readonly Line[])[] {
  const sorted = inOrderOfNumbers(sameSign(line, party));
  const rows: (readonly Line[])[] = [];
  if (sorted === null || sorted.length > MOST_LINES) return rows;
  const [from, to] = [magnitude(line.minor), magnitude(most)];
  for (const [at, first] of sorted.entries()) {
    let total = magnitude(first.minor);
    for (const [more, next] of sorted.slice(at + 1).entries()) {
      total += magnitude(next.minor);
      if (total > to) break;
      if (total >= from) rows.push(sorted.slice(at, at + more + 2));
    }
  }
  return rows;
}

/** The first document that a line names by a number. */
export function documentOf({ identifiers }: Line): Identifier | undefined {
  return identifiers.find(({ standing, digits }) => !standing && digits !== '');
}

/** Null where one has no number, or they are of two registers. */
export function inOrderOfNumbers(lines: readonly Line[]): Line[] | null {
  const numbered: { line: Line; number: string }[] = [];
  const kinds = new Set<string>();
  for (const line of lines) {
    const document = documentOf(line);
    if (!document) return null;
    kinds.add(document.kind);
    numbered.push({ line, number: `${document.year} ${document.digits.padStart(LONGEST_NUMBER, '0')}` });
  }
  if (kinds.size > 1) return null;
  return numbered
    .sort((a, b) => (a.number < b.number ? -1 : a.number > b.number ? 1 : inOrder(a.line, b.line)))
    .map(({ line }) => line);
}

const LONGEST_NUMBER = 24;
