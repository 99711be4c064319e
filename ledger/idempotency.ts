import type { Transaction } from 'kysely';
import { type JsonObject, hashOf } from './canonical.ts';
import type { Database } from './database.ts';
import type { Answer, Call } from './door.ts';

/** What an idempotency key stands for: a call to be made, one that was answered, or one with other arguments. */
export type Claim =
  | { readonly kind: 'new' }
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'other_arguments' };

/**
 * Claims the call's key. A second call with the key waits here until the first has committed, then gets its answer.
 * The claim is part of the transaction: a call that fails leaves its key free.
 */
export async function claimKey(tx: Transaction<Database>, call: Call, args: JsonObject): Promise<Claim> {
  const argsHash = hashOf(args);
  const claimed = await tx
    .insertInto('idempotency_keys')
    .values({
      session_id: call.sessionId,
      tool_call_id: call.toolCallId,
      actor_id: call.actorId,
      args_hash: argsHash,
    })
    .onConflict((conflict) => conflict.columns(['session_id', 'tool_call_id']).doNothing())
    .executeTakeFirst();
  if (claimed.numInsertedOrUpdatedRows === 1n) return { kind: 'new' };
  const earlier = await tx
    .selectFrom('idempotency_keys')
    .select(['actor_id', 'args_hash', 'answer'])
    .where('session_id', '=', call.sessionId)
    .where('tool_call_id', '=', call.toolCallId)
    .executeTakeFirstOrThrow();
  if (earlier.actor_id !== call.actorId || earlier.args_hash !== argsHash) return { kind: 'other_arguments' };
  return { kind: 'answered', answer: earlier.answer as Answer };
}

/** Keeps the answer for retries, in the transaction that made it true. */
export async function keepAnswer(tx: Transaction<Database>, call: Call, answer: Answer): Promise<void> {
  await tx
    .updateTable('idempotency_keys')
    .set({ answer: JSON.stringify(answer) })
    .where('session_id', '=', call.sessionId)
    .where('tool_call_id', '=', call.toolCallId)
    .execute();
}
