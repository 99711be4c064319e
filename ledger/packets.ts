import type { Transaction } from 'kysely';
import { decimal } from '../policy/money.ts';
import { append, lockHead } from './audit.ts';
import { findActor } from './actors.ts';
import type { Database, PacketState } from './database.ts';
import { identity, scopeColumns } from './decide.ts';
import type { Call, Door } from './door.ts';
import { type Item, openItems } from './items.ts';
import { policyInForce } from './policy-in-force.ts';
import { getReconciliation, scopeOf, setReconciliationState } from './reconciliations.ts';
import { reconciliationStream } from './streams.ts';

/** A bundle of open lines that the model looks at in one conversation. */
export interface WorkPacket {
  readonly id: string;
  readonly version: number;
  readonly itemIds: readonly string[];
}

// A reconciliation with more open lines than this has a problem that no amount of investigation solves.
const MAX_OPEN_LINES = 5_000;

/**
 * Bundles what is open into packets, near amounts together, so that both sides of one event meet in one conversation.
 * Asked again, it gives the same packets.
 */
export async function makePackets(door: Door, call: Call, reconciliationId: string): Promise<WorkPacket[]> {
  return await door.db.transaction().execute(async (tx) => {
    const head = await lockHead(tx, reconciliationStream(reconciliationId));
    const existing = await packetsOf(tx, reconciliationId);
    if (existing.length > 0) return existing;
    const reconciliation = await getReconciliation(tx, reconciliationId);
    const policy = await policyInForce(tx);
    const { items } = await openItems(tx, reconciliationId, { limit: MAX_OPEN_LINES });
    const ordered = [...items].sort(smallestFirst);
    const size = policy.content.agent.max_packet_items;
    const packets: WorkPacket[] = [];
    for (let start = 0; start < ordered.length; start += size) {
      packets.push({
        id: `${reconciliationId}/p${packets.length + 1}`,
        version: 1,
        itemIds: ordered.slice(start, start + size).map((item) => item.id),
      });
    }
    if (packets.length > 0) {
      await tx
        .insertInto('packets')
        .values(
          packets.map((packet) => ({
            id: packet.id,
            reconciliation_id: reconciliationId,
            version: packet.version,
            item_ids: [...packet.itemIds],
            state: 'OPEN' as const,
          })),
        )
        .execute();
    }
    await append(tx, door.auditKey, head, {
      event_type: 'PACKETS_MADE',
      ...identity(call, await findActor(tx, call.actorId)),
      ...scopeColumns(scopeOf(reconciliation)),
      policy_hash: policy.hash,
      detail: { packets: String(packets.length), lines: String(ordered.length) },
    });
    return packets;
  });
}

/**
 * Records how an investigation ended. Lines that it left open are then a person's. An investigation that somebody
 * started by hand has no packet of ours: it stands in the audit log only.
 */
export async function finishPacket(
  door: Door,
  call: Call,
  packet: {
    id: string;
    reconciliation: string;
    state: Exclude<PacketState, 'OPEN'>;
    outcome: string;
    turns: number;
    inputTokens: number;
    outputTokens: number;
  },
): Promise<void> {
  await door.db.transaction().execute(async (tx) => {
    const head = await lockHead(tx, reconciliationStream(packet.reconciliation));
    const known = await tx
      .selectFrom('packets')
      .select('state')
      .where('id', '=', packet.id)
      .executeTakeFirst();
    // Told twice: a retry of a call whose answer was lost.
    if (known && known.state !== 'OPEN') return;
    if (known) {
      await tx
        .updateTable('packets')
        .set({
          state: packet.state,
          outcome: packet.outcome,
          turns: packet.turns,
          input_tokens: String(packet.inputTokens),
          output_tokens: String(packet.outputTokens),
        })
        .where('id', '=', packet.id)
        .execute();
    }
    const reconciliation = await getReconciliation(tx, packet.reconciliation);
    await append(tx, door.auditKey, head, {
      event_type: 'PACKET_FINISHED',
      ...identity(call, await findActor(tx, call.actorId)),
      ...scopeColumns(scopeOf(reconciliation)),
      subject: `packet:${packet.id}`,
      detail: {
        state: packet.state,
        outcome: packet.outcome,
        turns: packet.turns,
        input_tokens: packet.inputTokens,
        output_tokens: packet.outputTokens,
      },
    });
  });
}

/** Opens the review of an account; from here on people decide. Asked again, it changes nothing. */
export async function beginReview(door: Door, call: Call, reconciliationId: string): Promise<void> {
  await door.db.transaction().execute(async (tx) => {
    const head = await lockHead(tx, reconciliationStream(reconciliationId));
    const reconciliation = await getReconciliation(tx, reconciliationId);
    if (reconciliation.state !== 'MATCHED') return;
    await setReconciliationState(tx, reconciliationId, 'IN_REVIEW');
    await append(tx, door.auditKey, head, {
      event_type: 'REVIEW_OPENED',
      ...identity(call, await findActor(tx, call.actorId)),
      ...scopeColumns(scopeOf(reconciliation)),
      subject: `reconciliation:${reconciliationId}`,
    });
  });
}

async function packetsOf(tx: Transaction<Database>, reconciliation: string): Promise<WorkPacket[]> {
  const rows = await tx
    .selectFrom('packets')
    .select(['id', 'version', 'item_ids'])
    .where('reconciliation_id', '=', reconciliation)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ id: row.id, version: row.version, itemIds: row.item_ids }));
}

function smallestFirst(a: Item, b: Item): number {
  const order = decimal(a.base_amount).abs().comparedTo(decimal(b.base_amount).abs());
  return order === 0 ? (a.external_id < b.external_id ? -1 : 1) : order;
}
