import type { Code } from '../contract.ts';
import { usd } from '../money.ts';
import {
  actor,
  MEI,
  JONAS,
  TOMAS,
  OPERATOR,
  MATCHER,
  subject,
  approval,
  NEW,
  PROPOSAL,
  SETTLEMENT,
  RECONCILIATION,
  OPEN_EXCEPTION,
  LOCKED_RUN,
  REGISTERED,
  policyWith,
  PREPARER,
  type Table,
  decisions,
} from '../testing.ts';

const BIG = { amountUsd: usd('100000.01') } as const;
const DUAL: readonly Code[] = ['DUAL_APPROVAL_REQUIRED'];

const OVER = { amountUsd: usd('10000.01'), rationale: ' ​ … ' } as const;
const SILENT: readonly Code[] = ['MISSING_RATIONALE'];

/** What the controls of `authority.ts` must answer: who may do it, and with whom. */
export const AUTHORITY: readonly Table[] = [
  decisions('TIER_EXCEEDED', [
    [
      'a model certifies',
      { action: 'CERTIFY', actor: OPERATOR, subject: RECONCILIATION },
      'approval',
      ['TIER_EXCEEDED'],
    ],
    [
      'the engine certifies',
      { action: 'CERTIFY', actor: MATCHER, subject: RECONCILIATION },
      'approval',
      ['TIER_EXCEEDED'],
    ],
    ['a model settles by rule', { ...SETTLEMENT, actor: OPERATOR }, 'approval', ['TIER_EXCEEDED']],
    ['a person settles by rule', { ...SETTLEMENT, actor: MEI }, 'deny', ['TIER_EXCEEDED']],
    [
      'a model locks a period',
      { action: 'LOCK', actor: OPERATOR, subject: { ...LOCKED_RUN, state: 'RUNNING' } },
      'approval',
      ['TIER_EXCEEDED'],
    ],
    [
      'the engine locks a period',
      { action: 'LOCK', actor: MATCHER, subject: { ...LOCKED_RUN, state: 'RUNNING' } },
      'allow',
    ],
    [
      'a model reopens',
      { action: 'REOPEN', actor: OPERATOR, subject: LOCKED_RUN },
      'approval',
      ['TIER_EXCEEDED', 'DUAL_APPROVAL_REQUIRED'],
    ],
  ]),
  decisions(
    'an action without a tier',
    [
      ['a person', { action: 'REJECT' }, 'deny', ['TIER_EXCEEDED']],
      ['a model', { action: 'REJECT', actor: OPERATOR }, 'deny', ['TIER_EXCEEDED']],
    ],
    policyWith('  reject: T1\n', ''),
  ),
  decisions('ACCOUNT_FORCED_HUMAN', [
    [
      'a model proposes on customer funds',
      { ...PROPOSAL, account: '1030' },
      'approval',
      ['ACCOUNT_FORCED_HUMAN'],
    ],
    [
      'the engine settles on customer funds',
      { ...SETTLEMENT, account: '1030' },
      'approval',
      ['ACCOUNT_FORCED_HUMAN'],
    ],
    [
      'a model flags on customer funds',
      { action: 'FLAG', actor: OPERATOR, account: '1030', subject: { ...OPEN_EXCEPTION, state: 'NEW' } },
      'allow',
    ],
    ['the same number in another entity', { ...PROPOSAL, entity: 'DE', account: '1030' }, 'allow'],
    ['an elevated account', { ...PROPOSAL, account: '1300' }, 'allow'],
  ]),
  decisions('MATERIALITY_OVER_THRESHOLD', [
    ['a model at the limit', { ...PROPOSAL, amountUsd: usd('10000.00') }, 'allow'],
    [
      'a model a cent over',
      { ...PROPOSAL, amountUsd: usd('10000.01') },
      'approval',
      ['MATERIALITY_OVER_THRESHOLD'],
    ],
    [
      'a model over the limit of a small entity',
      { ...PROPOSAL, entity: 'SG', amountUsd: usd('5000.01') },
      'approval',
      ['MATERIALITY_OVER_THRESHOLD'],
    ],
    [
      'a model whose small amounts add up',
      { ...PROPOSAL, cumulativeUsd: usd('10000.01') },
      'approval',
      ['MATERIALITY_OVER_THRESHOLD'],
    ],
    [
      'an engine whose small amounts add up to less than its own limit',
      { ...SETTLEMENT, cumulativeUsd: usd('250000.00') },
      'allow',
    ],
    [
      'an engine whose small amounts add up to more',
      { ...SETTLEMENT, cumulativeUsd: usd('250000.01') },
      'approval',
      ['MATERIALITY_OVER_THRESHOLD'],
    ],
    [
      'an engine over materiality',
      { ...SETTLEMENT, amountUsd: usd('10000.01') },
      'approval',
      ['MATERIALITY_OVER_THRESHOLD'],
    ],
    [
      'a negative amount counts by its size',
      { ...PROPOSAL, amountUsd: usd('-10000.01') },
      'approval',
      ['MATERIALITY_OVER_THRESHOLD'],
    ],
    [
      'an amount nobody could tell',
      { ...PROPOSAL, amountUsd: null },
      'approval',
      ['MATERIALITY_OVER_THRESHOLD'],
    ],
    ['a person over materiality', { amountUsd: usd('10000.01'), cumulativeUsd: usd('900000.00') }, 'allow'],
  ]),
  decisions('STRATEGY_REQUIRES_HUMAN', [
    [
      'a rule that is not on the list',
      { ...SETTLEMENT, subject: { ...NEW, rule: 'amount_date_fuzzy' } },
      'approval',
      ['STRATEGY_REQUIRES_HUMAN'],
    ],
    ['no rule', { ...SETTLEMENT, subject: { ...NEW, rule: null } }, 'approval', ['STRATEGY_REQUIRES_HUMAN']],
    [
      'one of several solutions',
      { ...SETTLEMENT, subject: { ...NEW, ambiguous: true } },
      'approval',
      ['STRATEGY_REQUIRES_HUMAN'],
    ],
    [
      'proposing such a match',
      { ...PROPOSAL, actor: MATCHER, subject: { ...NEW, rule: 'amount_date_fuzzy', ambiguous: true } },
      'allow',
    ],
  ]),
  decisions('DUAL_APPROVAL_REQUIRED', [
    ['at the limit', { amountUsd: usd('100000.00') }, 'allow'],
    ['over the limit', BIG, 'approval', DUAL],
    ['a second person has approved', { ...BIG, subject: subject({ approvals: [approval(JONAS)] }) }, 'allow'],
    ['the same person twice', { ...BIG, subject: subject({ approvals: [approval(MEI)] }) }, 'approval', DUAL],
    [
      'two accounts of one person',
      { ...BIG, subject: subject({ approvals: [approval(actor('human', 'mei.2', { principal: MEI.id }))] }) },
      'approval',
      DUAL,
    ],
    [
      'the proposer approved',
      { ...BIG, subject: subject({ proposer: JONAS, approvals: [approval(JONAS)] }) },
      'approval',
      DUAL,
    ],
    [
      'the person behind the proposer approved',
      { ...BIG, subject: subject({ approvals: [approval(actor('human', 'priya.raman'))] }) },
      'approval',
      DUAL,
    ],
    ['a model approved', { ...BIG, subject: subject({ approvals: [approval(OPERATOR)] }) }, 'approval', DUAL],
    [
      'somebody without the role approved',
      { ...BIG, subject: subject({ approvals: [approval(PREPARER)] }) },
      'approval',
      DUAL,
    ],
    [
      'somebody since deactivated approved',
      { ...BIG, subject: subject({ approvals: [approval({ ...JONAS, active: false })] }) },
      'approval',
      DUAL,
    ],
    [
      'another version was approved',
      { ...BIG, subject: subject({ approvals: [approval(JONAS, { contentHash: 'content-0' })] }) },
      'approval',
      DUAL,
    ],
    [
      'it was approved under another policy',
      { ...BIG, subject: subject({ approvals: [approval(JONAS, { policyHash: 'other' })] }) },
      'approval',
      DUAL,
    ],
    [
      'a model after one approval',
      { ...BIG, actor: OPERATOR, subject: subject({ approvals: [approval(JONAS)] }) },
      'approval',
      ['TIER_EXCEEDED', 'MATERIALITY_OVER_THRESHOLD', 'DUAL_APPROVAL_REQUIRED'],
    ],
    ['customer funds, whatever the amount', { account: '1030' }, 'approval', DUAL],
    ['one person changes the register', { action: 'CHANGE_ACTORS', subject: REGISTERED }, 'approval', DUAL],
    [
      'the one whose row it is approved the change',
      {
        action: 'CHANGE_ACTORS',
        subject: { ...REGISTERED, proposer: JONAS, approvals: [approval(JONAS)] },
      },
      'approval',
      DUAL,
    ],
    [
      'reopening with two people',
      { action: 'REOPEN', subject: { ...LOCKED_RUN, approvals: [approval(TOMAS)] }, periodLocked: true },
      'allow',
    ],
  ]),
  decisions('MISSING_RATIONALE', [
    ['a person confirms above materiality', OVER, 'deny', SILENT],
    ['a person confirms below materiality', { rationale: null }, 'allow'],
    [
      'a model proposes above materiality',
      { ...PROPOSAL, ...OVER },
      'deny',
      ['MATERIALITY_OVER_THRESHOLD', 'MISSING_RATIONALE'],
    ],
    [
      'the engine proposes above materiality',
      { ...PROPOSAL, ...OVER, actor: MATCHER },
      'approval',
      ['MATERIALITY_OVER_THRESHOLD'],
    ],
    [
      'a person flags above materiality',
      { ...OVER, action: 'FLAG', subject: { ...OPEN_EXCEPTION, state: 'NEW' } },
      'deny',
      SILENT,
    ],
    [
      'a person resolves above materiality',
      { ...OVER, action: 'RESOLVE', subject: OPEN_EXCEPTION },
      'deny',
      SILENT,
    ],
    [
      'a certification is withdrawn without a word',
      { action: 'DECERTIFY', subject: { ...RECONCILIATION, state: 'CERTIFIED' }, rationale: null },
      'deny',
      SILENT,
    ],
    [
      'a certification is withdrawn with a reason',
      { action: 'DECERTIFY', subject: { ...RECONCILIATION, state: 'CERTIFIED' } },
      'allow',
    ],
    [
      'two people reopen and do not say why',
      {
        action: 'REOPEN',
        subject: { ...LOCKED_RUN, approvals: [approval(TOMAS)] },
        periodLocked: true,
        rationale: ' ',
      },
      'deny',
      SILENT,
    ],
    ['a person rejects the engine', { action: 'REJECT', rationale: '' }, 'deny', SILENT],
    ['a model rejects the engine', { action: 'REJECT', actor: OPERATOR, rationale: null }, 'deny', SILENT],
    [
      'a person rejects a model, a small amount',
      { action: 'REJECT', rationale: '', subject: subject({ proposer: OPERATOR }) },
      'allow',
    ],
  ]),
];
