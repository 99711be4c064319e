import type { Db } from '../../ledger/connect.ts';
import { reconciliationStream } from '../../ledger/streams.ts';

/** An event as the tools show it: what was decided, without the caller's own words. */
export interface ShownEvent {
  seq: string;
  at: string;
  event_type: string;
  actor: string | null;
  action: string | null;
  decision: string | null;
  codes: string[];
  subject: string | null;
  policy_hash: string | null;
  row_hash: string;
}

/** Events of a reconciliation's stream behind a sequence number, in order. */
export async function auditEvents(
  db: Db,
  reconciliation: string,
  after: string,
  limit: number,
): Promise<ShownEvent[]> {
  const rows = await db
    .selectFrom('audit_events')
    .select([
      'seq',
      'at',
      'event_type',
      'actor_id',
      'action',
      'decision',
      'codes',
      'subject',
      'policy_hash',
      'row_hash',
    ])
    .where('stream', '=', reconciliationStream(reconciliation))
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(({ actor_id: actor, at, row_hash: hash, ...row }) => ({
    ...row,
    actor,
    at: at.toISOString(),
    row_hash: hash.toString('hex'),
  }));
}
