import { createHash } from 'node:crypto';
import { CompiledQuery } from 'kysely';
import type { RegisteredActor } from '../../ledger/actor-registry.ts';
import { record } from '../../ledger/audit.ts';
import type { Answer, Call } from '../../ledger/door.ts';
import { resultText } from '../../ledger/door.ts';
import { flagException } from '../../ledger/exceptions.ts';
import type { ImportLine } from '../../ledger/import.ts';
import { confirmMatch, proposeMatch } from '../../ledger/matches.ts';
import { settleByRules } from '../../ledger/settle.ts';
import { runStream } from '../../ledger/streams.ts';
import { matchByRules } from '../../matching/matcher.ts';
import type { Code } from '../../policy/contract.ts';
import type { Policy } from '../../policy/load.ts';
import { POLICY } from '../../policy/testing.ts';
import { approveForTests, changeActorsForTests } from '../../tests/harness/registry.ts';
import { callBy, line, smallBooks } from '../../tests/harness/books.ts';
import { type TestDatabase, freshDatabase } from '../../tests/harness/database.ts';

/** The tables that say how the books stand. The audit log and the stored answers for retries are not among them. */
export const STATE_TABLES = [
  'actors',
  'policy_versions',
  'entities',
  'accounts',
  'fx_rates',
  'runs',
  'reconciliations',
  'documents',
  'items',
  'matches',
  'exceptions',
  'dispositions',
  'escalations',
  'approvals',
  'certifications',
  'packets',
] as const;
export type StateTable = (typeof STATE_TABLES)[number];

/** What an attempt was answered, in the words of the answer. */
export interface Answered {
  readonly outcome: string;
  readonly codes: readonly string[];
}

/** A deed that the policy has an opinion on, on books of its own. */
export interface Scenario {
  readonly name: string;
  readonly books: { readonly ledger: readonly ImportLine[]; readonly statement: readonly ImportLine[] };
  /** 1010 unless told otherwise; 1030 is restricted. */
  readonly account?: '1010' | '1030';
  /** The policy that the books begin with; the example's unless told otherwise. */
  readonly policy?: Policy;
  /** Makes the situation, then gives the attempt. */
  readonly prepare: (stage: Stage) => Promise<() => Promise<Answered>>;
  readonly expect: {
    readonly outcome: string;
    /** All clauses that must be quoted, in the order of the contract, and no others. */
    readonly codes: readonly Code[];
    /** The only tables that may have changed. The audit log always gains exactly one event. */
    readonly changes: readonly StateTable[];
    /** The states of all matches, exceptions or reconciliations afterwards, each named once, in order. */
    readonly states?: Readonly<
      Partial<Record<'matches' | 'exceptions' | 'reconciliations', readonly string[]>>
    >;
    /** `decision` of the new audit event. */
    readonly decision: string;
  };
}

export const MODEL = 'llm:recon-operator';
/** Who is answerable for the model. */
export const MODELS_PRINCIPAL = 'human:ana.ruiz';
export const REVIEWER = 'human:jonas.weber';
export const CONTROLLERS = ['human:mei.tan', 'human:tomas.lindqvist'] as const;

/** Small books in a database of their own, and short words for what people and programs do there. */
export class Stage {
  readonly database: TestDatabase;
  readonly reconciliation: string;

  constructor(database: TestDatabase, reconciliation: string) {
    this.database = database;
    this.reconciliation = reconciliation;
  }

  get door() {
    return this.database.door;
  }

  /** A scenario's books, imported, in a database of their own. */
  static async set({
    books,
    account = '1010',
    policy = POLICY,
  }: Pick<Scenario, 'books' | 'account' | 'policy'>): Promise<Stage> {
    const database = await freshDatabase();
    return new Stage(database, await smallBooks(database.door, { ...books, account, policy }));
  }

  /** Puts another policy in force, as two people can. */
  async approved(policy: Policy): Promise<void> {
    await approveForTests(this.door, policy);
  }

  /** Puts somebody on the register, as two people can. */
  async joined(actor: RegisteredActor): Promise<void> {
    const { id, name, roles, principal } = actor;
    await changeActorsForTests(this.door, { what: 'add', id, name, roles, principal });
  }

  async left(id: string): Promise<void> {
    await changeActorsForTests(this.door, { what: 'deactivate', id });
  }

  async ids(...externalIds: string[]): Promise<string[]> {
    const rows = await this.database.db
      .selectFrom('items')
      .select('id')
      .where('external_id', 'in', externalIds)
      .execute();
    return rows.map(({ id }) => id);
  }

  async propose(by: string, externalIds: readonly string[], call: Call = callBy(by)): Promise<Answer> {
    return await proposeMatch(this.door, call, {
      reconciliation: this.reconciliation,
      itemIds: await this.ids(...externalIds),
      rationale: 'Same payer, same amount.',
    });
  }

  /** @returns the match's id. */
  async proposed(by: string, ...externalIds: string[]): Promise<string> {
    return resultText(await this.propose(by, externalIds), 'match_id');
  }

  async confirm(
    by: string,
    matchId: string,
    more: { rationale?: string | null; contentHash?: string; policyHash?: string } = {},
  ): Promise<Answer> {
    return await confirmMatch(this.door, callBy(by), {
      matchId,
      rationale: 'Agrees to the documents.',
      ...more,
    });
  }

  async settle(by = 'engine:matcher'): Promise<Answer> {
    return await settleByRules(this.door, callBy(by), {
      reconciliation: this.reconciliation,
      matcher: matchByRules,
    });
  }

  /** @returns the exception's id. */
  async flagged(by: string, ...externalIds: string[]): Promise<string> {
    const answer = await flagException(this.door, callBy(by), {
      reconciliation: this.reconciliation,
      itemIds: await this.ids(...externalIds),
      reasonCode: 'UNBOOKED_FEE',
      narrative: 'A fee that is not booked.',
    });
    return resultText(answer, 'exception_id');
  }

  /** Locks the period as it is; the way there, through certified accounts, is not what a scenario is about. */
  async lock(): Promise<void> {
    await this.database.db.transaction().execute(async (tx) => {
      await tx.updateTable('runs').set({ state: 'LOCKED', locked_at: new Date() }).execute();
      await record(tx, this.door.auditKey, runStream('US', '2026-03'), {
        event_type: 'LOCKED_FOR_A_SCENARIO',
      });
    });
  }

  async onlyMatch(): Promise<string> {
    const { id } = await this.database.db.selectFrom('matches').select('id').executeTakeFirstOrThrow();
    return id;
  }

  /** One digest for each state table: over all rows, in an order of their own. */
  async digests(): Promise<Map<string, string>> {
    const digests = new Map<string, string>();
    for (const table of STATE_TABLES) {
      const { rows } = await this.database.db.executeQuery<{ row: string }>(
        CompiledQuery.raw(`select t::text as row from ${table} t order by 1`),
      );
      digests.set(table, createHash('sha256').update(JSON.stringify(rows)).digest('hex'));
    }
    return digests;
  }
}

/** An answer in a scenario's words. */
export function said(answer: Answer): Answered {
  return {
    outcome: answer.outcome,
    codes: 'clauses' in answer ? answer.clauses.map(({ code }) => code) : [],
  };
}

/** The counts of a settlement in one word for one candidate: settled, proposed or denied. */
export function settled(answer: Answer): Answered {
  const counts = answer.outcome === 'done' ? answer.result : {};
  const [first] = Object.entries(counts).filter(([, count]) => count !== '0');
  return { outcome: first ? first[0] : 'nothing', codes: [] };
}

/** A pair of lines that are one payment. */
export function pair(amount: string, more: Partial<ImportLine> = {}) {
  return {
    ledger: [line('L1', amount, { counterparty: 'Acme Inc.', ...more })],
    statement: [line('S1', amount, { counterparty: 'ACME', ...more })],
  };
}

/** Some pairs, numbered from 1, with one payer. */
export function pairs(count: number, amount: string) {
  const side = (letter: string) =>
    Array.from({ length: count }, (_, at) =>
      line(`${letter}${at + 1}`, amount, { counterparty: 'Acme Inc.' }),
    );
  return { ledger: side('L'), statement: side('S') };
}
