import type { Side } from '../ledger/database.ts';
import type { Reconciliation } from '../ledger/reconciliations.ts';
import { minorOf } from './amounts.ts';
import type { Match } from './board.ts';
import { matchLines } from './engine.ts';
import type { Line } from './line.ts';
import { type RawLine, readLines } from './line-reader.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';

/** An account in US dollars whose files are in. */
export const DOLLARS: Reconciliation = {
  id: 'US/2026-03/1010',
  run_id: 'close/US/2026-03',
  entity: 'US',
  period: '2026-03',
  account: '1010',
  currency: 'USD',
  statement_currency: 'USD',
  state: 'IMPORTED',
};

/** For tests: lines as `closegate match` would read them, and what the rules find among them. */
export interface Told extends Partial<Omit<RawLine, 'side' | 'minor' | 'base'>> {
  readonly amount: string;
}

/** A line in US dollars on 2026-03-10, unless told otherwise. */
function raw(side: Side, id: string, { amount, ...told }: Told): RawLine {
  const minor = minorOf(amount, told.currency ?? 'USD') ?? 0n;
  return {
    ...{
      id,
      order: id,
      side,
      date: '2026-03-10',
      currency: 'USD',
      minor,
      base: minor,
      fee: 0n,
    },
    ...{ reference: null, counterparty: null, description: null, group: null },
    ...told,
  };
}

/** Ledger lines L1, L2, … and statement lines S1, S2, … */
export function lines(ledger: readonly Told[], statement: readonly Told[]): Line[] {
  const all = (side: Side, prefix: string, told: readonly Told[]) =>
    told.map((one, at) => raw(side, `${prefix}${at + 1}`, one));
  return readLines([...all('ledger', 'L', ledger), ...all('statement', 'S', statement)], []);
}

/** What the rules find, as `rule type L1 S1`, with `?` and the number of alternatives where it is ambiguous. */
export function found(
  ledger: readonly Told[],
  statement: readonly Told[],
  settings: Settings = DEFAULT_SETTINGS,
): string[] {
  return matchLines(lines(ledger, statement), settings).map(inShort);
}

export function inShort({ rule, type, ids, alternatives }: Match): string {
  return `${rule} ${type} ${[...ids].sort().join(' ')}${alternatives > 0 ? ` ?${alternatives}` : ''}`;
}
