import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { callBy, SMALL_ACTORS, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, freshDatabase } from '../tests/harness/database.ts';
import { POLICY, policyWith } from '../policy/testing.ts';
import { registeredActors } from './actor-registry.ts';
import { policyVersions } from './policy-versions.ts';
import { policyInForce } from './policy-in-force.ts';
import { register } from './register.ts';

let base: TestDatabase;
before(async () => {
  base = await freshDatabase();
  await smallBooks(base.door);
});
after(() => base.close());

const events = async () =>
  (
    await base.db
      .selectFrom('audit_events')
      .select(['event_type', 'bytes'])
      .where('stream', '=', 'registry')
      .orderBy('seq')
      .execute()
  ).map(({ event_type, bytes }) => ({
    event_type,
    detail: (JSON.parse(bytes.toString()) as { detail: Record<string, unknown> }).detail,
  }));
const again = { policy: POLICY, actors: SMALL_ACTORS, entities: [], accounts: [], rates: [] };

test('the first version is in force as the file states, and the audit log says that it is the first', async () => {
  const [first] = await events();
  assert.equal(first?.event_type, 'POLICY_REGISTERED');
  assert.equal(first.detail['first_version'], true);
  assert.equal((await policyInForce(base.db)).hash, POLICY.hash);
});

test('registering the same again changes nothing and records nothing', async () => {
  const before = (await events()).length;
  assert.deepEqual(await register(base.door, callBy('engine:close'), again), {
    changed: [],
    differences: [],
  });
  assert.equal((await events()).length, before);
});

test('another policy is kept as proposed and said; the one in force stays in force', async () => {
  const policy = policyWith("materiality_threshold_usd: '10000.00'", "materiality_threshold_usd: '9000.00'");
  const { changed, differences } = await register(base.door, callBy('engine:close'), { ...again, policy });
  assert.deepEqual(changed, ['POLICY_PROPOSED']);
  assert.deepEqual(differences, [
    `policy.yaml (hash ${policy.hash.slice(0, 12)}) differs from the version in force (hash ${POLICY.hash.slice(0, 12)}): two people approve it with \`closegate policy approve\``,
  ]);
  assert.equal((await policyInForce(base.db)).hash, POLICY.hash);
  const states = (await policyVersions(base.db)).map(({ hash, state, since }) => [
    hash,
    state,
    since !== null,
  ]);
  assert.deepEqual(states, [
    [policy.hash, 'proposed', false],
    [POLICY.hash, 'in force', true],
  ]);
  const repeated = await register(base.door, callBy('engine:close'), { ...again, policy });
  assert.deepEqual([repeated.changed, repeated.differences.length], [[], 1]);
});

test('a folder does not change the actor register: it is said who is missing, who differs and which command decides it', async () => {
  const before = await registeredActors(base.db);
  const actors = [
    ...SMALL_ACTORS.filter((one) => one.id !== 'human:jonas.weber').map((one) =>
      one.id === 'human:ana.ruiz' ? { ...one, roles: ['controller'] } : one,
    ),
    {
      id: 'human:kai.voss',
      kind: 'human' as const,
      name: 'Kai Voss',
      roles: ['preparer'],
      principal: 'human:kai.voss',
      active: true,
    },
  ];
  const { changed, differences } = await register(base.door, callBy('engine:close'), { ...again, actors });
  assert.deepEqual(changed, []);
  assert.deepEqual(differences, [
    'human:ana.ruiz has the roles preparer, reviewer on the register and controller in actors.yaml: closegate actors change human:ana.ruiz --role controller',
    'actors.yaml names human:kai.voss, who is not on the register: closegate actors add --id human:kai.voss --name "Kai Voss" --role preparer --principal human:kai.voss',
    'human:jonas.weber is on the register and not in actors.yaml: closegate actors deactivate human:jonas.weber',
  ]);
  assert.deepEqual(await registeredActors(base.db), before);
});
