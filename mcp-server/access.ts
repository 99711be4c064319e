import { record } from '../ledger/audit.ts';
import type { Json } from '../ledger/canonical.ts';
import type { Door } from '../ledger/door.ts';
import { ACCESS_STREAM } from '../ledger/streams.ts';
import type { Caller } from './identity.ts';

/** What is recorded about calls that never reached the gate. */
export type AccessEvent =
  | 'LOGIN_FAILED'
  | 'IDENTITY_CONFUSION'
  | 'FOREIGN_HOST'
  | 'MALFORMED_REQUEST'
  | 'FORBIDDEN_ARGUMENT'
  | 'OUT_OF_SCOPE';

/** Why a call was refused, in fixed words, and what else is known. */
export type AccessDetail = { readonly reason: string; readonly [key: string]: Json };

/**
 * Writes one event of the access stream. Without a caller nobody was identified; a claimed name goes into the detail,
 * and `strangers.ts` keeps such events from filling the log.
 */
export async function recordAccess(
  door: Door,
  event: AccessEvent,
  about: { caller: Caller | null; toolCallId?: string; detail: AccessDetail },
): Promise<void> {
  const { caller, toolCallId, detail } = about;
  await door.db.transaction().execute(async (tx) => {
    await record(tx, door.auditKey, ACCESS_STREAM, {
      event_type: event,
      ...(caller ? { actor_id: caller.actorId, session_id: caller.sessionId } : {}),
      ...(caller?.agent ? { acting_agent: caller.agent } : {}),
      ...(toolCallId === undefined ? {} : { tool_call_id: toolCallId }),
      decision: 'refused',
      detail,
    });
  });
}
