import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { callBy, SMALL_ACTORS, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, freshDatabase } from '../tests/harness/database.ts';
import { POLICY } from '../policy/testing.ts';
import { register } from './register.ts';

let base: TestDatabase;
before(async () => {
  base = await freshDatabase();
  await smallBooks(base.door);
});
after(() => base.close());

const events = async () =>
  (await base.db.selectFrom('audit_events').select('event_type').where('stream', '=', 'registry').execute())
    .length;
const again = { policy: POLICY, actors: SMALL_ACTORS, entities: [], accounts: [], rates: [] };

test('registering the same again changes nothing and records nothing', async () => {
  const before = await events();
  assert.deepEqual(await register(base.door, callBy('engine:close'), again), []);
  assert.equal(await events(), before);
});

test('an actor that the folder no longer names becomes inactive, and one that changed is changed; both recorded', async () => {
  const actors = SMALL_ACTORS.filter((one) => one.id !== 'human:jonas.weber').map((one) =>
    one.id === 'human:ana.ruiz' ? { ...one, roles: ['preparer'] } : one,
  );
  const before = await events();
  assert.deepEqual(await register(base.door, callBy('engine:close'), { ...again, actors }), [
    'ACTORS_REGISTERED',
  ]);
  assert.equal(await events(), before + 1);
  const rows = await base.db
    .selectFrom('actors')
    .select(['id', 'roles', 'active'])
    .where('id', 'like', 'human:%')
    .execute();
  assert.deepEqual(rows.find((row) => row.id === 'human:jonas.weber')?.active, false);
  assert.deepEqual(rows.find((row) => row.id === 'human:ana.ruiz')?.roles, ['preparer']);
});
