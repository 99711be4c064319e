import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test, { after, before } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { CompiledQuery } from 'kysely';
import type { Answer } from '../../ledger/door.ts';
import { verifyAudit } from '../../ledger/verify-audit.ts';
import { TEST_AUDIT_KEY, type TestDatabase, freshDatabase } from '../harness/database.ts';
import { openMonth, raceCompany } from './books.ts';
import { type Choice, type Move, movesFor } from './moves.ts';

const INTERLEAVINGS = 1000;
const MONTHS = 25;
// To run a failing sequence of choices again: CLOSEGATE_RACES_SEED. The database's timing is its own.
const SEED = Number.parseInt(process.env['CLOSEGATE_RACES_SEED'] ?? String(randomInt(2 ** 31)), 10);
const oracle = CompiledQuery.raw(readFileSync(new URL('oracle.sql', import.meta.url), 'utf8'));

let base: TestDatabase;
before(async () => {
  base = await freshDatabase();
  await raceCompany(base.door);
});
after(() => base.close());

const violations = async () => (await base.db.executeQuery<{ promise: string; about: string }>(oracle)).rows;

test(`after ${INTERLEAVINGS} random interleavings the books are as an independent oracle says they must be (seed ${SEED})`, async () => {
  const choice = choices(SEED);
  const outcomes = new Map<string, number>();
  const locked = { count: 0 };
  for (let month = 0; month < MONTHS; month += 1) {
    const period = `${2024 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
    const books = await openMonth(base.door, period);
    for (let round = 0; round < INTERLEAVINGS / MONTHS; round += 1) {
      const moves = await movesFor(base.door, books, choice);
      const answers = await Promise.all(moves.map((move) => late(move, choice.below(6))));
      judge(moves, answers);
      for (const [index, answer] of answers.entries()) {
        const kind = `${moves[index]?.what.split(' ')[1]} ${answer.outcome}`;
        outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
        if (kind === 'locks done') locked.count += 1;
      }
    }
    assert.deepEqual(await violations(), [], `after ${period}`);
  }
  // The sequence went everywhere: otherwise the oracle had nothing to find.
  for (const kind of [
    'proposes done',
    'confirms done',
    'confirms denied',
    'rejects done',
    'certifies done',
    'locks done',
    'reopens done',
  ])
    assert.ok(outcomes.get(kind), `no "${kind}" in ${JSON.stringify([...outcomes])}`);
  const verified = await verifyAudit(base.db, TEST_AUDIT_KEY);
  assert.equal(verified.verdict, 'intact');
});

async function late(move: Move, turns: number): Promise<Answer> {
  for (let turn = 0; turn < turns; turn += 1) await setImmediate();
  try {
    return await move.run(base.door);
  } catch (cause) {
    throw new Error(`${move.what} gave a fault instead of an answer`, { cause });
  }
}

/** Everybody got a clear answer, and of those who decided about the same thing at most one had it. */
function judge(moves: readonly Move[], answers: readonly Answer[]): void {
  const decided = new Map<string, string>();
  moves.forEach((move, index) => {
    const answer = answers[index];
    assert.ok(answer);
    if (answer.outcome === 'denied' || answer.outcome === 'escalated')
      assert.ok(answer.clauses.length > 0, `${move.what} was ${answer.outcome} without a clause`);
    const same = moves.findIndex((other) => other.call === move.call);
    assert.deepEqual(answer, answers[same], `${move.what}: a call asked twice has one answer`);
    const [, verb = '', subject = ''] = move.what.split(' ');
    if (answer.outcome !== 'done' || !['confirms', 'rejects'].includes(verb) || same !== index) return;
    assert.equal(decided.get(subject), undefined, `${move.what} after ${decided.get(subject)}`);
    decided.set(subject, move.what);
  });
}

/** Mulberry32: small, seeded, and good enough to choose moves. */
function choices(seed: number): Choice {
  let state = seed >>> 0;
  const below = (bound: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
  return {
    below,
    of(values) {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error('there is nothing to choose from');
      return value;
    },
  };
}
