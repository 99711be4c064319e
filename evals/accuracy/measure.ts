import { type InputLine } from '../../cli/match/lines-file.ts';
import { matchFiles } from '../../cli/match/match-lines.ts';
import { minorOf } from '../../matching/amounts.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../matching/settings.ts';
import { currencyCode } from '../../policy/currency.ts';
import { type Claim, type Score, score } from '../scoring.ts';
import type { Month, MonthLine } from './month.ts';

/** Lines and the truth about them, to be matched by themselves. */
export interface Case extends Month {
  readonly name: string;
}

/** How the rules fared on some cases together. Pairs are a ledger and a statement line that belong together. */
export interface Accuracy {
  readonly cases: number;
  readonly lines: number;
  readonly score: Score;
  readonly pairPrecision: number;
  readonly pairRecall: number;
  readonly settled: number;
  /** Matches that settled and are not in the truth, by case. */
  readonly settledWrong: readonly string[];
  /** Matches, settled or proposed, that are not in the truth. */
  readonly wrong: readonly string[];
  /** Rows of the truth that were not found. */
  readonly missed: readonly string[];
}

/**
 * Matches every case as `closegate match` does and compares with its truth. A match is right when the truth has exactly its
 * lines; lines of a case that are equal in everything but their ids have one name; an exception is one line.
 */
export function measure(cases: readonly Case[], settings: Settings = DEFAULT_SETTINGS): Accuracy {
  const [expected, claimed]: [(Claim & { at: string })[], (Claim & { at: string })[]] = [[], []];
  const [settledWrong, wrong]: [string[], string[]] = [[], []];
  const pairs = { said: 0, right: 0, true: 0 };
  let [settled, lines] = [0, 0];
  for (const one of cases) {
    const [ledger, statement] = [one.ledger.map(input('ledger')), one.statement.map(input('statement'))];
    lines += ledger.length + statement.length;
    const names = nameLines(one);
    const keyOf = (...sides: readonly (readonly string[])[]) =>
      `${one.name}\n${sides
        .flatMap((ids) => ids.map((id) => names.get(id) ?? id))
        .sort()
        .join('\n')}`;
    const left = new Map<string, number>();
    const leftPairs = new Map<string, number>();
    for (const { type, ledger: ours, statement: theirs } of one.truth) {
      const key = keyOf(ours, theirs);
      expected.push({ type, key, at: `${one.name}: ${ours.join(' ')} = ${theirs.join(' ')}` });
      add(left, key);
      for (const pair of pairsOf(ours, theirs, names)) add(leftPairs, pair);
      pairs.true += ours.length * theirs.length;
    }
    const rows = matchFiles(ledger, statement, {
      settings,
      exchange: null,
      base: ({ minor }) => minor,
      onRule: () => undefined,
    });
    for (const row of rows) {
      const [ours, theirs] = [row.ledger.map(({ id }) => id), row.statement.map(({ id }) => id)];
      const key = keyOf(ours, theirs);
      const at = `${one.name}: ${ours.join(' ')} = ${theirs.join(' ')} by ${row.rule}`;
      claimed.push({ type: row.type, key, at });
      const right = take(left, key);
      if (row.status === 'open') continue;
      if (!right) wrong.push(at);
      if (row.status === 'settled') settled += 1;
      if (row.status === 'settled' && !right) settledWrong.push(at);
      for (const pair of pairsOf(ours, theirs, names)) {
        pairs.said += 1;
        if (take(leftPairs, pair)) pairs.right += 1;
      }
    }
  }
  const found = new Set(claimed.map(({ key }) => key));
  return {
    ...{ cases: cases.length, lines, settled, settledWrong, wrong },
    score: score(expected, claimed),
    pairPrecision: pairs.said === 0 ? 0 : pairs.right / pairs.said,
    pairRecall: pairs.true === 0 ? 0 : pairs.right / pairs.true,
    missed: expected.filter(({ key }) => !found.has(key)).map(({ at }) => at),
  };
}

function input(side: InputLine['side']): (line: MonthLine) => InputLine {
  const text = (value: string) => (value === '' ? null : value);
  return ({ id, date, amount, currency, reference, counterparty, description, account, group }) => {
    const minor = minorOf(amount, currency);
    if (minor === null) throw new Error(`${id}: ${amount} is no amount of ${currency}`);
    return {
      ...{ side, id, date, minor, currency: currencyCode(currency), kept: {} },
      reference: text(reference),
      counterparty: text(counterparty),
      description: text(description),
      account: text(account),
      group: text(group),
    };
  };
}

function nameLines({ ledger, statement }: Month): Map<string, string> {
  const name = (side: string) => (line: MonthLine) =>
    [line.id, `${side} ${JSON.stringify({ ...line, id: '' })}`] as const;
  return new Map([...ledger.map(name('ledger')), ...statement.map(name('statement'))]);
}

function pairsOf(
  ledger: readonly string[],
  statement: readonly string[],
  names: ReadonlyMap<string, string>,
): string[] {
  return ledger.flatMap((one) =>
    statement.map((other) => `${names.get(one) ?? one}\n${names.get(other) ?? other}`),
  );
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function take(counts: Map<string, number>, key: string): boolean {
  const left = counts.get(key) ?? 0;
  if (left > 0) counts.set(key, left - 1);
  return left > 0;
}
