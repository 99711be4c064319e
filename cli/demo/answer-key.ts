import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { Db } from '../../ledger/connect.ts';
import type { Side } from '../../ledger/database.ts';
import type { ReasonCode } from '../../ledger/exceptions.ts';

/** One row of `truth.csv`: which lines belong together, or that a line matches nothing, and why. */
export interface Truth {
  readonly entity: string;
  readonly account: string;
  readonly match_type: string;
  readonly ledger_ids: string;
  readonly statement_ids: string;
  readonly reason: string;
}

/** The reason code that fits a reason of the answer key; reasons without one are left out. */
export const REASON_CODES_OF_KEY: Readonly<Record<string, ReasonCode>> = {
  timing_difference: 'TIMING_DIFFERENCE',
  bank_fee: 'UNBOOKED_FEE',
  interest: 'UNBOOKED_INTEREST',
  unknown_receipt: 'UNKNOWN_RECEIPT',
  duplicate_posting: 'DUPLICATE_POSTING',
  amount_error: 'AMOUNT_DIFFERENCE',
  hostile_text: 'BYPASS_ATTEMPT',
};

/** The answer key of an example company. Only the demo's people and the evals read it; nothing that closes books does. */
export class AnswerKey {
  readonly #sets = new Set<string>();
  readonly #reasons = new Map<string, string>();
  readonly rows: readonly Truth[];

  constructor(file: string) {
    this.rows = parse(readFileSync(file), { columns: true });
    for (const row of this.rows) {
      const [ledger, statement] = [ids(row.ledger_ids), ids(row.statement_ids)];
      if (row.match_type !== 'exception') this.#sets.add(keyOf(row.entity, row.account, ledger, statement));
      else {
        for (const id of ledger) this.#reasons.set(`${row.entity}/${row.account}/ledger/${id}`, row.reason);
        for (const id of statement)
          this.#reasons.set(`${row.entity}/${row.account}/statement/${id}`, row.reason);
      }
    }
  }

  /** True when exactly these lines belong together. */
  isMatch(entity: string, account: string, ledger: readonly string[], statement: readonly string[]): boolean {
    return this.#sets.has(keyOf(entity, account, ledger, statement));
  }

  /** Why a line matches nothing; null when it does. */
  reasonOf(entity: string, account: string, side: Side, id: string): string | null {
    return this.#reasons.get(`${entity}/${account}/${side}/${id}`) ?? null;
  }
}

/** A match's lines as the files name them. */
export interface NamedMatch {
  readonly id: string;
  readonly state: string;
  readonly rule: string;
  readonly type: string;
  readonly entity: string;
  readonly account: string;
  readonly ledger: readonly string[];
  readonly statement: readonly string[];
}

/** Live matches of a period with the ids that their lines have in the files. */
export async function namedMatches(db: Db, period: string): Promise<NamedMatch[]> {
  const rows = await db
    .selectFrom('matches')
    .innerJoin('reconciliations', 'reconciliations.id', 'matches.reconciliation_id')
    .innerJoin('dispositions', 'dispositions.match_id', 'matches.id')
    .innerJoin('items', 'items.id', 'dispositions.item_id')
    .select([
      'matches.id',
      'matches.state',
      'matches.rule',
      'matches.type',
      'entity',
      'account',
      'side',
      'external_id',
    ])
    .where('period', '=', period)
    .where('matches.state', 'in', ['PROPOSED', 'CONFIRMED'])
    .orderBy('matches.id')
    .execute();
  const matches = new Map<string, NamedMatch & { ledger: string[]; statement: string[] }>();
  for (const { id, state, rule, type, entity, account, side, external_id } of rows) {
    const match = matches.get(id) ?? { id, state, rule, type, entity, account, ledger: [], statement: [] };
    match[side].push(external_id);
    matches.set(id, match);
  }
  return [...matches.values()];
}

function ids(cell: string): string[] {
  return cell.split(' ').filter((id) => id !== '');
}

function keyOf(
  entity: string,
  account: string,
  ledger: readonly string[],
  statement: readonly string[],
): string {
  return [entity, account, [...ledger].sort().join(' '), [...statement].sort().join(' ')].join('|');
}
