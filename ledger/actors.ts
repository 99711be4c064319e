import type { Kysely } from 'kysely';
import type { Actor } from '../policy/contract.ts';
import type { Database } from './database.ts';

const COLUMNS = ['id', 'kind', 'roles', 'principal', 'active'] as const;

/** The registry's row of an actor, or null when nobody has that id. */
export async function findActor(db: Kysely<Database>, id: string): Promise<Actor | null> {
  return (await db.selectFrom('actors').select(COLUMNS).where('id', '=', id).executeTakeFirst()) ?? null;
}

/** Several actors by id; ids without a row are left out. */
export async function findActors(db: Kysely<Database>, ids: readonly string[]): Promise<Map<string, Actor>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('actors')
    .select(COLUMNS)
    .where('id', 'in', [...ids])
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}
