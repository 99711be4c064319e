import type { Kysely } from 'kysely';
import { type Policy, parsePolicy } from '../policy/load.ts';
import { retentionYears } from '../policy/lookups.ts';
import type { Database } from './database.ts';

// Parsed once a version: a policy's hash says all there is to know about its content.
const parsed = new Map<string, Policy>();

/**
 * The policy version in force: the one that came in force last.
 * @throws when no policy has been registered: then nothing may be decided.
 */
export async function policyInForce(db: Kysely<Database>): Promise<Policy> {
  return await policyByHash(db, await hashInForce(db));
}

/** The hash of the version in force, or null when no policy has been registered. */
export async function hashInForce(db: Kysely<Database>): Promise<string | null> {
  const latest = await db
    .selectFrom('policy_versions')
    .select('hash')
    // A version that waits for its approval has never been in force.
    .where('in_force_since', 'is not', null)
    .orderBy('in_force_since', 'desc')
    .limit(1)
    .executeTakeFirst();
  return latest?.hash ?? null;
}

/**
 * For how many years copies of checkpoints are locked: by the policy in force, or by itself as long as none is
 * registered, for what happens until then is sealed, too.
 */
export async function retentionInForce(db: Kysely<Database>): Promise<number> {
  const hash = await hashInForce(db);
  return retentionYears(hash === null ? null : await policyByHash(db, hash));
}

/**
 * A registered policy version.
 * @param hash null when none is registered.
 * @throws when there is none, or when what is stored does not have the hash that it is stored under.
 */
export async function policyByHash(db: Kysely<Database>, hash: string | null): Promise<Policy> {
  if (hash === null) {
    throw new Error(
      'no policy is registered, so nothing may be decided; register one with `closegate close --dir DIR`',
    );
  }
  const known = parsed.get(hash);
  if (known) return known;
  const row = await db
    .selectFrom('policy_versions')
    .select('source')
    .where('hash', '=', hash)
    .executeTakeFirstOrThrow();
  const policy = parsePolicy(row.source, 'policy.yaml');
  if (policy.hash !== hash)
    throw new Error(`the registered policy ${hash} does not have that hash: it was edited`);
  parsed.set(hash, policy);
  return policy;
}
