import type { Candidate, OpenLine, OpenLines } from '../ledger/candidate.ts';
import type { Reconciliation } from '../ledger/reconciliations.ts';
import { currencyCode } from '../policy/currency.ts';
import type { Policy } from '../policy/load.ts';
import { calendarOf } from '../policy/lookups.ts';
import type { CurrencyCode } from '../policy/money.ts';
import { minorOf } from './amounts.ts';
import { RULES, matchedByRule } from './engine.ts';
import { type RawLine, readLines } from './line-reader.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

const VERSIONS = new Map(RULES.map(({ name, version }) => [name, version] as const));

/** What the matcher needs to know beside the lines, as plain values: they may go to another thread. */
export interface Terms {
  readonly currency: CurrencyCode;
  /** The largest difference between two currencies that rates explain, in `currency`. */
  readonly tolerance: string;
  /** Of the entity's calendar, `YYYY-MM-DD`. */
  readonly holidays: readonly string[];
}

/** What a reconciliation and its policy say of the matching. */
export function termsOf(reconciliation: Reconciliation, policy: Policy): Terms {
  return {
    currency: currencyCode(reconciliation.currency),
    tolerance:
      reconciliation.currency === reconciliation.statement_currency
        ? '0'
        : (policy.content.intercompany?.tolerance_usd ?? '0'),
    holidays: calendarOf(policy, reconciliation.entity)?.holidays ?? [],
  };
}

/**
 * The deterministic matcher on the open lines of one reconciliation. The result does not depend on their order. It only
 * finds; the gate says what of it may settle.
 */
export function matchByRules(
  open: OpenLines,
  reconciliation: Reconciliation,
  policy: Policy,
): Iterable<readonly Candidate[]> {
  return matchOpen(open, termsOf(reconciliation, policy));
}

/** The same by its terms. */
export function* matchOpen(open: OpenLines, terms: Terms): Generator<readonly Candidate[]> {
  function* raw(batches: Iterable<readonly OpenLine[]>) {
    for (const batch of batches) for (const line of batch) yield rawOf(line, terms);
  }
  const exchange = { currency: terms.currency, tolerance: exact(terms.tolerance, terms.currency) };
  // The lines not in a variable: what is matched is to leave memory.
  const found = matchedByRule(
    readLines(raw(open), terms.holidays, raw(open.last?.() ?? open)),
    DEFAULT_SETTINGS,
    { exchange },
  );
  for (const matches of found)
    if (matches.length > 0)
      yield matches.map(({ ids, rule, type, score, alternatives, reasons }) => ({
        ...{ rule, version: VERSIONS.get(rule) ?? 0, type, score, alternatives, reasons },
        lines: ids,
      }));
}

function rawOf(line: OpenLine, { currency }: Terms): RawLine {
  const minor = exact(line.amount, line.currency);
  return {
    id: line.id,
    // Which line comes first must not hang on the order in which files were imported.
    order: line.external_id,
    side: line.side,
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
