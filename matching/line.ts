import type { Side } from '../ledger/database.ts';
import type { Identifier } from './identifiers.ts';
import type { Name } from './names.ts';
import type { Said } from './said.ts';

/** A line as the rules see it: amounts in minor units (exact), dates as business days, texts in the form they are compared in. */
export interface Line {
  readonly id: string;
  /** Its rank among the lines of its account, by date. No two lines have the same. */
  readonly rank: number;
  readonly side: Side;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  /** Business days of the entity's calendar up to this date; two lines' difference is their distance. */
  readonly day: number;
  readonly currency: string;
  /** In minor units of `currency`. */
  readonly minor: bigint;
  /** In minor units of the reconciliation's currency; the same as `minor` where the line is in it. */
  readonly base: bigint;
  /** A fee stated on the line, in minor units: gross = base + fee. */
  readonly fee: bigint;
  /** As {@link referenceKey} gives it; null when the line has none. */
  readonly reference: string | null;
  /** As it was written, for people. */
  readonly referenceText: string;
  readonly identifiers: readonly Identifier[];
  /** From the counterparty column; null when it has none. */
  readonly name: Name | null;
  /** What the description says besides identifiers, which often holds the name; null when nothing. */
  readonly words: Name | null;
  /** As it was written, for people. */
  readonly nameText: string;
  /** What several lines share: a payout id, deposit slip or remittance. */
  readonly group: string | null;
  readonly said: Said;
}

/** An order that does not depend on the order in which lines arrive. */
export function inOrder(a: Line, b: Line): number {
  return a.rank - b.rank;
}

/** The same for two lines that nobody could tell apart but by their ids. */
export function lookOf(line: Line): string {
  const identifiers = line.identifiers.map(({ key }) => key).join(' ');
  return [
    line.currency,
    line.side,
    line.minor,
    line.date,
    line.name?.joined,
    line.words?.joined,
    identifiers,
  ].join('|');
}

/** What an amount is told apart by, where only its sign tells: its currency, its side, and whether it comes in. */
export function signKey({ currency, minor }: Line, side: Side): string {
  return `${currency} ${side} ${minor > 0n ? '+' : '-'}`;
}

/** Of those that have the same lines in the same order the first. */
export function unlike<One>(all: readonly One[], linesOf: (one: One) => readonly Line[]): One[] {
  const seen = new Set<string>();
  return all.filter((one) => {
    const key = linesOf(one)
      .map(({ rank }) => rank)
      .join(' ');
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst;
  });
}

/** Those that share no line with another one: what two claim is nobody's. */
export function unclaimed<One>(all: readonly One[], linesOf: (one: One) => readonly Line[]): One[] {
  const claims = new Map<Line, number>();
  for (const one of all) for (const line of linesOf(one)) claims.set(line, (claims.get(line) ?? 0) + 1);
  return all.filter((one) => linesOf(one).every((line) => claims.get(line) === 1));
}

/** True when one of two lines is about a bank's own fee or interest, and the other says what it is about, which is something else. */
export function isBanksOwn(a: Line, b: Line): boolean {
  const says = ({ name, words, identifiers }: Line) =>
    name !== null || words !== null || identifiers.length > 0;
  return a.said.bankOwn !== b.said.bankOwn && says(a) && says(b);
}

/** True when two lines both have a name, or a text, to compare. */
export function haveTexts(a: Line, b: Line): boolean {
  return (a.name ?? a.words) !== null && (b.name ?? b.words) !== null;
}

/** The sum of lines of one currency, in minor units. */
export function totalOf(lines: readonly Line[]): bigint {
  return lines.reduce((total, line) => total + line.minor, 0n);
}

/** The side that a line's partner is on. */
export function otherSide({ side }: Pick<Line, 'side'>): Side {
  return side === 'ledger' ? 'statement' : 'ledger';
}

/** What lines of one side, currency and amount, in minor units, are listed by. */
export function amountKey({ currency }: Pick<Line, 'currency'>, side: Side, minor: bigint): string {
  return `${currency} ${side} ${minor}`;
}

/** Lists lines by the keys that a function gives; a line may have several, or none and is left out. */
export function byKeys(
  lines: Iterable<Line>,
  keysOf: (line: Line) => readonly string[],
): Map<string, Line[]> {
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    const keys = keysOf(line);
    for (const key of keys.length < 2 ? keys : new Set(keys)) {
      const list = groups.get(key);
      if (list) list.push(line);
      else groups.set(key, [line]);
    }
  }
  return groups;
}
