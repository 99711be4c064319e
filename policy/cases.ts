import { AUTHORITY } from './controls/authority.cases.ts';
import { FIGURES } from './controls/figures.cases.ts';
import { IDENTITY } from './controls/identity.cases.ts';
import { TIMING } from './controls/timing.cases.ts';
import {
  MATCHER,
  OPEN_EXCEPTION,
  OPERATOR,
  PROPOSAL,
  RECONCILIATION,
  SETTLEMENT,
  type Table,
  decisions,
  subject,
} from './testing.ts';

const ORDINARY = decisions('the ordinary month', [
  ['a reviewer confirms a rule match', {}, 'allow'],
  ['a model proposes a small match', PROPOSAL, 'allow'],
  [
    'the engine proposes a small match without a rationale',
    { ...PROPOSAL, actor: MATCHER, rationale: null },
    'allow',
  ],
  ['the engine settles by an approved rule', { ...SETTLEMENT, rationale: null }, 'allow'],
  [
    'a model reads a locked period',
    { action: 'READ', actor: OPERATOR, periodLocked: true, subject: null },
    'allow',
  ],
  [
    'a model flags an exception',
    { action: 'FLAG', actor: OPERATOR, subject: { ...OPEN_EXCEPTION, state: 'NEW' } },
    'allow',
  ],
  [
    'a model withdraws its own proposal',
    { action: 'REJECT', actor: OPERATOR, subject: subject({ proposer: OPERATOR }) },
    'allow',
  ],
  ['a person resolves what a model flagged', { action: 'RESOLVE', subject: OPEN_EXCEPTION }, 'allow'],
  ['a controller certifies what another prepared', { action: 'CERTIFY', subject: RECONCILIATION }, 'allow'],
  ['the engine imports a file', { action: 'IMPORT', actor: MATCHER, subject: null }, 'allow'],
]);

/** Every decision of the tables: what the gate must answer, as data. */
export const CASES: readonly Table[] = [ORDINARY, ...IDENTITY, ...TIMING, ...AUTHORITY, ...FIGURES];
