import { type Line, byKeys, inOrder, otherSide, totalOf } from '../line.ts';
import type { Pool } from './parts.ts';

const [SHORTEST_WORD, MOST_OF_WORD] = [4, 60];
const [DAYS_NEAR, LONGEST_DAYS] = [3, 3];
// A line has a few such words, and near each a few runs of days.
const [PERCENT, CHANCE] = [88, 0.03];

/** All lines of the other side that have one of a line's words, of one day or a few in a row, where only one such run comes to it. */
export function ofDaysWithWord(open: readonly Line[]): (line: Line) => Pool[] {
  const words = byKeys(open, (line) => wordsOf(line).map((word) => `${line.currency} ${line.side} ${word}`));
  return (line) => {
    const runs = wordsOf(line).flatMap((word) => {
      const lines = words.get(`${line.currency} ${otherSide(line)} ${word}`) ?? [];
      return lines.length > MOST_OF_WORD ? [] : runsOf(line, lines).map((run) => ({ run, word }));
    });
    const [first, ...others] = new Map(
      runs.map((one) => [one.run.map(({ id }) => id).join(' '), one]),
    ).values();
    if (!first || others.length > 0) return [];
    const why = `are all with the word ${first.word} on these days`;
    return [{ lines: first.run, why, percent: PERCENT, chance: CHANCE, wholeOnly: true }];
  };
}

/** Lines of days in a row, near a line, that come to it. */
function runsOf(line: Line, lines: readonly Line[]): Line[][] {
  const near = lines.filter(({ day }) => Math.abs(day - line.day) <= DAYS_NEAR).sort(inOrder);
  const days = [...new Set(near.map(({ day }) => day))];
  return days.flatMap((from, at) =>
    days
      .slice(at)
      .filter((to) => to - from < LONGEST_DAYS)
      .map((to) => near.filter(({ day }) => day >= from && day <= to))
      .filter((run) => run.length > 1 && totalOf(run) === line.minor),
  );
}

function wordsOf({ name, words }: Line): string[] {
  return [...new Set([...(name?.words ?? []), ...(words?.words ?? [])])].filter(
    (word) => word.length >= SHORTEST_WORD,
  );
}
