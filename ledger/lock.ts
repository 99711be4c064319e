import { decide } from './decide.ts';
import type { Answer, Call, Door } from './door.ts';
import { runNow } from './run-state.ts';
import { runId, runStream } from './streams.ts';

/**
 * Locks a period once every account of it is certified; after that nothing in it changes. A reopened period is locked
 * again in the same way.
 */
export async function lockPeriod(
  door: Door,
  call: Call,
  args: { entity: string; period: string },
): Promise<Answer> {
  const run = runId(args.entity, args.period);
  return await decide(door, call, {
    action: 'LOCK',
    scope: { ...args, account: null },
    stream: runStream(args.entity, args.period),
    args,
    subjectKind: 'run',
    subjectId: run,
    recordsWhenEscalated: false,
    async load(tx) {
      const { state } = await runNow(tx, run);
      // The period is this transaction's alone (migration 0011): no account loses its certification meanwhile.
      const uncertified = await tx
        .selectFrom('reconciliations')
        .select('id')
        .where('run_id', '=', run)
        .where('state', '!=', 'CERTIFIED')
        .orderBy('id')
        .execute();
      return {
        subject: {
          kind: 'run',
          state,
          proposer: null,
          contentHash: null,
          approvals: [],
          rule: null,
          ambiguous: false,
          obstacle:
            uncertified.length === 0
              ? null
              : `not certified: ${uncertified.map((account) => account.id).join(', ')}`,
        },
      };
    },
    async apply(tx) {
      await tx
        .updateTable('runs')
        .set({ state: 'LOCKED', locked_at: new Date() })
        .where('id', '=', run)
        .execute();
      return { subjectId: run, result: { run, state: 'LOCKED' } };
    },
  });
}
