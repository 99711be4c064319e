import { type Kysely, type Transaction, sql } from 'kysely';
import type { Actor, Approval } from '../policy/contract.ts';
import { approvalsBesides } from '../policy/controls/authority.ts';
import type { Policy } from '../policy/load.ts';
import { sensitivityOf } from '../policy/lookups.ts';
import { findActor } from './actors.ts';
import type { Database } from './database.ts';
import { decide } from './decide.ts';
import { type Answer, COMPANY, type Call, type Door } from './door.ts';
import { approvalsOf } from './escalations.ts';
import { hashInForce, policyInForce } from './policy-in-force.ts';
import { REGISTRY_STREAM } from './streams.ts';

/** `former` was in force once, and needs an approval like any other to be so again. */
export type VersionState = 'proposed' | 'in force' | 'former';

/** A registered policy version. */
export interface PolicyVersion {
  readonly hash: string;
  readonly version: string;
  readonly state: VersionState;
  readonly author: string;
  /** Whom the file names as its approver. */
  readonly approvedBy: string | null;
  /** Who approved it here; empty for the first version of a registry. */
  readonly approvers: readonly string[];
  /** ISO 8601 in UTC; null while it was never in force. */
  readonly since: string | null;
  readonly registeredAt: string;
}

/** All versions, the latest registered first. */
export async function policyVersions(db: Kysely<Database>): Promise<PolicyVersion[]> {
  const inForce = await hashInForce(db);
  const rows = await db
    .selectFrom('policy_versions')
    .selectAll()
    .orderBy('registered_at', 'desc')
    .orderBy('hash')
    .execute();
  return rows.map((row) => ({
    hash: row.hash,
    version: row.version,
    state: row.hash === inForce ? 'in force' : row.in_force_since === null ? 'proposed' : 'former',
    author: row.author,
    approvedBy: row.approved_by,
    approvers: row.approvers,
    since: row.in_force_since?.toISOString() ?? null,
    registeredAt: row.registered_at.toISOString(),
  }));
}

/**
 * Keeps a version, waiting for its approval; in force at once when the registry has none yet.
 * @returns false when it is known already.
 */
export async function keepVersion(
  tx: Transaction<Database>,
  policy: Policy,
  state: 'proposed' | 'in force',
): Promise<boolean> {
  const { rows } = await sql`
    insert into policy_versions (hash, version, author, approved_by, source, in_force_since)
    values (${policy.hash}, ${policy.content.version}, ${policy.content.author}, ${policy.content.approved_by ?? null},
            ${policy.source}, case when ${state === 'in force'}::boolean then clock_timestamp() end)
    on conflict (hash) do nothing returning hash`.execute(tx);
  return rows.length > 0;
}

/**
 * Approves a policy version under the policy in force. The first person's approval keeps it proposed; with the second
 * person's it is in force for every decision from then on, also of runs that were opened before. Where the file names an
 * approver, that person must be one of the two.
 */
export async function approvePolicy(
  door: Door,
  call: Call,
  args: { policy: Policy; rationale: string | null },
): Promise<Answer> {
  const { policy: proposed, rationale } = args;
  const { hash } = proposed;
  const { version, author } = proposed.content;
  return await decide(door, call, {
    action: 'APPROVE_POLICY',
    scope: COMPANY,
    stream: REGISTRY_STREAM,
    args: { policy: hash, version, author, rationale },
    subjectKind: 'policy',
    subjectId: hash,
    // What is to be approved is kept with the first person's approval, so that the second sees the same text.
    recordsWhenEscalated: true,
    async load(tx, actor) {
      const inForce = await policyInForce(tx);
      const subject = {
        kind: 'policy' as const,
        state: inForce.hash === hash ? 'APPROVED' : 'PROPOSED',
        proposer: (await findActor(tx, author)) ?? nobodyCalled(author),
        contentHash: hash,
        approvals: await approvalsOf(tx, { kind: 'policy', id: hash }, 'APPROVE_POLICY'),
        rule: null,
        ambiguous: false,
        obstacle: null,
      };
      const others = actor
        ? approvalsBesides(actor, {
            action: 'APPROVE_POLICY',
            subject,
            policy: inForce,
            sensitivity: sensitivityOf(inForce, COMPANY.entity, COMPANY.account),
          })
        : [];
      const obstacle =
        inForce.hash === hash
          ? `version ${version} is in force already`
          : approverObstacle(proposed, actor, others);
      return { subject: { ...subject, obstacle }, rationale };
    },
    async apply(tx, _facts, { escalated, approvedBy }) {
      const isNew = await keepVersion(tx, proposed, 'proposed');
      if (!escalated) {
        await sql`
          update policy_versions set in_force_since = clock_timestamp(), approvers = ${[...approvedBy]}::text[]
           where hash = ${hash}`.execute(tx);
      }
      return {
        subjectId: hash,
        result: { policy: hash, version, state: escalated ? 'proposed' : 'in force', approvers: approvedBy },
        ...(isNew ? { detail: { source: proposed.source } } : {}),
      };
    },
  });
}

// The file's word alone makes nobody the second party to what rules settle.
function approverObstacle(
  { content: { approved_by: named } }: Policy,
  actor: Actor | null,
  others: readonly Approval[],
): string | null {
  if (named === undefined || actor === null || others.length === 0) return null;
  const approvers = [...others.map((approval) => approval.actor.id), actor.id];
  return approvers.includes(named)
    ? null
    : `policy.yaml names ${named} as its approver, but ${approvers.join(' and ')} approved`;
}

// An author who is not on the register is still an author, and nobody else.
function nobodyCalled(id: string): Actor {
  const kind = id.startsWith('llm:') ? 'llm' : id.startsWith('engine:') ? 'engine' : 'human';
  return { id, kind, roles: [], principal: id, active: false };
}
