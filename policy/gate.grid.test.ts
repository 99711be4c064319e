import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ACTIONS,
  type Action,
  type Actor,
  type ActorKind,
  CODES,
  type Code,
  type GateRequest,
} from './contract.ts';
import { evaluate } from './gate.ts';
import { usd } from './money.ts';
import {
  JONAS,
  LOCKED_RUN,
  MATCHER,
  MEI,
  OPEN_EXCEPTION,
  OPERATOR,
  POLICY,
  REGISTERED,
  RECONCILIATION,
  VERSION,
  actor,
  codesOf,
  request,
  subject,
} from './testing.ts';

const SUBJECTS: Readonly<Record<Action, GateRequest['subject']>> = {
  READ: null,
  IMPORT: subject({ kind: 'document', state: 'NEW' }),
  PROPOSE: subject({ state: 'NEW' }),
  SETTLE_BY_RULE: subject({ state: 'NEW' }),
  CONFIRM: subject(),
  REJECT: subject(),
  FLAG: { ...OPEN_EXCEPTION, state: 'NEW' },
  RESOLVE: OPEN_EXCEPTION,
  CARRY_FORWARD: OPEN_EXCEPTION,
  CERTIFY: RECONCILIATION,
  DECERTIFY: { ...RECONCILIATION, state: 'CERTIFIED' },
  LOCK: { ...LOCKED_RUN, state: 'RUNNING' },
  REOPEN: LOCKED_RUN,
  APPROVE_POLICY: VERSION,
  CHANGE_ACTORS: REGISTERED,
};
const ACTORS: Readonly<Record<ActorKind, Actor>> = { human: MEI, llm: OPERATOR, engine: MATCHER };
const KINDS = ['human', 'llm', 'engine'] as const;

type Over = Partial<GateRequest>;
interface Line {
  /** What makes the control fire, whatever else does. */
  readonly spoil: (good: GateRequest, by: Actor) => Over;
  /** For which actions it must fire, by kind of actor. For all others it must not. */
  readonly fires: Readonly<Record<ActorKind, readonly Action[]>>;
}

const except = (...spared: readonly Action[]) => ACTIONS.filter((action) => !spared.includes(action));
const everybody = (...actions: readonly Action[]) => ({ human: actions, llm: actions, engine: actions });
const programs = (...actions: readonly Action[]) => ({ human: [], llm: actions, engine: actions });
const proposedBy = ({ subject }: GateRequest, proposer: Actor): Over => ({
  subject: subject && { ...subject, proposer },
});

const CHANGES = except('READ');
const MONEY = ['PROPOSE', 'SETTLE_BY_RULE', 'CONFIRM', 'RESOLVE'] as const;
const JUDGED = ['CONFIRM', 'RESOLVE', 'CERTIFY'] as const;
const REGISTRY = ['APPROVE_POLICY', 'CHANGE_ACTORS'] as const;
const FOR_PEOPLE = [...JUDGED, 'CARRY_FORWARD', 'DECERTIFY', 'REOPEN', ...REGISTRY] as const;
/** Not without a reason, whatever the amount. */
const EXPLAINED = ['DECERTIFY', 'REOPEN'] as const;
const REASONED = ['PROPOSE', 'CONFIRM', 'REJECT', 'FLAG', 'RESOLVE'] as const;

const GRID: Readonly<Record<Code, Line>> = {
  ACTOR_UNKNOWN: {
    spoil: (_good, by) => ({ actor: { ...by, active: false } }),
    fires: everybody(...ACTIONS),
  },
  PERIOD_LOCKED: { spoil: () => ({ periodLocked: true }), fires: everybody(...except('READ', 'REOPEN')) },
  OUTSIDE_CLOSE_WINDOW: { spoil: () => ({ at: '2026-03-25T03:59:59Z' }), fires: programs(...CHANGES) },
  STATE_INVALID: {
    spoil: ({ subject }) => ({ subject: subject && { ...subject, obstacle: 'does not tie out' } }),
    fires: everybody(...CHANGES),
  },
  SOD_SAME_ACTOR: { spoil: proposedBy, fires: everybody(...JUDGED, ...REGISTRY) },
  SOD_LLM_CONFIRM: {
    spoil: (good) => proposedBy(good, actor('llm', 'another')),
    fires: { human: [], llm: JUDGED, engine: [] },
  },
  TIER_EXCEEDED: {
    spoil: () => ({}),
    fires: {
      human: ['SETTLE_BY_RULE'],
      llm: [...FOR_PEOPLE, 'SETTLE_BY_RULE', 'LOCK'],
      engine: FOR_PEOPLE,
    },
  },
  ACCOUNT_FORCED_HUMAN: { spoil: () => ({ account: '1030' }), fires: programs(...MONEY) },
  MATERIALITY_OVER_THRESHOLD: {
    spoil: () => ({ amountUsd: usd('10000.01') }),
    fires: programs(...MONEY),
  },
  STRATEGY_REQUIRES_HUMAN: {
    spoil: ({ subject }) => ({ subject: subject && { ...subject, ambiguous: true } }),
    fires: programs('SETTLE_BY_RULE'),
  },
  ROLE_REQUIRED: {
    spoil: (_good, by) => ({ actor: { ...by, roles: [] } }),
    fires: { human: FOR_PEOPLE, llm: [], engine: [] },
  },
  DUAL_APPROVAL_REQUIRED: {
    spoil: () => ({ amountUsd: usd('100000.01') }),
    fires: everybody(...JUDGED, 'REOPEN', ...REGISTRY),
  },
  MISSING_RATIONALE: {
    spoil: (good) => ({ ...proposedBy(good, MATCHER), amountUsd: usd('10000.01'), rationale: null }),
    // The engine's rule is its reason, but not for rejecting.
    fires: {
      human: [...REASONED, ...EXPLAINED],
      llm: [...REASONED, ...EXPLAINED],
      engine: ['REJECT', ...EXPLAINED],
    },
  },
  FX_RATE_MISSING: { spoil: () => ({ fx: 'missing' }), fires: everybody(...CHANGES) },
  FX_RATE_STALE: { spoil: () => ({ fx: 'stale' }), fires: everybody(...CHANGES) },
  ADJUSTMENT_UNBALANCED: { spoil: () => ({ adjustment: [] }), fires: everybody(...CHANGES) },
  APPROVAL_STALE: {
    spoil: () => ({ approvedPolicyHash: 'other' }),
    fires: everybody(...JUDGED, 'REOPEN', ...REGISTRY),
  },
};

// A T3 action asks for the second person even when nothing is spoilt; tiers speak without being provoked.
const SPEAKS_UNPROVOKED: readonly Code[] = ['TIER_EXCEEDED', 'DUAL_APPROVAL_REQUIRED'];

for (const code of CODES) {
  const { spoil, fires } = GRID[code];
  test(`${code} fires for exactly these actions and kinds of actor`, () => {
    for (const kind of KINDS) {
      for (const action of ACTIONS) {
        const by = ACTORS[kind];
        const usual = request({ action, actor: by, subject: SUBJECTS[action] });
        const good = { ...usual, ...proposedBy(usual, JONAS) };
        const cell = `${code}, ${action} by ${kind}`;
        const before = codesOf(evaluate(good, POLICY)).includes(code);
        assert.ok(!before || SPEAKS_UNPROVOKED.includes(code), `${cell}: fires without a cause`);
        const after = codesOf(evaluate({ ...good, ...spoil(good, by) }, POLICY)).includes(code);
        assert.equal(after, fires[kind].includes(action), cell);
      }
    }
  });
}
