// Sorted lists, and where in them something stands.
import type { Line } from './line.ts';

/** How many of a sorted list come first, as far as a condition holds; it holds for no others. */
export function countWhile<One>(sorted: readonly One[], holds: (one: One) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle] as One)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of sorted days are at most so many days before or after one. */
export function countNear(days: readonly number[], day: number, most: number): number {
  return countWhile(days, (one) => one <= day + most) - countWhile(days, (one) => one < day - most);
}

/** Lines in the order of their amounts, the smallest first. */
export function byAmount(lines: readonly Line[]): Line[] {
  return lines.toSorted((a, b) => (a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0));
}
