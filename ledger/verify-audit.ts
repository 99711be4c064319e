import { sql } from 'kysely';
import type { AuditKey } from './audit.ts';
import type { Verifier } from './checkpoint.ts';
import type { Db } from './connect.ts';
import { chainEnds, hasCheckpoints, ownNotes, rowsToVerify, sealedLeaves } from './audit-rows.ts';
import { onSnapshot } from './snapshot.ts';
import { ChainCheck } from './verify/chains.ts';
import { Breaches, type Verification } from './verify/finding.ts';
import { type ReceiptCopy, compareReceipts } from './verify/receipts.ts';
import { type KeptNote, type TreeFound, bySize, checkTree } from './verify/tree.ts';
import { concluded } from './verify/verdict.ts';

/** What else than the chains is looked at. */
export interface VerifyOptions {
  /** One stream only, without the tree. */
  readonly stream?: string | null;
  /** Whose signature counts on checkpoints; null when it is not at hand. Left out: checkpoints are not looked at. */
  readonly verifier?: Verifier | null;
  /** Checkpoints that were copied outside the database, by growing size. */
  readonly copies?: AsyncIterable<KeptNote> | null;
  /** Receipts from a place that the database's owner does not keep. */
  readonly receipts?: AsyncIterable<ReceiptCopy> | null;
}

/**
 * Recomputes every chain from its first row, and the tree over all of them against every checkpoint. One state of the
 * database is looked at, in batches, so memory stays flat however long the log is.
 * @param keys the HMAC's key, or the current one and the retired ones; null when none is at hand.
 */
export async function verifyAudit(
  db: Db,
  keys: AuditKey | readonly AuditKey[] | null,
  options: VerifyOptions = {},
): Promise<Verification> {
  const { stream = null, verifier, copies = null, receipts = null } = options;
  const ring = keys === null ? [] : 'id' in keys ? [keys] : keys;
  const where = stream === null ? null : sql<boolean>`e.stream = ${sql.lit(stream)}`;
  const breaches = new Breaches();
  // Before the log is read: an event is there before its receipt is, so what is missing then was removed.
  const receiptsSeen = receipts ? await compareReceipts(db, receipts, breaches) : null;
  return await onSnapshot(db, async (tx) => {
    const chains = new ChainCheck(ring, breaches);
    for await (const batch of rowsToVerify(tx, where)) {
      for (const row of batch) chains.add(row);
      if (breaches.full) break;
    }
    if (!breaches.full) chains.end(await chainEnds(tx, where));
    const kept = await hasCheckpoints(tx);
    let tree: TreeFound | null = null;
    if (verifier && stream === null && (kept || copies)) {
      const notes = copies ? bySize(ownNotes(tx), copies) : ownNotes(tx);
      tree = await checkTree(sealedLeaves(tx), notes, verifier, breaches);
    }
    return concluded(chains, breaches, {
      tree,
      expected: verifier !== undefined && stream === null && (kept || copies !== null),
      keyless: ring.length === 0,
      remarks: [
        ...(stream === null || !kept
          ? []
          : ['one stream only: checkpoints are compared when all are verified']),
        ...(receiptsSeen === null ? [] : [`${receiptsSeen} receipts of workflow histories were compared`]),
      ],
    });
  });
}
