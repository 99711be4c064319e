import { type Transaction, sql } from 'kysely';
import type { RateRow } from '../policy/fx.ts';
import type { Policy } from '../policy/load.ts';
import { type RegisteredActor, actorDifferences, firstActors, registeredActors } from './actor-registry.ts';
import { append, lockHead } from './audit.ts';
import type { JsonObject } from './canonical.ts';
import type { Database } from './database.ts';
import type { Call, Door } from './door.ts';
import { differingRates, addMissing, summaryOf } from './fx-import.ts';
import { hashInForce } from './policy-in-force.ts';
import { keepVersion } from './policy-versions.ts';
import { REGISTRY_STREAM } from './streams.ts';

/** What a company's folder says, ready to be registered. */
export interface Registration {
  readonly policy: Policy;
  readonly actors: readonly RegisteredActor[];
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

/** What a registration did. */
export interface Registered {
  /** The audit events of what changed. */
  readonly changed: readonly string[];
  /** What the folder says otherwise than the registry, in words, with the command by which people decide it. */
  readonly differences: readonly string[];
}

/**
 * Registers a company's folder. An empty registry takes its policy and its actors as they stand. Later the folder
 * changes accounts and adds rates only: another policy waits for its approval, and the actor register and a recorded rate
 * change by decision; all three are given back as differences. What changes is audited, with a digest.
 */
export async function register(door: Door, call: Call, wanted: Registration): Promise<Registered> {
  return await door.db.transaction().execute(async (tx) => {
    let head = await lockHead(tx, REGISTRY_STREAM);
    const inForce = await hashInForce(tx);
    const first = inForce === null;
    const { policy } = wanted;
    const changed: string[] = [];
    const parts: readonly [string, () => Promise<boolean>, JsonObject][] = [
      first
        ? ['POLICY_REGISTERED', () => keepVersion(tx, policy, 'in force'), policyDetail(policy, true)]
        : ['POLICY_PROPOSED', () => keepVersion(tx, policy, 'proposed'), policyDetail(policy, false)],
      ['ACTORS_REGISTERED', () => firstActors(tx, wanted.actors), { actors: plain(wanted.actors) }],
      ['ACCOUNTS_REGISTERED', () => registerAccounts(tx, wanted), { accounts: plain(wanted.accounts) }],
      ['RATES_REGISTERED', async () => (await addMissing(tx, wanted.rates)) > 0, summaryOf(wanted.rates)],
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
        policy_hash: inForce ?? policy.hash,
        detail,
      });
      head = appended.head;
    }
    const differences = [
      ...policyDifference(policy, inForce),
      ...actorDifferences(await registeredActors(tx), wanted.actors),
      ...(await rateDifferences(tx, wanted.rates)),
    ];
    return { changed, differences };
  });
}

function policyDifference({ hash, fileName }: Policy, inForce: string | null): string[] {
  if (inForce === null || inForce === hash) return [];
  return [
    `${fileName} (hash ${hash.slice(0, 12)}) differs from the version in force (hash ${inForce.slice(0, 12)}): ` +
      'two people approve it with `closegate policy approve`',
  ];
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

// A published rate that is to become another one is a decision of people.
async function rateDifferences(tx: Transaction<Database>, rates: readonly RateRow[]): Promise<string[]> {
  return (await differingRates(tx, rates, 5)).map(
    ({ source, date, quote, recorded, given }) =>
      `the fx folder has ${quote} ${given} for ${date}, and ${recorded} is recorded (${source}): ` +
      'the recorded rate stays in use; correct the file, or the record with `closegate fx import --correct`',
  );
}

function policyDetail(policy: Policy, first: boolean): JsonObject {
  const { version, author, approved_by } = policy.content;
  return {
    hash: policy.hash,
    version,
    author,
    approved_by: approved_by ?? null,
    // Nobody could have approved it here: it is in force on the word of whoever set the company up.
    first_version: first,
    source: policy.source,
  };
}

/** The JSON form: decimals become their strings. */
function plain(value: unknown): JsonObject[] {
  return JSON.parse(JSON.stringify(value)) as JsonObject[];
}
