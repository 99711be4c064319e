import { type Kysely, type Transaction, sql } from 'kysely';
import type { ActorKind } from '../policy/contract.ts';
import { type JsonObject, hashOf } from './canonical.ts';
import type { Database } from './database.ts';
import { decide } from './decide.ts';
import { type Answer, COMPANY, type Call, type Door, type SubjectFacts, type Decision } from './door.ts';
import { approvalsOf } from './escalations.ts';
import { NotFound } from './reconciliations.ts';
import { REGISTRY_STREAM } from './streams.ts';

/** A row of the actor register. */
export type RegisteredActor = {
  readonly id: string;
  readonly kind: ActorKind;
  readonly name: string;
  readonly roles: readonly string[];
  readonly principal: string;
  readonly active: boolean;
};

/** A change of the register. Kind and principal never change: that would be another actor. */
export type ActorChange =
  | {
      readonly what: 'add';
      readonly id: string;
      readonly name: string;
      readonly roles: readonly string[];
      /** Null for people who answer for themselves. */
      readonly principal: string | null;
    }
  | { readonly what: 'change'; readonly id: string; readonly roles: readonly string[] }
  | { readonly what: 'deactivate'; readonly id: string }
  | { readonly what: 'activate'; readonly id: string };

/** The register, by id. */
export async function registeredActors(db: Kysely<Database>): Promise<RegisteredActor[]> {
  return await db.selectFrom('actors').selectAll().orderBy('id').execute();
}

/**
 * Changes the actor register. Two people decide, and nobody about themselves or whoever acts for them: with a second
 * account, or a model of one's own, one person would be two to the gate.
 * @throws {NotFound} when there is no such actor to change.
 */
export async function changeActors(
  door: Door,
  call: Call,
  change: ActorChange,
  rationale: string | null,
): Promise<Answer> {
  return await decide(door, call, {
    action: 'CHANGE_ACTORS',
    scope: COMPANY,
    stream: REGISTRY_STREAM,
    args: { ...plain(change), rationale },
    subjectKind: 'actor',
    subjectId: change.id,
    recordsWhenEscalated: false,
    async load(tx) {
      const before = await find(tx, change.id);
      if (before === null && change.what !== 'add') {
        throw new NotFound(
          `${change.id.slice(0, 80)} is not on the actor register; \`closegate actors list\` shows who is`,
        );
      }
      const after = changed(before, change);
      const { name: _name, ...described } = before ?? after;
      return {
        after,
        subject: {
          kind: 'actor',
          state: before === null ? 'NEW' : before.active ? 'ACTIVE' : 'INACTIVE',
          proposer: described,
          contentHash: hashOf({ before: before && plain(before), after: plain(after) }),
          approvals: await approvalsOf(tx, { kind: 'actor', id: change.id }, 'CHANGE_ACTORS'),
          rule: null,
          ambiguous: false,
          obstacle: await obstacleTo(tx, change, before, after),
        },
        rationale,
      };
    },
    async apply(tx, { after }, { approvedBy }) {
      const { id, kind, name, roles, principal, active } = after;
      const row = { kind, name, roles: [...roles], principal, active };
      await tx
        .insertInto('actors')
        .values({ id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute();
      return { subjectId: id, result: { actor: plain(after), approved_by: approvedBy } };
    },
  } satisfies Decision<SubjectFacts & { after: RegisteredActor }>);
}

/** What a folder's actors.yaml says otherwise than the register, in words, with the command that would change it. */
export function actorDifferences(
  registered: readonly RegisteredActor[],
  wanted: readonly RegisteredActor[],
): string[] {
  const known = new Map(registered.map((actor) => [actor.id, actor]));
  const named = new Set(wanted.map((actor) => actor.id));
  const differences = wanted.flatMap((actor) => {
    const row = known.get(actor.id);
    if (!row) {
      const roles = actor.roles.map((role) => ` --role ${role}`).join('');
      const who = `--id ${actor.id} --name ${JSON.stringify(actor.name)}${roles} --principal ${actor.principal}`;
      return [`actors.yaml names ${actor.id}, who is not on the register: closegate actors add ${who}`];
    }
    return differing(row, actor);
  });
  const left = registered.filter((row) => row.active && !named.has(row.id));
  return [
    ...differences,
    ...left.map(
      ({ id }) => `${id} is on the register and not in actors.yaml: closegate actors deactivate ${id}`,
    ),
  ];
}

function differing(row: RegisteredActor, wanted: RegisteredActor): string[] {
  const { id } = row;
  const differences: string[] = [];
  if (row.active !== wanted.active) {
    const command = wanted.active ? `actors change ${id} --activate` : `actors deactivate ${id}`;
    differences.push(`${id} is ${row.active ? 'active' : 'inactive'} on the register: closegate ${command}`);
  }
  if ([...row.roles].sort().join() !== [...wanted.roles].sort().join()) {
    const flags =
      wanted.roles.length > 0 ? wanted.roles.map((role) => `--role ${role}`).join(' ') : '--no-roles';
    differences.push(
      `${id} has the roles ${row.roles.join(', ') || 'none'} on the register and ${wanted.roles.join(', ') || 'none'} in actors.yaml: closegate actors change ${id} ${flags}`,
    );
  }
  if (row.principal !== wanted.principal) {
    differences.push(
      `${id} answers to ${row.principal} on the register and to ${wanted.principal} in actors.yaml: a principal never changes; deactivate ${id} and add another`,
    );
  }
  return differences;
}

async function find(tx: Transaction<Database>, id: string): Promise<RegisteredActor | null> {
  return (await tx.selectFrom('actors').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

function changed(before: RegisteredActor | null, change: ActorChange): RegisteredActor {
  const row = before ?? fresh(change);
  switch (change.what) {
    case 'add':
      return fresh(change);
    case 'change':
      return { ...row, roles: normal(change.roles) };
    case 'deactivate':
      return { ...row, active: false };
    case 'activate':
      return { ...row, active: true };
  }
}

function fresh(change: ActorChange): RegisteredActor {
  const { id } = change;
  const kind = id.startsWith('llm:') ? 'llm' : id.startsWith('engine:') ? 'engine' : 'human';
  const told = change.what === 'add' ? change : { name: id, roles: [], principal: null };
  return {
    id,
    kind,
    name: told.name,
    roles: normal(told.roles),
    principal: told.principal ?? id,
    active: true,
  };
}

async function obstacleTo(
  tx: Transaction<Database>,
  change: ActorChange,
  before: RegisteredActor | null,
  after: RegisteredActor,
): Promise<string | null> {
  const { id } = change;
  if (change.what !== 'add') {
    return before && hashOf(plain(before)) === hashOf(plain(after))
      ? `${id} is so on the register already`
      : null;
  }
  if (before) return `${id} is on the register already; change it with \`closegate actors change\``;
  if (!/^(human|llm|engine):[a-z0-9][a-z0-9._-]{0,60}$/.test(id))
    return `"${id.slice(0, 80)}" must be like human:ana.ruiz`;
  if (after.name.trim() === '' || after.name.length > 120) return `${id} needs a name of 1 to 120 characters`;
  if (after.kind === 'human' && after.principal === id) return null;
  const principal = await find(tx, after.principal);
  return principal?.kind === 'human' && principal.active
    ? null
    : `${id}: its principal ${after.principal.slice(0, 80)} is no active person on the register`;
}

const normal = (roles: readonly string[]): string[] => [...new Set(roles)].sort();

const plain = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

/** Fills an empty register from the folder; the only time that a folder changes it. */
export async function firstActors(
  tx: Transaction<Database>,
  actors: readonly RegisteredActor[],
): Promise<boolean> {
  const { rows } = await sql`
    insert into actors (id, kind, name, roles, principal, active)
    select * from jsonb_to_recordset(${JSON.stringify(actors)}::jsonb)
      as a (id text, kind text, name text, roles text[], principal text, active boolean)
     where not exists (select from actors)
    returning id`.execute(tx);
  return rows.length > 0;
}
