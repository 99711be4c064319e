import { readFixtures } from './fixtures.ts';
import { type Accuracy, type Case, measure } from './measure.ts';
import { month } from './months.ts';

/** How the rules fared by themselves, without a model: on fixtures, and on generated months of two sizes and noises. */
export interface Matching {
  readonly sets: readonly MeasuredSet[];
}

export interface MeasuredSet {
  readonly name: string;
  readonly accuracy: Accuracy;
  readonly seconds: number;
}

const SEEDS = [1, 2, 3, 4, 5];

/** Measures the matcher: fixtures, then five seeds each of a month of 1,000 lines, one of heavy noise, and one of 20,000. */
export function matchingSuite(say: (line: string) => void): Matching {
  const sets: (readonly [string, () => readonly Case[]])[] = [
    ['fixtures', readFixtures],
    ['months of 1,000 lines', () => months(1_000, 'usual')],
    ['months of 1,000 lines, heavy noise', () => months(1_000, 'heavy')],
    ['months of 20,000 lines', () => months(20_000, 'usual')],
  ];
  return {
    sets: sets.map(([name, cases]) => {
      const made = cases();
      const began = performance.now();
      const accuracy = measure(made);
      const seconds = (performance.now() - began) / 1000;
      say(`    ${name}: ${accuracy.lines} lines in ${seconds.toFixed(1)} s`);
      return { name, accuracy, seconds };
    }),
  };
}

function months(lines: number, noise: 'usual' | 'heavy'): Case[] {
  return SEEDS.map((seed) => ({ name: `seed ${seed}`, ...month(seed, lines, noise) }));
}
