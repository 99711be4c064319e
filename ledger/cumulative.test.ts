import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { policyWith } from '../policy/testing.ts';
import { callBy, line, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, asAdmin, freshDatabase } from '../tests/harness/database.ts';
import type { Answer } from './door.ts';
import { proposeMatch } from './matches.ts';

const TIMES = 31;
const numbers = Array.from({ length: TIMES }, (_, index) => index);
const limited = policyWith("materiality_threshold_usd: '10000.00'", "materiality_threshold_usd: '1000.00'");

let base: TestDatabase;
let reconciliation: string;
before(async () => {
  base = await freshDatabase();
  const lines = (side: string) =>
    numbers.map((number) => line(`${side}${number}`, '999.00', { counterparty: 'Structured Ltd' }));
  reconciliation = await smallBooks(base.door, {
    ledger: lines('L'),
    statement: lines('S'),
    policy: limited,
  });
  // A second program of the same person.
  await asSuperuser(
    'actors',
    `insert into actors (id, kind, name, principal) select 'llm:second', kind, name, principal from actors where id = 'llm:recon-operator'`,
  );
});
after(() => base.close());

test('31 proposals of 999 under a limit of 1,000 are escalated from the second on, over sessions, days and programs', async () => {
  const answers: Answer[] = [];
  for (const number of numbers) {
    answers.push(await propose(number, number % 2 === 0 ? 'llm:recon-operator' : 'llm:second'));
    await asSuperuser('matches', `update matches set created_at = created_at - interval '1 day'`);
  }
  const [first, ...others] = answers;
  assert.equal(first?.outcome, 'done');
  for (const answer of others) {
    assert.equal(answer.outcome, 'escalated');
    assert.ok(
      answer.outcome === 'escalated' &&
        answer.clauses.some(({ code }) => code === 'MATERIALITY_OVER_THRESHOLD'),
    );
  }
});

async function propose(number: number, actor: string): Promise<Answer> {
  const items = await base.db
    .selectFrom('items')
    .select('id')
    .where('external_id', 'in', [`L${number}`, `S${number}`])
    .execute();
  return await proposeMatch(base.door, callBy(actor, `session-${number}`), {
    reconciliation,
    itemIds: items.map((item) => item.id),
    rationale: 'Same amount, same counterparty.',
  });
}

// What no process of ours may do: a day that passes in the books, an actor out of nowhere.
async function asSuperuser(table: string, change: string): Promise<void> {
  await asAdmin(base.adminUrl, async (admin) => {
    await admin.query(`alter table ${table} disable trigger change_must_be_audited`);
    const { rowCount } = await admin.query(change);
    assert.ok(rowCount);
    await admin.query(`alter table ${table} enable always trigger change_must_be_audited`);
  });
}
