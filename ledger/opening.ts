import { type Transaction, sql } from 'kysely';
import type { Actor } from '../policy/contract.ts';
import type { Policy } from '../policy/load.ts';
import { type AuditEvent, type AuditKey, type Head, type Receipt, prepareAppend } from './audit.ts';
import { type JsonObject, hashOf } from './canonical.ts';
import type { Database } from './database.ts';
import type { Answer, Call, Scope } from './door.ts';
import { lastly } from './last-statement.ts';
import { policyByHash } from './policy-in-force.ts';

/** How a decision begins: anew with everything it stands on, answered before, or under a key that says something else. */
export type Opened =
  | {
      readonly kind: 'new';
      readonly head: Head;
      readonly policy: Policy;
      readonly actor: Actor | null;
      readonly periodLocked: boolean;
    }
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'other_arguments'; readonly head: Head };

interface OpenedRow {
  claimed: boolean;
  other_arguments: boolean;
  answer: Answer | null;
  seq: string;
  row_hash: Buffer;
  at: string;
  policy_hash: string | null;
  actor: Actor | null;
  period_locked: boolean;
}

/**
 * Claims the call's idempotency key and takes the stream's lock, in one round trip (migration 0006). A second call with
 * the key waits here until the first has committed, then gets its answer; a call that fails leaves its key free.
 */
export async function openDecision(
  tx: Transaction<Database>,
  call: Call,
  args: JsonObject,
  at: { readonly stream: string; readonly scope: Scope },
): Promise<Opened> {
  const { rows } = await sql<OpenedRow>`
    select * from open_decision(${call.sessionId}, ${call.toolCallId}, ${call.actorId}, ${hashOf(args)}, ${at.stream},
                                ${at.scope.entity}, ${at.scope.period})`.execute(tx);
  const row = rows[0];
  if (!row) throw new Error('open_decision gave no row');
  if (!row.claimed && !row.other_arguments) {
    if (!row.answer) throw new Error(`the call ${call.toolCallId} was begun and has no answer; repeat it`);
    return { kind: 'answered', answer: row.answer };
  }
  const head: Head = { stream: at.stream, seq: BigInt(row.seq), rowHash: row.row_hash, at: row.at };
  if (row.other_arguments) return { kind: 'other_arguments', head };
  const policy = await policyByHash(tx, row.policy_hash);
  return { kind: 'new', head, policy, actor: row.actor, periodLocked: row.period_locked };
}

/** Appends the decision's event and keeps its answer for retries, in one round trip. */
export async function closeDecision(
  tx: Transaction<Database>,
  key: AuditKey,
  call: Call,
  head: Head,
  event: AuditEvent,
  answerWith: (receipt: Receipt) => Answer,
): Promise<Answer> {
  const { receipt, seq, bytes, hmac } = prepareAppend(key, head, event);
  const answer = answerWith(receipt);
  await lastly(
    tx,
    `with appended as (select * from audit_append($1, $2, $3, $4, $5))
     update idempotency_keys set answer = $6::jsonb from appended where session_id = $7 and tool_call_id = $8`,
    [head.stream, seq, bytes, key.id, hmac, JSON.stringify(answer), call.sessionId, call.toolCallId],
  );
  return answer;
}
