import { type AuditKey, genesisHash } from '../audit.ts';
import { SEAL_STREAM } from '../streams.ts';
import type { Breach, Breaches } from './finding.ts';
import { type FramedName, RowHasher, framedName } from './hasher.ts';
import { type AuditRow, columnDifference, parseRecorded } from './rows.ts';

/** Where a chain ends, as the source says beside its rows. */
export interface ChainEnd {
  readonly stream: string;
  readonly seq: string;
  /** In hex. */
  readonly row_hash: string;
}

// A row carries its transaction's beginning, and a transaction may wait for its stream: a little backwards is in order.
const WAITED_MS = 10 * 60_000;
// How far a row that fits no place is looked for, before and after its own.
const MOVED_WITHIN = 50n;
const MOST_RESTORES = 20;

const FRESH = { leaf: null, unsealed: false, forged: null, doubtful: false } as const;

type Place = Pick<AuditRow, 'stream' | 'seq' | 'at' | 'leaf_index'>;

// Not the row itself: its bytes may be gone when the place is told.
const placeOf = ({ stream, seq, at, leaf_index }: AuditRow): Place => ({ stream, seq, at, leaf_index });

interface Chain {
  readonly name: FramedName;
  seq: bigint;
  hash: string;
  at: string;
  leaf: bigint | null;
  /** An event of this chain is in no tree yet; then none after it is. */
  unsealed: boolean;
  /** Rows in a row that fit the chain and were not written by a holder of the key. */
  forged: { readonly first: Place; count: bigint } | null;
  /** The row before was found changed, so a link to it that does not fit tells nothing new. */
  doubtful: boolean;
}

/**
 * Checks chains from their first rows: numbers, links, hashes, HMACs, canonical bytes, columns, times. The rows of a stream
 * come in the order of recording, those of several streams in any mixture. Memory grows with streams, never with events.
 */
export class ChainCheck {
  readonly #keys: ReadonlyMap<string, AuditKey>;
  readonly #breaches: Breaches;
  readonly #hasher = new RowHasher();
  readonly #chains = new Map<string, Chain>();
  readonly #unknownKeys = new Set<string>();
  #events = 0n;
  #uncovered = 0n;
  #uncoveredSince: string | null = null;
  readonly #restores: string[] = [];

  /** @param keys of the HMAC, current and retired; rows under another key are only checked as a chain. */
  constructor(keys: readonly AuditKey[], breaches: Breaches) {
    this.#keys = new Map(keys.map((key) => [key.id, key]));
    this.#breaches = breaches;
  }

  get events(): bigint {
    return this.#events;
  }

  get streams(): bigint {
    return BigInt(this.#chains.size);
  }

  get unknownKeys(): readonly string[] {
    return [...this.#unknownKeys].sort();
  }

  get uncovered(): { readonly events: bigint; readonly since: string | null } {
    return { events: this.#uncovered, since: this.#uncoveredSince };
  }

  /** Where the log says of itself that it was restored from a backup; the first few. */
  get restores(): readonly string[] {
    return this.#restores;
  }

  add(row: AuditRow): void {
    const chain = this.#chains.get(row.stream) ?? this.#begin(row.stream);
    this.#events += 1n;
    const sound = this.#checkPlace(chain, row);
    this.#checkContent(chain, row, sound);
    this.#checkSeal(chain, row);
    chain.seq = row.seq;
    chain.hash = row.row_hash;
    if (row.at > chain.at) chain.at = row.at;
  }

  /** Compares where the chains ended with where the source says that they end. */
  end(ends: Iterable<ChainEnd>): void {
    for (const chain of this.#chains.values()) this.#settleForged(chain);
    const rest = new Set(this.#chains.keys());
    for (const { stream, seq, row_hash: hash } of ends) {
      const found = this.#chains.get(stream);
      rest.delete(stream);
      const about = { stream, seq, leaf: null, since: found?.at ?? null };
      const [said, last] = [BigInt(seq), found?.seq ?? 0n];
      if (!found && said > 0n) {
        const finding = `the stream should have ${seq} events and has none: it was deleted`;
        this.#breaches.add({ ...about, kind: 'stream deleted', finding });
      } else if (said > last) {
        const finding = `the chain ends at ${last}: its tail was cut off`;
        this.#breaches.add({ ...about, kind: 'tail cut', finding });
      } else if (said < last) {
        const finding = `the chain goes on to ${last} behind its recorded end: events were inserted, or the end was set back`;
        this.#breaches.add({ ...about, kind: 'inserted', finding });
      } else if (found && found.hash !== hash) {
        const finding = 'the last event is not the one that the recorded end names: it was rewritten';
        this.#breaches.add({ ...about, kind: 'rewritten', finding });
      }
    }
    for (const stream of rest) {
      const found = this.#chains.get(stream);
      const finding =
        'there are events, and no recorded end of this stream: it was inserted, or its end deleted';
      this.#breaches.add({
        ...{ stream, seq: String(found?.seq ?? 0n), leaf: null, since: found?.at ?? null },
        ...{ kind: 'inserted', finding },
      });
    }
  }

  /** @returns false when the row does not stand where its number and its link say. */
  #checkPlace(chain: Chain, row: AuditRow): boolean {
    const { seq } = row;
    const linked = row.prev_hash === chain.hash;
    const expected = chain.seq + 1n;
    if (seq === expected && linked) return true;
    if (this.#movedFrom(chain, row) !== null) return false;
    if (seq > expected) {
      const gone = seq === expected + 1n ? `#${expected}` : `#${expected} to #${seq - 1n}`;
      this.#breach(
        row,
        linked ? 'reordered' : 'deleted',
        `${gone} of this stream ${linked ? 'never were: the event was renumbered' : 'were deleted'}`,
      );
    } else if (seq < expected) {
      this.#breach(row, 'inserted', `there is a second #${seq}: an event was inserted`);
    } else if (!chain.doubtful) {
      const finding =
        'does not build on the event before it: that one was replaced, or history was rewritten up to here';
      this.#breach(row, 'rewritten', finding);
    }
    return false;
  }

  #checkContent(chain: Chain, row: AuditRow, sound: boolean): void {
    chain.doubtful = !sound;
    const hashed = this.#hasher.row(chain.name, row, row.seq) === row.row_hash;
    const key = this.#keys.get(row.key_id);
    if (!key) this.#unknownKeys.add(row.key_id);
    const signed = key ? this.#hasher.hmac(key, chain.name, row) === row.hmac : null;
    if (!hashed) {
      chain.doubtful = true;
      const from = this.#movedFrom(chain, row);
      if (from !== null) this.#breach(row, 'reordered', `was recorded as #${from}: events were reordered`);
      else if (signed === true) this.#breach(row, 'edited', 'its hash was edited; its bytes were not');
      else this.#breach(row, 'edited', 'its bytes are not the ones that were hashed: the event was edited');
    } else if (signed === false) {
      chain.forged ??= { first: placeOf(row), count: 0n };
      chain.forged.count += 1n;
    }
    if (hashed && signed !== false) this.#settleForged(chain);
    const event = parseRecorded(row.bytes);
    if (event === null) {
      const finding = 'its bytes are not canonical JSON: keys twice, another order or another spacing';
      this.#breach(row, 'not canonical', finding);
      return;
    }
    if (
      row.stream === SEAL_STREAM &&
      event['event_type'] === 'RESTORE' &&
      this.#restores.length < MOST_RESTORES
    )
      this.#restores.push(`${row.stream} #${row.seq}, by ${String(event['actor_id'])} at ${row.at}`);
    const column = columnDifference(row, event);
    if (column !== null)
      this.#breach(
        row,
        'edited',
        `column ${column} says something else than the recorded bytes: it was edited`,
      );
    if (chain.at !== '' && row.at < chain.at && Date.parse(chain.at) - Date.parse(row.at) > WAITED_MS)
      this.#breach(
        row,
        'backdated',
        `its time is before that of the events before it (${chain.at}): it was backdated`,
      );
  }

  // What is sealed first comes first in the tree; a row that came between sealed ones later was not there at the seal.
  #checkSeal(chain: Chain, row: AuditRow): void {
    if (row.leaf_index === null) {
      this.#uncovered += 1n;
      if (this.#uncoveredSince === null || row.at < this.#uncoveredSince) this.#uncoveredSince = row.at;
      chain.unsealed = true;
      return;
    }
    const leaf = row.leaf_index;
    if (chain.unsealed)
      this.#breach(
        row,
        'inserted',
        'is sealed, and an event before it is not: that one was inserted afterwards',
      );
    else if (chain.leaf !== null && leaf <= chain.leaf)
      this.#breach(
        row,
        'reordered',
        'was sealed before the event that comes before it: events were reordered',
      );
    chain.leaf = leaf;
  }

  #settleForged(chain: Chain): void {
    const { forged } = chain;
    if (!forged) return;
    chain.forged = null;
    const { first, count } = forged;
    if (count === 1n)
      this.#breach(first, 'forged', 'was not written by a holder of the audit key: forged or edited');
    else {
      const finding = `from here on ${count} events were not written by a holder of the audit key: history was rewritten`;
      this.#breach(first, 'rewritten', finding);
    }
  }

  #movedFrom(chain: Chain, row: AuditRow): bigint | null {
    for (let away = -MOVED_WITHIN; away <= MOVED_WITHIN; away += 1n) {
      const from = row.seq + away;
      if (away === 0n || from < 1n) continue;
      if (this.#hasher.row(chain.name, row, from) === row.row_hash) return from;
    }
    return null;
  }

  #breach(row: Place, kind: Breach['kind'], finding: string): void {
    const { stream, seq, at, leaf_index: leaf } = row;
    this.#breaches.add({ stream, seq: String(seq), kind, finding, since: at, leaf });
  }

  #begin(stream: string): Chain {
    const hash = genesisHash(stream).toString('hex');
    const chain = { name: framedName(stream), seq: 0n, hash, at: '', ...FRESH };
    this.#chains.set(stream, chain);
    return chain;
  }
}
