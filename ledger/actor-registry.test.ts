import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { callBy, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, freshDatabase } from '../tests/harness/database.ts';
import { type ActorChange, changeActors, registeredActors } from './actor-registry.ts';
import type { Answer } from './door.ts';
import { questionsToPeople } from './questions.ts';
import { NotFound } from './reconciliations.ts';

const [MEI, TOMAS, PRIYA] = ['human:mei.tan', 'human:tomas.lindqvist', 'human:priya.raman'];
const KAI: ActorChange = {
  what: 'add',
  id: 'human:kai.voss',
  name: 'Kai Voss',
  roles: ['preparer'],
  principal: null,
};

let base: TestDatabase;
before(async () => {
  base = await freshDatabase();
  await smallBooks(base.door);
});
after(() => base.close());

const change = (by: string, what: ActorChange) => changeActors(base.door, callBy(by), what, 'Agreed.');
const codes = (answer: Answer) => ('clauses' in answer ? answer.clauses.map(({ code }) => code) : []);
const find = async (id: string) => (await registeredActors(base.db)).find((actor) => actor.id === id);

test('two people with the role put somebody on the register; the question shows what was asked', async () => {
  assert.ok(codes(await change('human:jonas.weber', KAI)).includes('ROLE_REQUIRED'));
  assert.equal((await change(MEI, KAI)).outcome, 'escalated');
  assert.equal((await change(MEI, KAI)).outcome, 'escalated');
  const [question] = await questionsToPeople(base.db, {});
  assert.deepEqual(
    [question?.kind, question?.id, question?.asked['name'], question?.approvedBy],
    ['actor', KAI.id, 'Kai Voss', [MEI]],
  );
  // The same person with other roles is another question.
  assert.equal((await change(TOMAS, { ...KAI, roles: ['controller'] })).outcome, 'escalated');
  assert.equal(await find(KAI.id), undefined);
  assert.equal((await change(PRIYA, KAI)).outcome, 'done');
  assert.deepEqual((await find(KAI.id))?.roles, ['preparer']);
  assert.deepEqual(await questionsToPeople(base.db, {}), []);
});

test('nobody changes their own row, a row of their principal, or adds one that answers to them', async () => {
  const second: ActorChange = {
    what: 'add',
    id: 'human:mei.2',
    name: 'Mei',
    roles: ['controller'],
    principal: MEI,
  };
  for (const [by, what] of [
    [MEI, { what: 'change', id: MEI, roles: ['controller', 'treasury'] }],
    [MEI, { what: 'deactivate', id: MEI }],
    [MEI, second],
    [PRIYA, { what: 'deactivate', id: 'engine:matcher' }],
    [TOMAS, { what: 'add', id: 'llm:own', name: 'Own', roles: [], principal: TOMAS }],
  ] as const) {
    const answer = await change(by, what);
    assert.equal(answer.outcome, 'denied');
    assert.ok(codes(answer).includes('SOD_SAME_ACTOR'), `${by}: ${codes(answer).join()}`);
  }
});

test('a program changes nothing on the register', async () => {
  for (const by of ['llm:recon-operator', 'engine:close'])
    assert.equal((await change(by, { what: 'deactivate', id: 'human:jonas.weber' })).outcome, 'denied');
});

test('roles, activity and their end are changed, each by two people', async () => {
  for (const [what, expected] of [
    [{ what: 'change', id: KAI.id, roles: ['reviewer', 'preparer'] }, { roles: ['preparer', 'reviewer'] }],
    [{ what: 'deactivate', id: KAI.id }, { active: false }],
    [{ what: 'activate', id: KAI.id }, { active: true }],
    // The approvals of the first time are spent.
    [{ what: 'deactivate', id: KAI.id }, { active: false }],
  ] as const) {
    assert.equal((await change(TOMAS, what)).outcome, 'escalated');
    assert.equal((await change(MEI, what)).outcome, 'done');
    assert.partialDeepStrictEqual(await find(KAI.id), expected);
  }
});

test('what does not make sense is refused with its reason', async () => {
  for (const [what, detail] of [
    [KAI, /on the register already; change it/],
    [{ ...KAI, id: 'human:Kai Voss' }, /must be like human:ana\.ruiz/],
    [{ ...KAI, id: 'human:second', name: ' ' }, /needs a name/],
    [{ ...KAI, id: 'llm:second' }, /principal llm:second is no active person/],
    [{ ...KAI, id: 'llm:second', principal: KAI.id }, /principal human:kai\.voss is no active person/],
    [{ what: 'deactivate', id: KAI.id }, /is so on the register already/],
  ] as const) {
    const answer = await change(MEI, what);
    assert.ok(answer.outcome === 'denied', JSON.stringify(answer));
    assert.match(answer.detail ?? '', detail);
  }
  await assert.rejects(change(MEI, { what: 'deactivate', id: 'human:nobody' }), NotFound);
});
