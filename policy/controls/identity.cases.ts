import {
  actor,
  MEI,
  JONAS,
  OPERATOR,
  MATCHER,
  subject,
  approval,
  SETTLEMENT,
  RECONCILIATION,
  OPEN_EXCEPTION,
  VERSION,
  REGISTERED,
  policyWith,
  PREPARER,
  type Row,
  type Table,
  decisions,
} from '../testing.ts';

const UNAPPROVED: Row = ['the engine settles', SETTLEMENT, 'deny', ['SOD_SAME_ACTOR']];

/** What the controls of `identity.ts` must answer: who asks. */
export const IDENTITY: readonly Table[] = [
  decisions('ACTOR_UNKNOWN', [
    ['no row in the registry', { actor: null }, 'deny', ['ACTOR_UNKNOWN']],
    ['an inactive person', { actor: { ...MEI, active: false } }, 'deny', ['ACTOR_UNKNOWN']],
    [
      'an inactive model reading',
      { action: 'READ', actor: { ...OPERATOR, active: false } },
      'deny',
      ['ACTOR_UNKNOWN'],
    ],
    ['a person whose id says llm', { actor: { ...MEI, id: 'llm:mei.tan' } }, 'deny', ['ACTOR_UNKNOWN']],
    ['another id than the transport bound', { actorId: 'human:someone.else' }, 'deny', ['ACTOR_UNKNOWN']],
    [
      'an engine whose id says human',
      { ...SETTLEMENT, actor: { ...MATCHER, id: 'human:matcher' } },
      'deny',
      ['ACTOR_UNKNOWN'],
    ],
  ]),
  decisions('SOD_SAME_ACTOR', [
    [
      'a person confirms their own match',
      { subject: subject({ proposer: MEI }) },
      'deny',
      ['SOD_SAME_ACTOR'],
    ],
    [
      'a person confirms what a model acting for them proposed',
      { subject: subject({ proposer: { ...OPERATOR, principal: MEI.id } }) },
      'deny',
      ['SOD_SAME_ACTOR'],
    ],
    [
      'a second account of one person',
      { subject: subject({ proposer: actor('human', 'mei.2', { principal: MEI.id }) }) },
      'deny',
      ['SOD_SAME_ACTOR'],
    ],
    [
      'a person resolves their own exception',
      { action: 'RESOLVE', subject: { ...OPEN_EXCEPTION, proposer: MEI } },
      'deny',
      ['SOD_SAME_ACTOR'],
    ],
    [
      'a preparer certifies',
      { action: 'CERTIFY', subject: { ...RECONCILIATION, proposer: MEI } },
      'deny',
      ['SOD_SAME_ACTOR'],
    ],
    ['an engine confirms its own match', { actor: MATCHER }, 'deny', ['SOD_SAME_ACTOR', 'TIER_EXCEEDED']],
    ['a person rejects their own match', { action: 'REJECT', subject: subject({ proposer: MEI }) }, 'allow'],
    [
      'an author approves their own policy',
      { action: 'APPROVE_POLICY', subject: { ...VERSION, proposer: MEI, approvals: [approval(JONAS)] } },
      'deny',
      ['SOD_SAME_ACTOR'],
    ],
    [
      'the author named in the file approves it',
      {
        action: 'APPROVE_POLICY',
        actor: actor('human', 'priya.raman'),
        subject: { ...VERSION, proposer: null, approvals: [approval(JONAS)] },
      },
      'deny',
      ['SOD_SAME_ACTOR'],
    ],
    [
      'a person changes their own row of the register',
      { action: 'CHANGE_ACTORS', subject: { ...REGISTERED, proposer: MEI, approvals: [approval(JONAS)] } },
      'deny',
      ['SOD_SAME_ACTOR'],
    ],
    [
      'a person changes a model that acts for them',
      {
        action: 'CHANGE_ACTORS',
        subject: {
          ...REGISTERED,
          proposer: { ...OPERATOR, principal: MEI.id },
          approvals: [approval(JONAS)],
        },
      },
      'deny',
      ['SOD_SAME_ACTOR'],
    ],
    [
      'two others change a row of the register',
      { action: 'CHANGE_ACTORS', subject: { ...REGISTERED, approvals: [approval(JONAS)] } },
      'allow',
    ],
    [
      'two others approve a policy',
      { action: 'APPROVE_POLICY', subject: { ...VERSION, approvals: [approval(JONAS)] } },
      'allow',
    ],
  ]),
  decisions('a policy nobody approved', [UNAPPROVED], policyWith('approved_by: human:tomas.lindqvist\n', '')),
  decisions(
    'a policy its author approved',
    [UNAPPROVED],
    policyWith('approved_by: human:tomas.lindqvist', 'approved_by: human:priya.raman'),
  ),
  decisions(
    'a policy a model approved',
    [UNAPPROVED],
    policyWith('approved_by: human:tomas.lindqvist', 'approved_by: llm:recon-operator'),
  ),
  decisions('SOD_LLM_CONFIRM', [
    [
      'a model confirms another model',
      { actor: OPERATOR, subject: subject({ proposer: actor('llm', 'other') }) },
      'deny',
      ['SOD_LLM_CONFIRM', 'TIER_EXCEEDED'],
    ],
    [
      'a model confirms itself',
      { actor: OPERATOR, subject: subject({ proposer: OPERATOR }) },
      'deny',
      ['SOD_SAME_ACTOR', 'SOD_LLM_CONFIRM', 'TIER_EXCEEDED'],
    ],
    ['a model confirms the engine', { actor: OPERATOR }, 'approval', ['TIER_EXCEEDED']],
  ]),
  decisions('ROLE_REQUIRED', [
    ['a preparer confirms', { actor: PREPARER }, 'deny', ['ROLE_REQUIRED']],
    ['a preparer resolves', { action: 'RESOLVE', actor: PREPARER, subject: OPEN_EXCEPTION }, 'allow'],
    [
      'a preparer resolves on an elevated account',
      { action: 'RESOLVE', actor: PREPARER, account: '1300', subject: OPEN_EXCEPTION },
      'deny',
      ['ROLE_REQUIRED'],
    ],
    [
      'a reviewer certifies an elevated account',
      { action: 'CERTIFY', actor: { ...MEI, roles: ['reviewer'] }, account: '1300', subject: RECONCILIATION },
      'deny',
      ['ROLE_REQUIRED'],
    ],
    [
      'a preparer changes the register',
      {
        action: 'CHANGE_ACTORS',
        actor: PREPARER,
        subject: { ...REGISTERED, proposer: OPERATOR, approvals: [approval(JONAS)] },
      },
      'deny',
      ['ROLE_REQUIRED'],
    ],
    ['a preparer rejects, for which no role is listed', { action: 'REJECT', actor: PREPARER }, 'allow'],
  ]),
];
