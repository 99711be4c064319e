import { badlyKept } from './books/badly-kept.ts';
import { byPeriod } from './books/by-period.ts';
import { cashApplication } from './books/cash-application.ts';
import { dayByDay } from './books/day-by-day.ts';
import { processor } from './books/processor.ts';
import { smallCompany } from './books/small-company.ts';
import { readFixtures } from './fixtures.ts';
import { type Accuracy, type Case, measure } from './measure.ts';
import type { Month } from './month.ts';
import { month } from './months.ts';

/** How the rules fared by themselves, without a model: on fixtures, and on generated months of two sizes and noises. */
export interface Matching {
  readonly sets: readonly MeasuredSet[];
}

export interface MeasuredSet {
  readonly name: string;
  /** False for books of which a part cannot be known by whoever has only the two files. */
  readonly isKnowable: boolean;
  readonly accuracy: Accuracy;
  readonly seconds: number;
}

const SEEDS = [1, 2, 3, 4, 5];

/**
 * Measures the matcher: fixtures, then five seeds each of a month of 1,000 lines, one of heavy noise, one of 20,000, and books
 * of other kinds.
 */
export function matchingSuite(say: (line: string) => void): Matching {
  const sets: (readonly [name: string, isKnowable: boolean, cases: () => readonly Case[]])[] = [
    ['fixtures', true, readFixtures],
    ['months of 1,000 lines', true, () => seeds((seed) => month(seed, 1_000, 'usual'))],
    ['months of 1,000 lines, heavy noise', true, () => seeds((seed) => month(seed, 1_000, 'heavy'))],
    ['months of 20,000 lines', true, () => seeds((seed) => month(seed, 20_000, 'usual'))],
    ['payments against open invoices', false, () => seeds((seed) => cashApplication(seed, 250))],
    ['payouts of a processor', false, () => seeds((seed) => processor(seed, 150))],
    ['a small company', false, () => seeds((seed) => smallCompany(seed, 250))],
    ['badly kept books', false, () => seeds((seed) => badlyKept(seed, 250))],
    ['badly kept books, many lines', false, () => seeds((seed) => badlyKept(seed, 2_000))],
    ['day by day', false, () => seeds((seed) => dayByDay(seed, 250))],
    ['by the period', false, () => seeds((seed) => byPeriod(seed, 150))],
  ];
  return {
    sets: sets.map(([name, isKnowable, cases]) => {
      const made = cases();
      const began = performance.now();
      const accuracy = measure(made);
      const seconds = (performance.now() - began) / 1000;
      say(`    ${name}: ${accuracy.lines} lines in ${seconds.toFixed(1)} s`);
      return { name, isKnowable, accuracy, seconds };
    }),
  };
}

function seeds(make: (seed: number) => Month): Case[] {
  return SEEDS.map((seed) => ({ name: `seed ${seed}`, ...make(seed) }));
}
