import { isSpecific } from '../ledger/keys.ts';
import { daysBetween } from '../policy/dates.ts';
import type { Board } from './board.ts';
import { lookupKey, sameIdentifier } from './identifiers.ts';
import { type Line, byKeys, lookOf } from './line.ts';
import { isOdd } from './statistics.ts';

// What is booked again is booked within days; of lines further apart the nearer one is meant.
const DAYS_APART = 9;
// Two parties may have documents of one number.
const ONE_PARTY_PERCENT = 60;

/**
 * Leaves out lines that say the same again: one amount under one reference, or for one document, more often than the other
 * side has it. The first ones near it stay, since whoever books or pays a thing twice does so wrongly the second time.
 * @param lines and others of one amount, by date.
 * @param again is told of each line that stays how many were left out for it.
 */
export function withoutRepeats(
  board: Board,
  lines: readonly Line[],
  others: readonly Line[],
  again: Map<Line, number>,
): readonly Line[] {
  if (lines.length < 2) return lines;
  const left = new Set<Line>();
  for (const { repeats, saying } of repeatsAmong(board, lines, others)) {
    const wanted = saying.length;
    if (wanted === 0 || wanted >= repeats.length) continue;
    const near = nearestOf(repeats, saying);
    const far = repeats.filter((line) => !near.has(line));
    const kept = new Set([...near, ...far].slice(0, wanted));
    for (const line of repeats) if (!kept.has(line)) left.add(line);
    // A contract's next instalment is no second booking of this one.
    const rivals = (near.size >= wanted ? near.size : repeats.length) - wanted;
    for (const line of kept) again.set(line, rivals);
  }
  return left.size === 0 ? lines : lines.filter((line) => !left.has(line));
}

/** Those whose days are about as near as the nearest. */
function nearestOf(lines: readonly Line[], others: readonly Line[]): ReadonlySet<Line> {
  const days = [...new Set(others.map(({ date }) => date))];
  const away = new Map(
    [...new Set(lines.map(({ date }) => date))].map((date) => {
      return [date, Math.min(...days.map((other) => Math.abs(daysBetween(date, other))))] as const;
    }),
  );
  const nearest = Math.min(...away.values());
  return new Set(lines.filter(({ date }) => (away.get(date) ?? 0) <= nearest + DAYS_APART));
}

/** Lines that say the same, and the lines of the other side that say it. */
function* repeatsAmong(
  board: Board,
  lines: readonly Line[],
  others: readonly Line[],
): Generator<{ repeats: readonly Line[]; saying: readonly Line[] }> {
  const byReference = byKeys(lines, ({ reference, name }) =>
    reference !== null && isSpecific(reference) ? [`${reference} ${name?.joined ?? ''}`] : [],
  );
  for (const repeats of byReference.values()) {
    const [first] = repeats;
    const own = first?.identifiers[0];
    if (repeats.length < 2 || !first || !own || recur(repeats)) continue;
    const says = (line: Line) =>
      line.reference === first.reference || line.identifiers.some((one) => sameIdentifier(one, own));
    yield { repeats, saying: others.filter(says) };
  }
  // A bank gives every payment a number of its own; two may name one document.
  const named = new Set(others.flatMap(({ identifiers }) => identifiers.map(lookupKey)));
  const byDocument = byKeys(lines, ({ identifiers }) =>
    identifiers.flatMap((one) => (!one.standing && named.has(lookupKey(one)) ? [lookupKey(one)] : [])),
  );
  for (const [key, naming] of byDocument) {
    const [first] = naming;
    const own = first?.identifiers.find((one) => lookupKey(one) === key);
    if (!first || !own) continue;
    const repeats = naming.filter((line) => (board.namesAlike(first, line) ?? 100) >= ONE_PARTY_PERCENT);
    const says = (line: Line) => line.identifiers.some((one) => sameIdentifier(one, own));
    if (repeats.length > 1 && !recur(repeats)) yield { repeats, saying: others.filter(says) };
  }
  // The same words again, within days.
  for (const alike of byKeys(lines, (line) => [lookOf({ ...line, date: '' })]).values()) {
    const [first] = alike;
    if (!first) continue;
    const repeats = alike.filter((line) => line === first || isAgain(line, first));
    const saying = others.filter((line) => (board.namesAlike(first, line) ?? 100) >= ONE_PARTY_PERCENT);
    if (repeats.length > 1) yield { repeats, saying };
  }
}

// What comes month after month under the number of a contract or a person is each time another event.
function recur(lines: readonly Line[]): boolean {
  return lines.every(
    ({ date }, at) => at === 0 || daysBetween(lines[at - 1]?.date ?? '', date) >= MONTHLY_DAYS,
  );
}

const MONTHLY_DAYS = 25;
const DAYS_AGAIN = 2;

/** True for what was booked, or paid, twice: an amount that is no round one, in the same words within days. */
export function isAgain(line: Line, other: Line): boolean {
  return (
    isOdd(line.minor) &&
    line.minor === other.minor &&
    Math.abs(daysBetween(line.date, other.date)) <= DAYS_AGAIN &&
    lookOf({ ...line, date: other.date }) === lookOf(other)
  );
}

/** True for two lines under one reference, of one party. */
export function areOfOneDocument(a: Line, b: Line): boolean {
  return a.reference !== null && a.reference === b.reference && a.name?.joined === b.name?.joined;
}

/** True where all lines of one amount are one of them and what stands there again. */
export function isOneAgain([first, ...others]: readonly Line[]): boolean {
  return others.every((line) => first !== undefined && isAgain(line, first));
}
