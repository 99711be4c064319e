import { join } from 'node:path';
import type { Db } from '../ledger/connect.ts';
import { policyInForce } from '../ledger/policy-in-force.ts';
import { loadCompany } from '../statements/company.ts';
import { runClose } from '../cli/close.ts';
import { withDoor, withTemporal } from '../cli/context.ts';
import { AnswerKey, namedMatches, REASON_CODES_OF_KEY } from '../cli/demo/answer-key.ts';
import { type Latency, latencyOf } from './latency.ts';
import { type Claim, type Score, claimKey, lineId, nameLines, score, wrongClaims } from './scoring.ts';
import { PERIOD, type StackRun, onHalden } from './stack-run.ts';

/** A close of the example company, compared with its answer key. */
export interface Accuracy {
  readonly model: string;
  /** False when a real model answered. */
  readonly scripted: boolean;
  readonly policyHash: string;
  readonly lines: number;
  readonly score: Score;
  readonly settled: { readonly count: number; readonly wrong: readonly string[] };
  readonly proposed: { readonly count: number; readonly wrong: number };
  /** Lines flagged as an exception whose reason code fits the answer key's reason. Information only. */
  readonly reasons: { readonly right: number; readonly of: number };
  /** Lines that nobody proposed or flagged: left for people. */
  readonly open: number;
  readonly latency: Latency;
  readonly startMs: number;
  readonly closeMs: number;
}

/** Closes every entity of the example company up to the review, and compares what stands in the books with `truth.csv`. */
export async function accuracySuite(say: (line: string) => void): Promise<Accuracy> {
  return await onHalden(null, say, async (at) => {
    const entities = loadCompany(at.home.companyDir).entities.map(({ code }) => code);
    const began = performance.now();
    const reports = await runClose(at, entities, PERIOD, () => {});
    const closeMs = performance.now() - began;
    const failed = reports.find(({ failure }) => failure !== null);
    if (failed) throw new Error(`the close of ${failed.entity} failed: ${failed.failure ?? ''}`);
    const latency = await withTemporal(at, latencyOf);
    return await withDoor(at, async ({ db }) => ({
      ...(await compare(db, at)),
      latency,
      startMs: at.startMs,
      closeMs,
    }));
  });
}

async function compare(db: Db, at: StackRun): Promise<Omit<Accuracy, 'latency' | 'startMs' | 'closeMs'>> {
  const key = new AnswerKey(join(at.home.companyDir, 'truth.csv'));
  const lines = await linesOf(db);
  const names = nameLines(lines);
  const set = (entity: string, account: string, ledger: readonly string[], statement: readonly string[]) =>
    claimKey(
      [
        ...ledger.map((id) => lineId(entity, account, 'ledger', id)),
        ...statement.map((id) => lineId(entity, account, 'statement', id)),
      ],
      names,
    );
  const expected = key.rows.flatMap(({ entity, account, match_type: type, ...row }): Claim[] => {
    const [ledger, statement] = [idsOf(row.ledger_ids), idsOf(row.statement_ids)];
    // An exception is scored line by line: whether two lines share one exception is a matter of taste.
    return type === 'exception'
      ? [
          ...ledger.map((id) => ({ type, key: set(entity, account, [id], []) })),
          ...statement.map((id) => ({ type, key: set(entity, account, [], [id]) })),
        ]
      : [{ type, key: set(entity, account, ledger, statement) }];
  });
  const matches = (await namedMatches(db, PERIOD)).map((match) => ({
    ...match,
    key: set(match.entity, match.account, match.ledger, match.statement),
  }));
  const flagged = await flaggedLines(db);
  const exceptions = flagged.map(({ entity, account, side, external_id: id }) => ({
    type: 'exception',
    key: side === 'ledger' ? set(entity, account, [id], []) : set(entity, account, [], [id]),
  }));
  const settled = matches.filter(({ state }) => state === 'CONFIRMED');
  const proposed = matches.filter(({ state }) => state === 'PROPOSED');
  const reasons = flagged.flatMap(({ entity, account, side, external_id: id, reason_code: code }) => {
    const reason = key.reasonOf(entity, account, side, id);
    return reason === null ? [] : [REASON_CODES_OF_KEY[reason] === code];
  });
  const { content, hash } = await policyInForce(db);
  const scripted = !process.env['ANTHROPIC_API_KEY'];
  return {
    model: scripted ? 'stand-in operator (heuristics, not a model)' : content.agent.model,
    scripted,
    policyHash: hash,
    lines: lines.length,
    score: score(expected, [...matches, ...exceptions]),
    settled: {
      count: settled.length,
      wrong: wrongClaims(expected, settled).map(
        ({ entity, account, ledger, statement }) =>
          `${entity}/${account}: ${ledger.join(' ')} with ${statement.join(' ')}`,
      ),
    },
    proposed: { count: proposed.length, wrong: wrongClaims(expected, proposed).length },
    reasons: { right: reasons.filter(Boolean).length, of: reasons.length },
    open:
      lines.length -
      flagged.length -
      matches.reduce((count, { ledger, statement }) => count + ledger.length + statement.length, 0),
  };
}

async function linesOf(db: Db) {
  const rows = await db
    .selectFrom('items')
    .innerJoin('reconciliations', 'reconciliations.id', 'items.reconciliation_id')
    .select(['entity', 'account', 'side', 'external_id', 'date', 'items.currency', 'amount'])
    .select(['reference', 'counterparty', 'description'])
    .where('period', '=', PERIOD)
    .execute();
  return rows.map(({ external_id: externalId, ...row }) => ({ ...row, externalId }));
}

async function flaggedLines(db: Db) {
  return await db
    .selectFrom('exceptions')
    .innerJoin('reconciliations', 'reconciliations.id', 'exceptions.reconciliation_id')
    .innerJoin('dispositions', 'dispositions.exception_id', 'exceptions.id')
    .innerJoin('items', 'items.id', 'dispositions.item_id')
    .select(['entity', 'account', 'side', 'external_id', 'reason_code'])
    .where('period', '=', PERIOD)
    .where('live', '=', true)
    .execute();
}

function idsOf(cell: string): string[] {
  return cell.split(' ').filter((id) => id !== '');
}
