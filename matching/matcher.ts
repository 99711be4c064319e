import type { Item } from '../ledger/items.ts';
import type { Candidate, Matcher } from '../ledger/settle.ts';
import { calendarOf } from '../policy/lookups.ts';
import { minorOf } from './amounts.ts';
import { matchLines } from './engine.ts';
import type { Line } from './line.ts';
import { LineReader, type RawLine } from './line-reader.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

/**
 * The deterministic matcher on the open lines of one reconciliation. The result does not depend on their order. It only
 * finds; the gate says what of it may settle.
 */
export const matchByRules: Matcher = (open, reconciliation, policy) => {
  const reader = new LineReader(calendarOf(policy, reconciliation.entity)?.holidays ?? []);
  const tolerance =
    reconciliation.currency === reconciliation.statement_currency
      ? '0'
      : (policy.content.intercompany?.tolerance_usd ?? '0');
  const items = new Map(open.map((item) => [item.id, item] as const));
  const lines = open.map((item) => reader.read(rawOf(item, reconciliation.currency)));
  const found = matchLines(lines, DEFAULT_SETTINGS, {
    exchange: { currency: reconciliation.currency, tolerance: exact(tolerance, reconciliation.currency) },
  });
  return found.map(({ lines: legs, rule, type, score, alternatives, reasons }): Candidate => ({
    ...{ rule, type, score, alternatives, reasons },
    legs: legs.flatMap((line: Line) => items.get(line.id) ?? []),
  }));
};

function rawOf(item: Item, currency: string): RawLine {
  const minor = exact(item.amount, item.currency);
  return {
    id: item.id,
    // Which line comes first must not hang on the order in which files were imported.
    order: item.external_id,
    side: item.side,
    account: item.reconciliation_id,
    date: item.date,
    currency: item.currency,
    minor,
    base: item.currency === currency ? minor : exact(item.base_amount, currency),
    fee: item.fee === null ? 0n : exact(item.fee, item.currency),
    reference: item.reference,
    counterparty: item.counterparty,
    description: item.description,
    group: item.group_key,
  };
}

function exact(amount: string, currency: string): bigint {
  const minor = minorOf(amount, currency);
  if (minor === null) throw new Error(`${amount} has more digits than ${currency} has`);
  return minor;
}
