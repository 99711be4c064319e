import fc from 'fast-check';
import { ACTIONS, type Actor, type Approval, type GateRequest, type Subject } from './contract.ts';
import { decimal, usd } from './money.ts';
import { POLICY } from './testing.ts';

// Few names, so that people meet themselves often.
const person = fc.constantFrom('human:ana', 'human:ben', 'human:cho');
/** Actors; an id may lie about the kind. */
export const anyActor: fc.Arbitrary<Actor> = fc
  .record({
    kind: fc.constantFrom('human' as const, 'llm' as const, 'engine' as const),
    name: fc.constantFrom('ana', 'ben', 'cho'),
    roles: fc.subarray(['preparer', 'reviewer', 'controller', 'treasury']),
    principal: person,
    active: fc.boolean(),
    honest: fc.boolean(),
  })
  .map(({ kind, name, honest, ...rest }) => ({
    id: honest ? `${kind}:${name}` : `human:${name}`,
    kind,
    ...rest,
  }));

/** Approvals, good and stale. */
export const anyApproval: fc.Arbitrary<Approval> = fc.record({
  actor: anyActor,
  contentHash: fc.constantFrom('a', 'b'),
  policyHash: fc.constantFrom(POLICY.hash, 'other'),
});

const anySubject: fc.Arbitrary<Subject> = fc.record({
  kind: fc.constantFrom('match', 'exception', 'reconciliation', 'run', 'policy', 'actor', 'document'),
  state: fc.constantFrom(
    'NEW',
    'PROPOSED',
    'OPEN',
    'IN_REVIEW',
    'RUNNING',
    'LOCKED',
    'REOPENED',
    'ACTIVE',
    'CERTIFIED',
    '__proto__',
    '',
  ),
  proposer: fc.option(anyActor),
  contentHash: fc.option(fc.constantFrom('a', 'b')),
  approvals: fc.array(anyApproval, { maxLength: 3 }),
  rule: fc.option(fc.constantFrom('exact_reference', 'amount_date_fuzzy')),
  ambiguous: fc.boolean(),
  obstacle: fc.option(fc.constant('does not tie out'), { freq: 4 }),
});

/** Amounts in US dollars, often at a limit. */
export const amount = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 30_000_000n }),
    fc.constantFrom(500_000n, 500_001n, 1_000_000n, 1_000_001n, 10_000_000n, 10_000_001n, 25_000_001n),
  )
  .map((cents) => usd(decimal(cents).times(decimal('0.01'))));

const entryLine = fc.record({
  account: fc.constantFrom('1010', '6850', ''),
  debit: fc.constantFrom(decimal('0'), decimal('5'), decimal('-5')),
  credit: fc.constantFrom(decimal('0'), decimal('5')),
});

/** Typed input of every kind, sensible or not. */
export const anyRequest: fc.Arbitrary<GateRequest> = fc
  .record({
    action: fc.constantFrom(...ACTIONS),
    at: fc.constantFrom('2026-04-01T12:00:00Z', '2026-01-01T00:00:00Z', 'never', ''),
    actor: fc.option(anyActor, { freq: 10 }),
    entity: fc.constantFrom('US', 'DE', 'SG', 'XX', 'constructor'),
    period: fc.constantFrom('2026-03', '2026-13', ''),
    account: fc.option(fc.constantFrom('1010', '1030', '1300', 'toString')),
    periodLocked: fc.boolean(),
    subject: fc.option(anySubject, { freq: 10 }),
    amountUsd: fc.option(amount),
    cumulativeUsd: fc.option(amount),
    fx: fc.constantFrom('not_needed', 'fresh', 'stale', 'missing'),
    rationale: fc.option(fc.constantFrom('because', ' ', '')),
    adjustment: fc.option(fc.array(entryLine, { maxLength: 3 })),
    closedAccounts: fc.subarray(['1010', '6850']),
    approvedPolicyHash: fc.option(fc.constantFrom(POLICY.hash, 'other')),
    approvedContentHash: fc.option(fc.constantFrom('a', 'b')),
  })
  .map((request) => ({ ...request, actorId: request.actor?.id ?? 'human:nobody' }));

/** A person in good standing confirms a match: random requests rarely come this far. */
export const likelyConfirm: fc.Arbitrary<GateRequest> = fc
  .tuple(anyRequest, anyActor, anySubject)
  .map(([request, by, about]) => ({
    ...request,
    action: 'CONFIRM' as const,
    actor: { ...by, active: true, roles: ['reviewer', 'controller'] },
    actorId: by.id,
    periodLocked: false,
    subject: { ...about, kind: 'match' as const, state: 'PROPOSED', obstacle: null },
    fx: 'fresh' as const,
    rationale: 'because',
    adjustment: null,
    approvedPolicyHash: null,
    approvedContentHash: null,
  }));
