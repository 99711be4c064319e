import { hashOf } from './canonical.ts';
import { decide } from './decide.ts';
import type { Answer, Call, Decision, Door, SubjectFacts } from './door.ts';
import { approvalsOf } from './escalations.ts';
import { type RunNow, runNow } from './run-state.ts';
import { runId, runStream } from './streams.ts';

// A correction that takes longer belongs in the open period.
const MAX_DAYS = 31;
const DAY_MS = 86_400_000;

/** What two people must agree on, word for word. */
export interface Reopening {
  readonly entity: string;
  readonly period: string;
  readonly reason: string;
  /** The instant from which the period counts as locked again, ISO 8601 in UTC. */
  readonly until: string;
}

/**
 * Reopens a locked period until an instant, on the word of two people. Certifications stay: what is to be changed in an
 * account is decertified first. A period that is reopened already gets the new reason and expiry.
 * @param seen the version of the question, and the policy, that a second person was shown; either differing refuses.
 */
export async function reopenPeriod(
  door: Door,
  call: Call,
  args: Reopening,
  seen: { contentHash: string | null; policyHash: string | null } = { contentHash: null, policyHash: null },
): Promise<Answer> {
  const { entity, period, reason, until } = args;
  const run = runId(entity, period);
  const contentHash = hashOf({ run, reason, until });
  return await decide(door, call, {
    action: 'REOPEN',
    scope: { entity, period, account: null },
    stream: runStream(entity, period),
    args: { entity, period, reason, until },
    subjectKind: 'run',
    subjectId: run,
    recordsWhenEscalated: false,
    async load(tx) {
      const now = await runNow(tx, run);
      return {
        now,
        subject: {
          kind: 'run',
          state: now.state,
          proposer: null,
          contentHash,
          approvals: await approvalsOf(tx, { kind: 'run', id: run }, 'REOPEN'),
          rule: null,
          ambiguous: false,
          obstacle:
            now.state === 'RUNNING' ? `${entity} ${period} is not locked` : expiryObstacle(until, now.now),
        },
        rationale: reason,
        approvedContentHash: seen.contentHash,
        approvedPolicyHash: seen.policyHash,
      };
    },
    async apply(tx, { now }, { approvedBy }) {
      await tx
        .updateTable('runs')
        .set({
          state: 'REOPENED',
          reopened_until: new Date(until),
          reopened_at: now.now,
          reopened_by: [...approvedBy],
          reopened_because: reason,
        })
        .where('id', '=', run)
        .execute();
      const reopened = { until, by: approvedBy, because: reason };
      return {
        subjectId: run,
        result: { run, state: 'REOPENED', reopened_until: until, reopened_by: approvedBy },
        detail: { reopened: { ...reopened, was_locked_at: now.lockedAt?.toISOString() ?? null } },
      };
    },
  } satisfies Decision<SubjectFacts & { now: RunNow }>);
}

function expiryObstacle(until: string, now: Date): string | null {
  const at = Date.parse(until);
  if (Number.isNaN(at)) return `"${until.slice(0, 40)}" is no instant like 2026-04-20T18:00:00Z`;
  if (at <= now.getTime()) return `the expiry ${until} is not in the future; it is ${now.toISOString()}`;
  if (at > now.getTime() + MAX_DAYS * DAY_MS)
    return `the expiry ${until} is more than ${MAX_DAYS} days ahead; reopen for a shorter time`;
  return null;
}
