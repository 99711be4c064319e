import assert from 'node:assert/strict';
import test, { after, before, beforeEach } from 'node:test';
import { callBy, line, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, asAdmin, freshDatabase } from '../tests/harness/database.ts';
import { type Found, matchesIn, settleWith } from '../tests/harness/settle.ts';
import { importLines } from '../tests/races/books.ts';
import { matchByRules } from '../matching/matcher.ts';
import type { OpenLine } from './candidate.ts';
import type { Side } from './database.ts';
import { confirmMatch, cumulativeUsd } from './matches.ts';
import { settleByRules } from './settle.ts';

let base: TestDatabase;
before(async () => {
  base = await freshDatabase();
});
beforeEach(async () => {
  await base.close();
  base = await freshDatabase();
});
after(() => base.close());

const settle = (reconciliation: string, find?: (open: readonly OpenLine[]) => readonly Found[]) =>
  settleWith(base, reconciliation, find);
const matches = () => matchesIn(base);
/** A line of one amount on each of some sides, under a reference that names one event. */
const comesLate = async (reconciliation: string, sides: readonly Side[], amount: string) => {
  for (const side of sides)
    await importLines(base.door, callBy('engine:close'), reconciliation, side, [amount], 'late');
  await asAdmin(base.adminUrl, async (admin) => {
    await admin.query('alter table items disable trigger all');
    await admin.query(
      `update items set reference = 'INV-1001', reference_key = 'INV1001' where external_id like '%late%'`,
    );
  });
};
const legsOf = async (id: string) =>
  (
    await base.db
      .selectFrom('dispositions')
      .innerJoin('items', 'items.id', 'dispositions.item_id')
      .select('external_id')
      .where('match_id', '=', id)
      .where('live', '=', true)
      .orderBy('external_id')
      .execute()
  ).map((row) => row.external_id);

test('a second file changes only what it must: settled stays, the same proposal stays, an overtaken one is superseded', async () => {
  const candidate = (legs: readonly OpenLine[], reasons: string): Found => ({
    ...{ rule: 'amount_date_text', type: 'fuzzy_match', score: '0.80', alternatives: 0, reasons },
    legs,
  });
  const named = (open: readonly OpenLine[], ...ids: string[]) =>
    ids.flatMap((id) => open.filter((item) => item.external_id === id));
  const reconciliation = await smallBooks(base.door, {
    ledger: [line('L1', '11.00', { reference: 'INV-1001' }), line('L2', '10.00'), line('L3', '10.00')],
    statement: [line('S1', '11.00', { reference: 'INV-1001' }), line('S2', '10.00'), line('S3', '10.00')],
  });
  await settle(reconciliation, (open) => [
    candidate(named(open, 'L2', 'S2'), 'first'),
    candidate(named(open, 'L3', 'S3'), 'first'),
  ]);
  const before = await matches();
  assert.deepEqual(
    before.map((match) => match.state),
    ['CONFIRMED', 'PROPOSED', 'PROPOSED'],
  );

  // The same again: nothing changes.
  const again = await settle(reconciliation, (open) => [
    candidate(named(open, 'S3', 'L3'), 'in other words'),
    candidate(named(open, 'L2', 'S2'), 'first'),
  ]);
  assert.ok(again.outcome === 'done');
  assert.deepEqual(again.result, { settled: '0', proposed: '0', denied: '0' });
  assert.deepEqual(await matches(), before);

  // A late line takes a partner away.
  await importLines(base.door, callBy('engine:close'), reconciliation, 'statement', ['10.00'], 'late');
  const late = await settle(reconciliation, (open) => {
    const [fresh] = open.filter((item) => item.external_id.includes('late'));
    assert.ok(fresh);
    return [candidate(named(open, 'L2', 'S2'), 'first'), candidate([...named(open, 'L3'), fresh], 'better')];
  });
  assert.ok(late.outcome === 'done');
  assert.deepEqual(late.result, { settled: '0', proposed: '1', denied: '0', superseded: '1' });
  const after = await matches();
  assert.deepEqual(
    after.map((match) => match.state),
    ['CONFIRMED', 'PROPOSED', 'SUPERSEDED', 'PROPOSED'],
  );
  assert.deepEqual(after.slice(0, 2), before.slice(0, 2));
  assert.deepEqual(await legsOf(after[2]?.id ?? ''), []);
  const escalations = await base.db
    .selectFrom('escalations')
    .select(['subject_id', 'state'])
    .orderBy('id')
    .execute();
  assert.deepEqual(
    escalations.map((row) => row.state),
    ['PENDING', 'EXPIRED', 'PENDING'],
  );
  const events = await base.db.selectFrom('audit_events').select('event_type').orderBy('id').execute();
  assert.ok(events.some((event) => event.event_type === 'PROPOSALS_SUPERSEDED'));
});

test('a line whose reference stands in an earlier proposal too is not settled by itself', async () => {
  const reconciliation = await smallBooks(base.door, {
    ledger: [line('L1', '10.00', { reference: 'INV-1001' })],
    statement: [line('S1', '9.00', { reference: 'INV-1001' })],
  });
  await settle(reconciliation, (open) => [
    {
      rule: 'partial',
      type: 'fuzzy_match',
      legs: open,
      score: '0.50',
      alternatives: 0,
      reasons: 'paid short',
    },
  ]);
  await comesLate(reconciliation, ['statement'], '10.00');
  await settle(reconciliation);
  assert.deepEqual(
    (await matches()).map((match) => match.state),
    ['SUPERSEDED'],
  );
});

test('what is withdrawn counts no more when a pair of the same counterparty is judged', async () => {
  // Together with the proposal the late pair is over the cumulative limit of 250,000.
  const large = (id: string) => line(id, '249500.00', { counterparty: 'Party 0' });
  const reconciliation = await smallBooks(base.door, { ledger: [large('L1')], statement: [large('S1')] });
  await settle(reconciliation, (open) => [
    { rule: 'x', type: 'fuzzy_match', legs: open, score: '0.50', alternatives: 0, reasons: 'why' },
  ]);
  await comesLate(reconciliation, ['ledger', 'statement'], '900.00');
  await settle(reconciliation);
  assert.deepEqual(
    (await matches()).map((match) => match.state),
    ['SUPERSEDED', 'CONFIRMED'],
  );
});

test('what was settled in bulk counts when another pair of the same counterparty is judged', async () => {
  const pairs = (side: string) =>
    Array.from({ length: 27 }, (_, index) =>
      line(`${side}${index}`, '9000.00', { counterparty: 'Party 0', reference: `INV-20${index + 10}` }),
    );
  const reconciliation = await smallBooks(base.door, { ledger: pairs('L'), statement: pairs('S') });
  await settle(reconciliation);
  const [match] = await base.db.selectFrom('matches').selectAll().execute();
  assert.ok(match?.in_bulk);
  const moved = async () =>
    (await cumulativeUsd(base.db, reconciliation, 'human:priya.raman', match.counterparty_key)).toFixed(2);
  assert.equal(await moved(), '243000.00');

  // With 8,000 more it is over the cumulative limit of 250,000.
  await comesLate(reconciliation, ['ledger', 'statement'], '8000.00');
  await settle(reconciliation);
  const late = (await matches()).at(-1);
  assert.deepEqual([late?.rule, late?.state, late?.amount_usd], ['exact_reference', 'PROPOSED', '8000.00']);
  assert.equal(await moved(), '251000.00');
});

test('a proposal that a person has begun to approve is left alone', async () => {
  const amounts = { ledger: [line('L1', '150000.00')], statement: [line('S1', '150000.00')] };
  const reconciliation = await smallBooks(base.door, amounts);
  await settle(reconciliation, (open) => [
    {
      rule: 'amount_date_text',
      type: 'fuzzy_match',
      legs: open,
      score: '0.80',
      alternatives: 0,
      reasons: 'why',
    },
  ]);
  const [proposed] = await matches();
  const first = await confirmMatch(base.door, callBy('human:mei.tan'), {
    matchId: proposed?.id ?? '',
    rationale: 'Agrees to the remittance advice.',
  });
  assert.equal(first.outcome, 'escalated');
  await settle(reconciliation, (open) => {
    assert.deepEqual(open, []);
    return [];
  });
  assert.equal((await matches())[0]?.state, 'PROPOSED');
});

test('when the period is locked nothing is settled, proposed or withdrawn', async () => {
  const reconciliation = await smallBooks(base.door, {
    ledger: [line('L1', '10.00', { reference: 'INV-1001' }), line('L2', '20.00')],
    statement: [line('S1', '10.00', { reference: 'INV-1001' }), line('S2', '20.00')],
  });
  await settle(reconciliation, (open) => [
    { rule: 'x', type: 'fuzzy_match', legs: open, score: '0.50', alternatives: 0, reasons: 'why' },
  ]);
  const before = await matches();
  await asAdmin(base.adminUrl, async (admin) => {
    await admin.query('alter table runs disable trigger all');
    await admin.query(`update runs set state = 'LOCKED'`);
  });
  const answer = await settle(reconciliation);
  assert.ok(answer.outcome === 'done');
  assert.deepEqual(answer.result, { settled: '0', proposed: '0', denied: '0' });
  assert.deepEqual(await matches(), before);
});

test('for an actor that is not on the register nothing is settled or proposed', async () => {
  const reconciliation = await smallBooks(base.door, {
    ledger: [line('L1', '10.00', { reference: 'INV-1001' }), line('L2', '20.00')],
    statement: [line('S1', '10.00', { reference: 'INV-1001' }), line('S2', '20.00')],
  });
  const answer = await settleByRules(base.door, callBy('engine:stranger'), {
    reconciliation,
    matcher: matchByRules,
  });
  assert.ok(answer.outcome === 'done');
  const { settled, proposed, denied } = answer.result as Record<string, string>;
  assert.deepEqual({ settled, proposed }, { settled: '0', proposed: '0' });
  assert.notEqual(denied, '0');
  assert.deepEqual(await matches(), []);
});
