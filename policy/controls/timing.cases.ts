import type { Code } from '../contract.ts';
import {
  POLICY,
  OPERATOR,
  subject,
  PROPOSAL,
  SETTLEMENT,
  RECONCILIATION,
  OPEN_EXCEPTION,
  LOCKED_RUN,
  REGISTERED,
  policyWith,
  type Table,
  decisions,
} from '../testing.ts';

const BEFORE = '2026-03-25T03:59:59.999Z';

const STALE: readonly Code[] = ['APPROVAL_STALE'];

/** What the controls of `timing.ts` must answer: when, and in which state. */
export const TIMING: readonly Table[] = [
  decisions('PERIOD_LOCKED', [
    ['a person confirms', { periodLocked: true }, 'deny', ['PERIOD_LOCKED']],
    ['the engine settles', { ...SETTLEMENT, periodLocked: true }, 'deny', ['PERIOD_LOCKED']],
    ['a model proposes', { ...PROPOSAL, periodLocked: true }, 'deny', ['PERIOD_LOCKED']],
    [
      'reopening waits for a second person only',
      { action: 'REOPEN', account: null, amountUsd: null, subject: LOCKED_RUN, periodLocked: true },
      'approval',
      ['DUAL_APPROVAL_REQUIRED'],
    ],
  ]),
  decisions('OUTSIDE_CLOSE_WINDOW', [
    ['a model before the window', { ...PROPOSAL, at: BEFORE }, 'deny', ['OUTSIDE_CLOSE_WINDOW']],
    ['a model at its first moment', { ...PROPOSAL, at: '2026-03-25T04:00:00Z' }, 'allow'],
    ['the engine before the window', { ...SETTLEMENT, at: BEFORE }, 'deny', ['OUTSIDE_CLOSE_WINDOW']],
    ['a person before the window', { at: BEFORE }, 'allow'],
    ['a model reading before the window', { action: 'READ', actor: OPERATOR, at: BEFORE }, 'allow'],
    ['an entity without a calendar', { ...PROPOSAL, entity: 'FR' }, 'deny', ['OUTSIDE_CLOSE_WINDOW']],
    [
      'an entity named like a property of every object',
      { ...PROPOSAL, entity: 'constructor' },
      'deny',
      ['OUTSIDE_CLOSE_WINDOW'],
    ],
    ['a period that does not exist', { ...PROPOSAL, period: '2026-13' }, 'deny', ['OUTSIDE_CLOSE_WINDOW']],
    ['an instant that cannot be read', { ...PROPOSAL, at: 'yesterday' }, 'deny', ['OUTSIDE_CLOSE_WINDOW']],
  ]),
  decisions(
    'OUTSIDE_CLOSE_WINDOW with an end',
    [
      ['the last moment of the closing day', { ...PROPOSAL, at: '2026-04-09T03:59:59Z' }, 'allow'],
      [
        'the first moment after it',
        { ...PROPOSAL, at: '2026-04-09T04:00:00Z' },
        'deny',
        ['OUTSIDE_CLOSE_WINDOW'],
      ],
    ],
    policyWith('closes_business_day: null', 'closes_business_day: 6'),
  ),
  decisions('STATE_INVALID', [
    ['confirming what is confirmed', { subject: subject({ state: 'CONFIRMED' }) }, 'deny', ['STATE_INVALID']],
    [
      'an engine settling what was rejected',
      { ...SETTLEMENT, subject: subject({ state: 'REJECTED' }) },
      'deny',
      ['STATE_INVALID'],
    ],
    [
      'a model rejecting what is confirmed',
      { action: 'REJECT', actor: OPERATOR, subject: subject({ state: 'CONFIRMED' }) },
      'deny',
      ['STATE_INVALID'],
    ],
    [
      'certifying before matching',
      { action: 'CERTIFY', subject: { ...RECONCILIATION, state: 'IMPORTED' } },
      'deny',
      ['STATE_INVALID'],
    ],
    [
      'certifying what does not tie out',
      { action: 'CERTIFY', subject: { ...RECONCILIATION, obstacle: 'tie-out difference 1.00 USD' } },
      'deny',
      ['STATE_INVALID'],
    ],
    ['confirming nothing', { subject: null }, 'deny', ['STATE_INVALID']],
    ['a state that does not exist', { subject: subject({ state: 'toString' }) }, 'deny', ['STATE_INVALID']],
    ['confirming an exception', { subject: OPEN_EXCEPTION }, 'deny', ['STATE_INVALID']],
  ]),
  decisions('APPROVAL_STALE', [
    [
      'the version seen and the policy in force',
      { approvedContentHash: 'content-1', approvedPolicyHash: POLICY.hash },
      'allow',
    ],
    ['another version', { approvedContentHash: 'content-0' }, 'deny', STALE],
    ['another policy', { approvedPolicyHash: 'other' }, 'deny', STALE],
    [
      'certifying another version',
      { action: 'CERTIFY', subject: RECONCILIATION, approvedContentHash: 'content-0' },
      'deny',
      STALE,
    ],
    [
      'resolving under another policy',
      { action: 'RESOLVE', subject: OPEN_EXCEPTION, approvedPolicyHash: 'other' },
      'deny',
      STALE,
    ],
    [
      'agreeing to a reopening that was asked under another policy',
      { action: 'REOPEN', subject: LOCKED_RUN, approvedPolicyHash: 'other' },
      'deny',
      ['DUAL_APPROVAL_REQUIRED', 'APPROVAL_STALE'],
    ],
    [
      'agreeing to another change of the register',
      { action: 'CHANGE_ACTORS', subject: REGISTERED, approvedContentHash: 'content-0' },
      'deny',
      ['DUAL_APPROVAL_REQUIRED', 'APPROVAL_STALE'],
    ],
    [
      'a model with another version',
      { actor: OPERATOR, approvedContentHash: 'content-0' },
      'deny',
      ['TIER_EXCEEDED', 'APPROVAL_STALE'],
    ],
  ]),
];
