import type { Reconciliation } from '../ledger/reconciliations.ts';
import type { Candidate, Matcher, OpenLine } from '../ledger/settle.ts';
import { calendarOf } from '../policy/lookups.ts';
import { minorOf } from './amounts.ts';
import { RULES, matchLines } from './engine.ts';
import { type RawLine, readLines } from './line-reader.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

const VERSIONS = new Map(RULES.map(({ name, version }) => [name, version] as const));

/**
 * The deterministic matcher on the open lines of one reconciliation. The result does not depend on their order. It only
 * finds; the gate says what of it may settle.
 */
export const matchByRules: Matcher = (open, reconciliation, policy) => {
  const tolerance =
    reconciliation.currency === reconciliation.statement_currency
      ? '0'
      : (policy.content.intercompany?.tolerance_usd ?? '0');
  const holidays = calendarOf(policy, reconciliation.entity)?.holidays ?? [];
  function* raw(batches: Iterable<readonly OpenLine[]>) {
    for (const batch of batches) for (const line of batch) yield rawOf(line, reconciliation);
  }
  // Not in a variable: what is matched is to leave memory.
  const found = matchLines(readLines(raw(open), holidays, raw(open.last?.() ?? open)), DEFAULT_SETTINGS, {
    exchange: { currency: reconciliation.currency, tolerance: exact(tolerance, reconciliation.currency) },
  });
  return found.map(({ ids, rule, type, score, alternatives, reasons }): Candidate => ({
    ...{ rule, version: VERSIONS.get(rule) ?? 0, type, score, alternatives, reasons },
    lines: ids,
  }));
};

function rawOf(line: OpenLine, { id: account, currency }: Reconciliation): RawLine {
  const minor = exact(line.amount, line.currency);
  return {
    id: line.id,
    // Which line comes first must not hang on the order in which files were imported.
    order: line.external_id,
    side: line.side,
    account,
    date: line.date,
    currency: line.currency,
    minor,
    base: line.currency === currency ? minor : exact(line.base_amount, currency),
    fee: line.fee === null ? 0n : exact(line.fee, line.currency),
    reference: line.reference,
    counterparty: line.counterparty,
    description: line.description,
    group: line.group_key,
  };
}

function exact(amount: string, currency: string): bigint {
  const minor = minorOf(amount, currency);
  if (minor === null) throw new Error(`${amount} has more digits than ${currency} has`);
  return minor;
}
