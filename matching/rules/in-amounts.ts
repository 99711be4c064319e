// Lines in the order of their amounts, for rules that look for amounts which are near.
import type { Line } from '../line.ts';

/** The smallest first. */
export function byAmount(lines: readonly Line[]): Line[] {
  return lines.toSorted((a, b) => (a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0));
}

/** The first place whose amount is not less. */
export function placeOf(lines: readonly Line[], minor: bigint): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.minor ?? 0n) < minor) low = middle + 1;
    else high = middle;
  }
  return low;
}
