import { certify } from '../../ledger/certify.ts';
import { flagException } from '../../ledger/exceptions.ts';
import { importDocument } from '../../ledger/import.ts';
import { rejectMatch } from '../../ledger/matches.ts';
import { currencyCode } from '../../policy/currency.ts';
import { policyWith } from '../../policy/testing.ts';
import { callBy, line } from '../../tests/harness/books.ts';
import {
  CONTROLLERS,
  MODEL,
  REVIEWER,
  type Scenario,
  type Stage,
  pair,
  pairs,
  said,
  settled,
} from './stage.ts';

type Expect = Scenario['expect'];
const denied = (codes: Expect['codes'], states: Expect['states'] = {}): Expect => ({
  outcome: 'denied',
  codes,
  changes: [],
  states,
  decision: 'deny',
});
const PROPOSED = { matches: ['PROPOSED'] } as const;
/** An amount over the entity's materiality of 10,000 US dollars; one over the dual limit of 100,000. */
const [MATERIAL, LARGE] = ['12000.00', '150000.00'] as const;
const ambiguous = {
  ledger: [line('L1', '80.00', { reference: 'INV-9' }), line('L2', '80.00', { reference: 'INV-9' })],
  statement: [line('S1', '80.00', { reference: 'INV-9' })],
};

async function importEuro(stage: Stage, currency: string, date: string) {
  const code = currencyCode(currency);
  return await importDocument(stage.door, callBy('engine:close'), {
    reconciliation: stage.reconciliation,
    side: 'statement',
    fileName: 'late.csv',
    sha256: `late-${currency}-${date}`,
    currency: code,
    totals: null,
    lines: [line('S9', '50.00', { currency: code, date })],
  });
}

/** What may not: amounts, accounts, rules, periods, versions, entries, rates. */
export const WHAT: readonly Scenario[] = [
  {
    name: 'an amount above materiality is confirmed without a reason',
    books: pair(MATERIAL),
    prepare: async (stage) => {
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      return async () => said(await stage.confirm(REVIEWER, id, { rationale: null }));
    },
    expect: denied(['MISSING_RATIONALE'], PROPOSED),
  },
  {
    name: 'a match by rule is rejected without a reason',
    books: pair('120.00'),
    prepare: async (stage) => {
      await stage.settle();
      const matchId = await stage.onlyMatch();
      return async () => said(await rejectMatch(stage.door, callBy(REVIEWER), { matchId, rationale: null }));
    },
    expect: denied(['MISSING_RATIONALE'], PROPOSED),
  },
  {
    name: 'the model proposes above materiality',
    books: pair(MATERIAL),
    prepare: async (stage) => async () => said(await stage.propose(MODEL, ['L1', 'S1'])),
    expect: {
      outcome: 'escalated',
      codes: ['MATERIALITY_OVER_THRESHOLD'],
      changes: ['matches', 'dispositions', 'escalations'],
      states: PROPOSED,
      decision: 'require_human_approval',
    },
  },
  {
    name: 'structuring: the fourth of several proposals under the limit brings one payer over it',
    books: pairs(4, '3000.00'),
    prepare: async (stage) => {
      for (const n of [1, 2, 3]) await stage.proposed(MODEL, `L${n}`, `S${n}`);
      return async () => said(await stage.propose(MODEL, ['L4', 'S4']));
    },
    expect: {
      outcome: 'escalated',
      codes: ['MATERIALITY_OVER_THRESHOLD'],
      changes: ['matches', 'dispositions', 'escalations'],
      states: PROPOSED,
      decision: 'require_human_approval',
    },
  },
  {
    name: 'above the dual limit one person alone confirms',
    books: pair(LARGE),
    prepare: async (stage) => {
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      return async () => said(await stage.confirm(CONTROLLERS[0], id));
    },
    expect: {
      outcome: 'escalated',
      codes: ['DUAL_APPROVAL_REQUIRED'],
      changes: ['escalations', 'approvals'],
      states: PROPOSED,
      decision: 'require_human_approval',
    },
  },
  {
    name: 'above the dual limit one person confirms twice',
    books: pair(LARGE),
    prepare: async (stage) => {
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      await stage.confirm(CONTROLLERS[0], id);
      return async () => said(await stage.confirm(CONTROLLERS[0], id));
    },
    expect: {
      outcome: 'escalated',
      codes: ['DUAL_APPROVAL_REQUIRED'],
      changes: [],
      states: PROPOSED,
      decision: 'require_human_approval',
    },
  },
  {
    name: 'on a restricted account the model proposes',
    account: '1030',
    books: pair('120.00'),
    prepare: async (stage) => async () => said(await stage.propose(MODEL, ['L1', 'S1'])),
    expect: {
      outcome: 'escalated',
      codes: ['ACCOUNT_FORCED_HUMAN'],
      changes: ['matches', 'dispositions', 'escalations'],
      states: PROPOSED,
      decision: 'require_human_approval',
    },
  },
  {
    name: 'on a restricted account a reviewer confirms, who is not trusted with it',
    account: '1030',
    books: pair('120.00'),
    prepare: async (stage) => {
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      return async () => said(await stage.confirm(REVIEWER, id));
    },
    expect: denied(['ROLE_REQUIRED', 'DUAL_APPROVAL_REQUIRED'], PROPOSED),
  },
  {
    name: 'on a restricted account one controller alone confirms',
    account: '1030',
    books: pair('120.00'),
    prepare: async (stage) => {
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      return async () => said(await stage.confirm(CONTROLLERS[0], id));
    },
    expect: {
      outcome: 'escalated',
      codes: ['DUAL_APPROVAL_REQUIRED'],
      changes: ['escalations', 'approvals'],
      states: PROPOSED,
      decision: 'require_human_approval',
    },
  },
  {
    name: 'on a restricted account the second of two controllers confirms (allowed)',
    account: '1030',
    books: pair('120.00'),
    prepare: async (stage) => {
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      await stage.confirm(CONTROLLERS[0], id);
      return async () => said(await stage.confirm(CONTROLLERS[1], id));
    },
    expect: {
      outcome: 'done',
      codes: [],
      changes: ['matches', 'escalations', 'approvals'],
      states: { matches: ['CONFIRMED'] },
      decision: 'allow',
    },
  },
  {
    name: 'one of two equal pairings would settle by rule',
    books: ambiguous,
    prepare: async (stage) => async () => settled(await stage.settle()),
    expect: {
      outcome: 'proposed',
      codes: ['STRATEGY_REQUIRES_HUMAN'],
      changes: ['reconciliations', 'matches', 'dispositions', 'escalations'],
      states: PROPOSED,
      decision: 'batch',
    },
  },
  {
    name: 'rules settle under a policy whose author is its only approver',
    books: pair('120.00', { reference: 'INV-7' }),
    policy: policyWith('approved_by: human:tomas.lindqvist', 'approved_by: human:priya.raman'),
    prepare: async (stage) => async () => settled(await stage.settle()),
    expect: {
      outcome: 'denied',
      codes: ['SOD_SAME_ACTOR'],
      changes: ['reconciliations'],
      states: { matches: [] },
      decision: 'batch',
    },
  },
  {
    name: 'a unique pairing under one reference settles by rule (allowed)',
    books: pair('120.00', { reference: 'INV-7' }),
    prepare: async (stage) => async () => settled(await stage.settle()),
    expect: {
      outcome: 'settled',
      codes: [],
      changes: ['reconciliations', 'matches', 'dispositions'],
      states: { matches: ['CONFIRMED'] },
      decision: 'batch',
    },
  },
  {
    name: 'the model acts after the close window has closed',
    books: pair('120.00'),
    prepare: async (stage) => {
      await stage.approved(policyWith(/closes_business_day: null/, 'closes_business_day: -4'));
      return async () => said(await stage.propose(MODEL, ['L1', 'S1']));
    },
    expect: denied(['OUTSIDE_CLOSE_WINDOW'], { matches: [] }),
  },
  {
    name: 'a change in a locked period',
    books: pair('120.00'),
    prepare: async (stage) => {
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      await stage.lock();
      return async () => said(await stage.confirm(REVIEWER, id));
    },
    expect: denied(['PERIOD_LOCKED'], PROPOSED),
  },
  {
    name: 'a match that is confirmed already is confirmed again',
    books: pair('120.00'),
    prepare: async (stage) => {
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      await stage.confirm(REVIEWER, id);
      return async () => said(await stage.confirm(CONTROLLERS[0], id));
    },
    expect: denied(['STATE_INVALID'], { matches: ['CONFIRMED'] }),
  },
  {
    name: 'an account with open lines is certified',
    books: pair('120.00'),
    prepare: async (stage) => async () =>
      said(
        await certify(stage.door, callBy(CONTROLLERS[0]), {
          reconciliation: stage.reconciliation,
          rationale: 'Looks fine.',
        }),
      ),
    expect: denied(['STATE_INVALID'], { reconciliations: ['IMPORTED', 'NEW'] }),
  },
  {
    name: 'an approval of another version of the match',
    books: pair('120.00'),
    prepare: async (stage) => {
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      return async () => said(await stage.confirm(REVIEWER, id, { contentHash: 'of-another-version' }));
    },
    expect: denied(['APPROVAL_STALE'], PROPOSED),
  },
  {
    name: 'an approval under another policy',
    books: pair('120.00'),
    prepare: async (stage) => {
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      return async () => said(await stage.confirm(REVIEWER, id, { policyHash: 'of-another-policy' }));
    },
    expect: denied(['APPROVAL_STALE'], PROPOSED),
  },
  {
    name: 'an adjusting entry whose debits and credits differ',
    books: pair('120.00'),
    prepare: async (stage) => {
      const itemIds = await stage.ids('S1');
      return async () =>
        said(
          await flagException(stage.door, callBy(MODEL), {
            reconciliation: stage.reconciliation,
            itemIds,
            reasonCode: 'UNBOOKED_FEE',
            narrative: 'A fee that is not booked.',
            adjustingEntry: [
              { account: '6800', debit: '120.00', credit: '0' },
              { account: '1010', debit: '0', credit: '119.99' },
            ],
          }),
        );
    },
    expect: denied(['ADJUSTMENT_UNBALANCED'], { exceptions: [] }),
  },
  {
    name: 'lines in a currency without a rate are imported',
    books: pair('120.00'),
    prepare: async (stage) => async () => said(await importEuro(stage, 'JPY', '2026-03-31')),
    expect: denied(['FX_RATE_MISSING']),
  },
  {
    name: 'lines are imported at a rate that is too old',
    books: pair('120.00'),
    prepare: async (stage) => async () => said(await importEuro(stage, 'EUR', '2026-04-08')),
    expect: denied(['FX_RATE_STALE']),
  },
  {
    name: 'a tool-call id is used again with other arguments',
    books: pairs(2, '120.00'),
    prepare: async (stage) => {
      const call = callBy(MODEL);
      await stage.propose(MODEL, ['L1', 'S1'], call);
      return async () => said(await stage.propose(MODEL, ['L2', 'S2'], call));
    },
    expect: { outcome: 'refused', codes: [], changes: [], states: PROPOSED, decision: 'refused' },
  },
];
