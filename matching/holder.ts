// Where one side calls everybody by one name, that is its own, or that of whose statement it is, and tells no event from another.
import type { Side } from '../ledger/database.ts';
import type { Line } from './line.ts';
import { type Name, likeness } from './names.ts';

// So many named lines show it, and hardly one of them names somebody else.
const LEAST_LINES = 12;
const LEAST_TIMES_OTHERS = 20;
const ALIKE_PERCENT = 70;

/**
 * Lines without the name that nearly all of a side have in their counterparty column and the other side never says: our own in
 * the vendor's statement, or the holding's in the books of its subsidiaries. Beside names of the other side it would always
 * be another party's.
 */
export function withoutHolder(lines: Line[]): Line[] {
  const holders = new Map<Side, Name>();
  for (const side of ['ledger', 'statement'] as const) {
    const holder = holderAmong(namesOf(lines, side));
    if (holder && !lines.some((line) => line.side !== side && mayName(line, holder)))
      holders.set(side, holder);
  }
  if (holders.size === 0) return lines;
  return lines.map((line) =>
    line.name && holders.get(line.side) === line.name ? { ...line, name: null } : line,
  );
}

function namesOf(lines: readonly Line[], of: Side): ReadonlyMap<Name, number> {
  const times = new Map<Name, number>();
  for (const { side, name } of lines) if (name && side === of) times.set(name, (times.get(name) ?? 0) + 1);
  return times;
}

function holderAmong(times: ReadonlyMap<Name, number>): Name | null {
  let [all, most, holder] = [0, 0, null as Name | null];
  for (const [name, many] of times) {
    all += many;
    if (many > most) [most, holder] = [many, name];
  }
  return all >= LEAST_LINES && most * LEAST_TIMES_OTHERS >= all * (LEAST_TIMES_OTHERS - 1) ? holder : null;
}

/** True when a line of the other side says the name, in its column or its text. */
function mayName({ name, words }: Line, holder: Name): boolean {
  if (name === holder || (name && likeness(holder, name, () => 1).percent >= ALIKE_PERCENT)) return true;
  return words !== null && holder.words.every((word) => words.words.includes(word));
}
