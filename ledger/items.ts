import { type Kysely, type Selectable, sql } from 'kysely';
import type { Database, ItemsTable, Side } from './database.ts';

/** A line as it is read; the hash of its reference is for the database's own joins. */
export type Item = Omit<Selectable<ItemsTable>, 'reference_hash'> & { reference_hash?: string | null };

/** A page of lines, and where the next one starts. */
export interface Page {
  readonly items: readonly Item[];
  readonly nextAfter: string | null;
  readonly openCount: string;
}

/** Open lines: in no live match or exception. In id order, from behind `after`. */
export async function openItems(
  db: Kysely<Database>,
  reconciliation: string,
  options: { side?: Side; after?: string; limit: number; only?: readonly string[] },
): Promise<Page> {
  const open = db
    .selectFrom('items')
    .where('reconciliation_id', '=', reconciliation)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('dispositions')
            .select(sql`1`.as('one'))
            .whereRef('dispositions.item_id', '=', 'items.id')
            .where('live', '=', true),
        ),
      ),
    )
    .$if(options.side !== undefined, (query) => query.where('side', '=', options.side ?? 'ledger'))
    .$if(options.only !== undefined, (query) => query.where('id', 'in', [...(options.only ?? []), '0']));
  const count = await open.select(sql<string>`count(*)`.as('count')).executeTakeFirstOrThrow();
  const items = await open
    .selectAll()
    .$if(options.after !== undefined, (query) => query.where('id', '>', options.after ?? '0'))
    .orderBy('id')
    .limit(options.limit + 1)
    .execute();
  const page = items.slice(0, options.limit);
  const more = items.length > options.limit;
  return { items: page, nextAfter: more ? (page.at(-1)?.id ?? null) : null, openCount: count.count };
}
