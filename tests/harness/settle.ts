import type { Candidate, OpenLine } from '../../ledger/candidate.ts';
import type { Answer } from '../../ledger/door.ts';
import { settleByRules } from '../../ledger/settle.ts';
import { callBy } from './books.ts';
import type { TestDatabase } from './database.ts';

/** A candidate as tests write it: with its lines themselves, in the first version of its rule. */
export type Found = Omit<Candidate, 'lines' | 'version'> & { readonly legs: readonly OpenLine[] };

/** Settles by a matcher that a test makes up; without one, only the database finds something. */
export function settleWith(
  { door }: TestDatabase,
  reconciliation: string,
  find: (open: readonly OpenLine[]) => readonly Found[] = () => [],
): Promise<Answer> {
  return settleByRules(door, callBy('engine:matcher'), {
    reconciliation,
    matcher: (open) => {
      const found = find([...open].flat()).map(({ legs, ...one }): Candidate => ({
        ...one,
        version: 1,
        lines: legs.map(({ id }) => id),
      }));
      return Map.groupBy(found, ({ rule }) => rule).values();
    },
  });
}

/** Every match of a test's books, in the order of recording. */
export const matchesIn = ({ db }: TestDatabase) =>
  db.selectFrom('matches').selectAll().orderBy('id').execute();
