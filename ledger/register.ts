import { type Transaction, sql } from 'kysely';
import type { Actor } from '../policy/contract.ts';
import type { RateRow } from '../policy/fx.ts';
import type { Policy } from '../policy/load.ts';
import { append, lockHead } from './audit.ts';
import { type JsonObject, hashOf } from './canonical.ts';
import type { Database } from './database.ts';
import type { Call, Door } from './door.ts';
import { REGISTRY_STREAM } from './streams.ts';

/** What a company's folder says, ready to be registered. */
export interface Registration {
  readonly policy: Policy;
  readonly actors: readonly (Actor & { readonly name: string })[];
  readonly entities: readonly { readonly id: string; readonly name: string; readonly currency: string }[];
  readonly accounts: readonly RegisteredAccount[];
  readonly rates: readonly RateRow[];
}

export interface RegisteredAccount {
  readonly entity: string;
  readonly code: string;
  readonly name: string;
  readonly currency: string;
  readonly statement_currency: string;
  readonly kind: string;
  readonly counterparty_entity: string | null;
  readonly counterparty_account: string | null;
}

/**
 * Brings the registry to what the folder says: policy, actors, accounts, rates. What is there already is left alone;
 * what changes is audited with a digest. Actors that the folder no longer names become inactive.
 * @returns which of them changed.
 */
export async function register(door: Door, call: Call, wanted: Registration): Promise<string[]> {
  return await door.db.transaction().execute(async (tx) => {
    let head = await lockHead(tx, REGISTRY_STREAM);
    const changed: string[] = [];
    const parts: readonly [string, () => Promise<boolean>, JsonObject][] = [
      ['POLICY_REGISTERED', () => registerPolicy(tx, wanted.policy), policyDetail(wanted.policy)],
      ['ACTORS_REGISTERED', () => registerActors(tx, wanted.actors), { actors: plain(wanted.actors) }],
      ['ACCOUNTS_REGISTERED', () => registerAccounts(tx, wanted), { accounts: plain(wanted.accounts) }],
      ['RATES_REGISTERED', () => registerRates(tx, wanted.rates), ratesDetail(wanted.rates)],
    ];
    for (const [eventType, apply, detail] of parts) {
      await sql`savepoint part`.execute(tx);
      if (!(await apply())) {
        // A statement that changed no row is still a change to the guard of 0005: as if it had never been asked.
        await sql`rollback to savepoint part`.execute(tx);
        continue;
      }
      changed.push(eventType);
      const appended = await append(tx, door.auditKey, head, {
        event_type: eventType,
        actor_id: call.actorId,
        session_id: call.sessionId,
        tool_call_id: call.toolCallId,
        policy_hash: wanted.policy.hash,
        detail,
      });
      head = appended.head;
    }
    return changed;
  });
}

async function registerPolicy(tx: Transaction<Database>, policy: Policy): Promise<boolean> {
  const latest = await tx
    .selectFrom('policy_versions')
    .select('hash')
    .orderBy('in_force_since', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (latest?.hash === policy.hash) return false;
  await tx
    .insertInto('policy_versions')
    .values({
      hash: policy.hash,
      version: policy.content.version,
      author: policy.content.author,
      approved_by: policy.content.approved_by ?? null,
      source: policy.source,
      in_force_since: new Date(),
    })
    // Going back to an earlier version puts it in force again.
    .onConflict((conflict) => conflict.column('hash').doUpdateSet({ in_force_since: new Date() }))
    .execute();
  return true;
}

async function registerActors(tx: Transaction<Database>, actors: Registration['actors']): Promise<boolean> {
  const result = await sql`
    with wanted as (select * from jsonb_to_recordset(${JSON.stringify(actors)}::jsonb)
                      as a (id text, kind text, name text, roles text[], principal text, active boolean)),
    upserted as (
      insert into actors as a (id, kind, name, roles, principal, active) select * from wanted
      on conflict (id) do update
        set name = excluded.name, roles = excluded.roles, principal = excluded.principal, active = excluded.active
        where (a.name, a.roles, a.principal, a.active)
          is distinct from (excluded.name, excluded.roles, excluded.principal, excluded.active)
      returning a.id),
    retired as (
      update actors set active = false where active and id not in (select id from wanted) returning id)
    select id from upserted union all select id from retired`.execute(tx);
  return result.rows.length > 0;
}

async function registerAccounts(tx: Transaction<Database>, wanted: Registration): Promise<boolean> {
  const entities = await sql`
    insert into entities as e (id, name, currency)
    select * from jsonb_to_recordset(${JSON.stringify(wanted.entities)}::jsonb) as x (id text, name text, currency text)
    on conflict (id) do update set name = excluded.name, currency = excluded.currency
      where (e.name, e.currency) is distinct from (excluded.name, excluded.currency)
    returning id`.execute(tx);
  const accounts = await sql`
    insert into accounts as a (entity, code, name, currency, statement_currency, kind, counterparty_entity, counterparty_account)
    select * from jsonb_to_recordset(${JSON.stringify(wanted.accounts)}::jsonb)
      as x (entity text, code text, name text, currency text, statement_currency text, kind text,
            counterparty_entity text, counterparty_account text)
    on conflict (entity, code) do update
      set name = excluded.name, currency = excluded.currency, statement_currency = excluded.statement_currency,
          kind = excluded.kind, counterparty_entity = excluded.counterparty_entity,
          counterparty_account = excluded.counterparty_account
      where (a.name, a.currency, a.statement_currency, a.kind, a.counterparty_entity, a.counterparty_account)
        is distinct from (excluded.name, excluded.currency, excluded.statement_currency, excluded.kind,
                          excluded.counterparty_entity, excluded.counterparty_account)
    returning a.code`.execute(tx);
  return entities.rows.length + accounts.rows.length > 0;
}

async function registerRates(tx: Transaction<Database>, rates: readonly RateRow[]): Promise<boolean> {
  const result = await sql`
    insert into fx_rates as r (source, date, quote, rate)
    select * from jsonb_to_recordset(${JSON.stringify(plain(rates))}::jsonb)
      as x (source text, date date, quote text, rate numeric)
    on conflict (source, quote, date) do update set rate = excluded.rate where r.rate <> excluded.rate
    returning date`.execute(tx);
  return result.rows.length > 0;
}

function policyDetail(policy: Policy): JsonObject {
  const { version, author, approved_by } = policy.content;
  return { version, author, approved_by: approved_by ?? null, source: policy.source };
}

function ratesDetail(rates: readonly RateRow[]): JsonObject {
  return { rates: rates.length, digest: hashOf(plain(rates)) };
}

/** The JSON form: decimals become their strings. */
function plain(value: unknown): JsonObject[] {
  return JSON.parse(JSON.stringify(value)) as JsonObject[];
}
