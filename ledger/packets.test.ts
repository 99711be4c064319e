import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { callBy, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, freshDatabase } from '../tests/harness/database.ts';
import { settleByRules } from './settle.ts';
import { matchByRules } from '../matching/matcher.ts';
import { beginReview, finishPacket, makePackets } from './packets.ts';

let base: TestDatabase;
let reconciliation: string;
before(async () => {
  base = await freshDatabase();
  reconciliation = await smallBooks(base.door);
  await settleByRules(base.door, callBy('engine:matcher'), { reconciliation, matcher: matchByRules });
});
after(() => base.close());

test('open lines become packets once, smallest amounts first, and a retry gets the same ones', async () => {
  const packets = await makePackets(base.door, callBy('engine:close'), reconciliation);
  assert.deepEqual(
    packets.map((packet) => packet.id),
    [`${reconciliation}/p1`],
  );
  const rows = await base.db.selectFrom('items').select(['id', 'external_id']).execute();
  const names = packets[0]?.itemIds.map((id) => rows.find((row) => row.id === id)?.external_id);
  assert.deepEqual(names, ['S3', 'L3']);
  assert.deepEqual(await makePackets(base.door, callBy('engine:close'), reconciliation), packets);
});

test('a packet is finished once; told twice, it changes and records nothing more', async () => {
  const how = {
    id: `${reconciliation}/p1`,
    reconciliation,
    state: 'DONE' as const,
    outcome: 'fine',
    turns: 2,
    inputTokens: 10,
    outputTokens: 5,
  };
  const finished = async () =>
    (
      await base.db
        .selectFrom('audit_events')
        .select('id')
        .where('event_type', '=', 'PACKET_FINISHED')
        .execute()
    ).length;
  await finishPacket(base.door, callBy('engine:close'), how);
  await finishPacket(base.door, callBy('engine:close'), { ...how, outcome: 'again' });
  assert.equal(await finished(), 1);
  const packet = await base.db.selectFrom('packets').select(['state', 'outcome']).executeTakeFirstOrThrow();
  assert.deepEqual(packet, { state: 'DONE', outcome: 'fine' });
});

test('the review opens once', async () => {
  await beginReview(base.door, callBy('engine:close'), reconciliation);
  await beginReview(base.door, callBy('engine:close'), reconciliation);
  const opened = await base.db
    .selectFrom('audit_events')
    .select('id')
    .where('event_type', '=', 'REVIEW_OPENED')
    .execute();
  assert.equal(opened.length, 1);
});
