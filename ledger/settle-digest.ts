import { createHash } from 'node:crypto';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { type Decimal, ZERO } from '../policy/money.ts';
import type { Database } from './database.ts';

// Migration 0023 has the same number.
const CHUNK = 10_000;

/** What one rule settled or proposed in one go: how many matches, their amount in US dollars, and the digest of the list. */
export interface MatchList {
  readonly matches: string;
  readonly amount_usd: string;
  readonly digest: string;
}

/**
 * The digest of a list of content hashes: SHA-256 over the SHA-256 of each 10,000 of them, written in hex one behind the
 * other. In pieces, because a list of ten million is more than a database puts into one text.
 */
export class ListDigest {
  readonly #whole = createHash('sha256');
  #chunk = createHash('sha256');
  #count = 0;

  add(contentHash: string): void {
    this.#chunk.update(contentHash);
    this.#count += 1;
    if (this.#count % CHUNK === 0) this.#close();
  }

  /** Adds hashes from a database, one behind the other: those of a whole chunk as their digest, others as they are. */
  addFound(count: number, hashes: FoundHashes): void {
    if (this.#count % CHUNK !== 0) throw new Error('hashes from a database come first');
    if ('digest' in hashes) this.#whole.update(Buffer.from(hashes.digest, 'hex'));
    else this.#chunk.update(hashes.text);
    this.#count += count;
  }

  /** In hex. The list is complete with it. */
  end(): string {
    if (this.#count % CHUNK !== 0) this.#close();
    return this.#whole.digest('hex');
  }

  #close(): void {
    this.#whole.update(this.#chunk.digest());
    this.#chunk = createHash('sha256');
  }
}

/** The SHA-256, in hex, of {@link CHUNK} content hashes one behind the other, or fewer of them as they are. */
export type FoundHashes = { readonly digest: string } | { readonly text: string };

/** A list while it is made. */
export class ListMaker {
  readonly #digest = new ListDigest();
  #matches = 0;
  #lines = 0;
  #usd: Decimal = ZERO;

  add(lines: number, amountUsd: Decimal, contentHash: string): void {
    this.#digest.add(contentHash);
    this.#count(1, lines, amountUsd.toDecimalPlaces(2));
  }

  /** Adds pairs that the database found and recorded; they come before any other match. */
  addFound(pairs: number, amountUsd: Decimal, hashes: FoundHashes): void {
    this.#digest.addFound(pairs, hashes);
    this.#count(pairs, 2 * pairs, amountUsd);
  }

  /** The list, complete with it, and how many lines its matches have. */
  end(): MatchList & { readonly lines: string } {
    return {
      matches: String(this.#matches),
      amount_usd: this.#usd.toFixed(2),
      digest: this.#digest.end(),
      lines: String(this.#lines),
    };
  }

  #count(matches: number, lines: number, amountUsd: Decimal): void {
    this.#matches += matches;
    this.#lines += lines;
    this.#usd = this.#usd.plus(amountUsd);
  }
}

const NO_MATCHES: MatchList = { matches: '0', amount_usd: '0.00', digest: new ListDigest().end() };

/**
 * The lists of one rule's settlement as the tables have them, in the order of the ids: what was settled at once, and what
 * was proposed, whatever became of it since.
 * @param which chooses the matches of one rule in one settlement.
 */
export async function matchLists(
  db: Kysely<Database>,
  which: RawBuilder<unknown>,
): Promise<{ settled: MatchList; proposed: MatchList }> {
  const { rows } = await sql<MatchList & { settled: boolean }>`
    with numbered as (
      select decided_at is not distinct from created_at as settled, id, content_hash, amount_usd,
             (row_number() over (partition by decided_at is not distinct from created_at order by id) - 1) / ${CHUNK}::bigint as chunk
        from matches where ${which}),
    chunks as (
      select settled, chunk, count(*) as matches, sum(amount_usd) as amount_usd,
             sha256(convert_to(string_agg(content_hash, '' order by id), 'UTF8')) as digest
        from numbered group by settled, chunk)
    select settled, sum(matches)::text as matches, round(sum(amount_usd), 2)::text as amount_usd,
           encode(sha256(string_agg(digest, ''::bytea order by chunk)), 'hex') as digest
      from chunks group by settled`.execute(db);
  const list = (settled: boolean): MatchList => {
    const row = rows.find((one) => one.settled === settled);
    return row ? { matches: row.matches, amount_usd: row.amount_usd, digest: row.digest } : NO_MATCHES;
  };
  return { settled: list(true), proposed: list(false) };
}

/**
 * The matches that one settlement made by one rule. One transaction makes them and their event, so they carry one
 * instant. The states stand there twice for the two indexes that have all of them between them.
 */
export function madeBy(by: {
  reconciliation: string;
  rule: string;
  actor: string;
  session: string;
  /** As the event says it. */
  at: string;
}): RawBuilder<unknown> {
  return sql`
    ((reconciliation_id = ${by.reconciliation} and state in ('PROPOSED', 'CONFIRMED'))
      or (reconciliation_id = ${by.reconciliation} and state in ('REJECTED', 'SUPERSEDED')))
    and rule = ${by.rule} and proposed_by = ${by.actor} and session_id = ${by.session} and created_at = ${by.at}::timestamptz`;
}
