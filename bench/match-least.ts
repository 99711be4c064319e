import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from, to } from 'pg-copy-streams';

/** What Postgres alone needs for what is recorded of a month, in seconds. */
export interface Least {
  /** Lines with their keys, ready made: COPY into a table with the two indexes that refuse an id twice. */
  readonly lines: number;
  /** Finding the pairs of one reference and amount, by one hash join. */
  readonly find: number;
  /** The matches that were settled in bulk, ready made, with their identity. */
  readonly matches: number;
  /** Their legs, ready made, with the index that keeps a line to one live match. */
  readonly legs: number;
}

const LINES =
  'id, reconciliation_id, side, document_id, carried_in, line_no, external_id, date, currency, amount, base_amount, ' +
  'amount_usd, fee, reference, counterparty, description, group_key, reference_key, counterparty_key';

/**
 * Records once more what a run has recorded in bulk, in tables with the product's columns and unique indexes, and does
 * nothing else: reads no files, makes no keys, asks no gate, guards and audits nothing, proposes nothing, matches nothing.
 * What the product takes less is not to be had while lines, matches and legs are rows and no id and no leg can stand twice.
 * @param admin a superuser's connection to the database of that run. The tables are gone again afterwards.
 * @param folder for the lines as COPY takes them.
 */
export async function least(admin: Client, folder: string): Promise<Least> {
  const sides = ['ledger', 'statement'].map((side) => ({ side, file: join(folder, `least-${side}.txt`) }));
  for (const { side, file } of sides)
    await pipeline(
      admin.query(to(`copy (select ${LINES} from items where side = '${side}' order by line_no) to stdout`)),
      createWriteStream(file),
    );
  await admin.query(`
    create temporary table legs_recorded as
      select d.* from dispositions d join matches m on m.id = d.match_id and m.in_bulk order by d.item_id;
    create table least_items (like items including defaults including generated);
    alter table least_items add primary key (id), add unique (reconciliation_id, side, external_id);
    create table least_matches (like matches including defaults, primary key (id));
    create table least_legs (like dispositions including defaults);
    create unique index on least_legs (item_id) where live;
    set work_mem = '256MB'; set enable_nestloop = off; set enable_mergejoin = off; set jit = off;
    checkpoint`);
  const lines = await seconds(async () => {
    for (const { file } of sides)
      await pipeline(
        createReadStream(file, { highWaterMark: 1 << 18 }),
        admin.query(from(`copy least_items (${LINES}) from stdin`)),
      );
  });
  const query = (text: string) => seconds(() => admin.query(text));
  const find = await query(`
    create temporary table least_found as
      select l.id as ledger_id, s.id as statement_id
        from least_items l join least_items s using (reference_hash, reference_key, currency, amount)
       where l.side = 'ledger' and s.side = 'statement'`);
  const matches = await query('insert into least_matches select * from matches where in_bulk order by id');
  const legs = await query('insert into least_legs select * from legs_recorded order by item_id');
  await admin.query(`
    drop table least_items, least_matches, least_legs, least_found, legs_recorded;
    reset work_mem; reset enable_nestloop; reset enable_mergejoin; reset jit`);
  return { lines, find, matches, legs };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
