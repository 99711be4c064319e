import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { matchByRules } from '../matching/matcher.ts';
import type { Policy } from '../policy/load.ts';
import { POLICY, POLICY_TEXT, policyWith } from '../policy/testing.ts';
import { callBy, line, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, asAdmin, freshDatabase } from '../tests/harness/database.ts';
import { parsePolicy } from '../policy/load.ts';
import { resultText } from './door.ts';
import { type Finding, replayHistory } from './history.ts';
import { confirmMatch, proposeMatch } from './matches.ts';
import { settleByRules } from './settle.ts';

const [MODEL, MEI, TOMAS] = ['llm:recon-operator', 'human:mei.tan', 'human:tomas.lindqvist'];
const HALF = policyWith("materiality_threshold_usd: '10000.00'", "materiality_threshold_usd: '5000.00'");

let base: TestDatabase;
let reconciliation: string;
// Each payment has a counterparty of its own, so that no sum of several counts.
const PAYMENTS = [
  ['1', '6000.00', 'INV-1001'],
  ['2', '100.00', 'INV-1002'],
  ['3', '12000.00', 'INV-1003'],
  ['4', '7000.00', null],
  ['5', '300.00', null],
  ['6', '150000.00', null],
  ['7', '8000.00', null],
] as const;
const side = (letter: string) =>
  PAYMENTS.map(([number, amount, reference]) =>
    line(`${letter}${number}`, amount, { reference, counterparty: `${letter} counterparty ${number}` }),
  );

before(async () => {
  base = await freshDatabase();
  reconciliation = await smallBooks(base.door, { ledger: side('L'), statement: side('S') });
  // By rule: 1 and 2 settle, 3 is over the limit and waits.
  const settled = await settleByRules(base.door, callBy('engine:matcher'), {
    reconciliation,
    matcher: (open, of, policy) => [
      [...matchByRules(open, of, policy)].flat().filter(({ rule }) => rule === 'exact_reference'),
    ],
  });
  assert.deepEqual(
    ['settled', 'proposed'].map((name) => resultText(settled, name)),
    ['2', '1'],
  );
  const propose = async (number: string, by: string) => {
    const ids = await base.db
      .selectFrom('items')
      .select('id')
      .where('external_id', 'in', [`L${number}`, `S${number}`])
      .execute();
    const itemIds = ids.map(({ id }) => id);
    const answer = await proposeMatch(base.door, callBy(by), {
      reconciliation,
      itemIds,
      rationale: 'One payment.',
    });
    return resultText(answer, 'match_id');
  };
  const confirm = (matchId: string, by: string, rationale: string | null) =>
    confirmMatch(base.door, callBy(by), { matchId, rationale });
  const reasoned = await propose('4', MODEL);
  assert.equal((await confirm(reasoned, MEI, 'Agrees to the advice.')).outcome, 'done');
  assert.equal((await confirm(await propose('5', MODEL), MEI, null)).outcome, 'done');
  const large = await propose('6', MODEL);
  assert.equal((await confirm(large, MEI, 'Seen the contract.')).outcome, 'escalated');
  assert.equal((await confirm(large, TOMAS, 'Seen the contract.')).outcome, 'done');
  assert.equal((await confirm(await propose('7', MODEL), MEI, null)).outcome, 'done');
});
after(() => base.close());

async function replay(other: Policy, only: { period?: string; entity?: string } = {}) {
  const findings: Finding[] = [];
  const summary = await replayHistory(base.db, other, only, (finding) => findings.push(finding));
  const told = findings.map((finding) =>
    finding.kind === 'edited'
      ? `edited ${finding.action}: ${finding.why}`
      : `${finding.kind} ${finding.action} ${finding.amount_usd}: ${finding.recorded.outcome} -> ${[finding.replayed.outcome, ...finding.replayed.codes].join(' ')}`,
  );
  return { summary, told, findings };
}

test('half the materiality changes exactly the decisions between the two limits, settlements by rule among them', async () => {
  const { summary, told, findings } = await replay(HALF);
  assert.deepEqual(told, [
    'changed SETTLE_BY_RULE 6000.00: allow -> require_human_approval MATERIALITY_OVER_THRESHOLD',
    'changed PROPOSE 7000.00: allow -> require_human_approval MATERIALITY_OVER_THRESHOLD',
    'changed PROPOSE 8000.00: allow -> require_human_approval MATERIALITY_OVER_THRESHOLD',
    'changed CONFIRM 8000.00: allow -> deny MISSING_RATIONALE',
  ]);
  const [first] = findings;
  assert.equal(first?.actor, 'engine:matcher');
  assert.match(first.subject ?? '', /^match:\d+$/);
  assert.deepEqual(summary.by_action, {
    IMPORT: { decisions: 2, changed: 0, other_clauses: 0 },
    SETTLE_BY_RULE: { decisions: 3, changed: 1, other_clauses: 0 },
    PROPOSE: { decisions: 4, changed: 2, other_clauses: 0 },
    CONFIRM: { decisions: 5, changed: 1, other_clauses: 0 },
  });
  const { rebuilt, changed, defects, edited, cannot_be_replayed } = summary;
  assert.deepEqual([rebuilt, changed, defects, edited, cannot_be_replayed], [3, 4, 0, 0, 0]);
});

test('a copy with other comments changes nothing', async () => {
  const { summary, told } = await replay(parsePolicy(`# another comment\n${POLICY_TEXT}`, 'copy.yaml'));
  assert.deepEqual(told, []);
  assert.equal(summary.defects, 0);
});

test('a restricted account more changes its confirmations and what settled by rule, not the one that two confirmed', async () => {
  const restricted = policyWith('US/1030: restricted', 'US/1010: restricted');
  const { told } = await replay(restricted);
  assert.deepEqual(
    told.filter((one) => one.includes('CONFIRM')),
    ['7000.00', '300.00', '8000.00'].map(
      (amount) => `changed CONFIRM ${amount}: allow -> require_human_approval DUAL_APPROVAL_REQUIRED`,
    ),
  );
  assert.equal(told.filter((one) => one.includes('changed SETTLE_BY_RULE')).length, 2);
});

test('a lower cumulative limit is replayed on the running totals of the time', async () => {
  const lower = policyWith(/cumulative_limit_usd: '[\d.]+'/, "cumulative_limit_usd: '5000.00'");
  const { told } = await replay(lower);
  assert.deepEqual(told, [
    'changed SETTLE_BY_RULE 6000.00: allow -> require_human_approval MATERIALITY_OVER_THRESHOLD',
  ]);
});

test('only the entity and period asked for are replayed', async () => {
  assert.equal((await replay(HALF, { period: '2026-03', entity: 'US' })).summary.changed, 4);
  assert.deepEqual((await replay(HALF, { period: '2026-04' })).summary.by_action, {});
  assert.deepEqual((await replay(HALF, { entity: 'DE' })).summary.by_action, {});
});

test('edited events, matches that are not those of the digest, and a gate that answers otherwise are told apart', async () => {
  await asAdmin(base.adminUrl, async (admin) => {
    await admin.query('alter event trigger audit_protect_ddl disable');
    await admin.query('alter table audit_events disable trigger user');
    await admin.query('alter table audit_events disable rule audit_no_update');
    await admin.query('alter table matches disable trigger change_must_be_audited');
    const edit = (from: string, to: string, where: string) =>
      admin.query(
        `update audit_events set bytes = convert_to(replace(convert_from(bytes, 'UTF8'), '${from}', '${to}'), 'UTF8') where ${where}`,
      );
    // The amount as the gate was told it.
    await edit('"amountUsd":"7000"', '"amountUsd":"70"', `action = 'PROPOSE' and amount_usd = 7000`);
    await edit('"decision":"allow"', '"decision":"deny"', `action = 'PROPOSE' and amount_usd = 300`);
    await edit('"facts":', '"of_old":', `action = 'PROPOSE' and amount_usd = 8000`);
    await admin.query(`update matches set amount_usd = 60 where amount_usd = 6000`);
  });
  const { summary, told } = await replay(POLICY);
  assert.deepEqual(told, [
    'edited SETTLE_BY_RULE: the matches that it made are not those of its digest',
    'edited PROPOSE: its facts are not those that were hashed',
    'defect PROPOSE 300.00: deny -> allow',
    'changed PROPOSE 300.00: deny -> allow',
  ]);
  const { defects, edited, cannot_be_replayed, rebuilt } = summary;
  assert.deepEqual([defects, edited, cannot_be_replayed, rebuilt], [1, 2, 1, 0]);
});
