import type { Exchange, Match, Rule } from '../../matching/board.ts';
import { matchLines } from '../../matching/engine.ts';
import { type Line, inOrder, otherSide } from '../../matching/line.ts';
import { readLines } from '../../matching/line-reader.ts';
import type { Settings } from '../../matching/settings.ts';
import type { InputLine } from './lines-file.ts';

/** A match or an open line, with the input lines that it holds. */
export interface Row {
  readonly type: string;
  readonly status: 'settled' | 'proposed' | 'open';
  readonly score: string;
  readonly rule: string;
  readonly alternatives: number;
  readonly ledger: readonly InputLine[];
  readonly statement: readonly InputLine[];
  readonly reasons: string;
}

/** What `closegate match` is told besides the two files. */
export interface MatchOptions {
  readonly settings: Settings;
  readonly exchange: Exchange | null;
  /** A line's amount in the exchange's currency, in minor units; its own amount where nothing is to be converted. */
  readonly base: (line: InputLine) => bigint;
  readonly onRule: (account: string, rule: Rule, open: number) => void;
}

/**
 * Matches two files' lines: account by account, first the matches in the order of their rules, then what stays open, by date.
 * @throws when a line of the input would not stand in exactly one row.
 */
export function matchFiles(
  ledger: readonly InputLine[],
  statement: readonly InputLine[],
  options: MatchOptions,
): Row[] {
  const apart = sharedAccounts(ledger, statement);
  const byAccount = Map.groupBy([...ledger, ...statement], ({ account }) => (apart ? (account ?? '') : ''));
  const accounts = [...byAccount].sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = accounts.flatMap(([account, inputs]) => matchAccount(account, inputs, options));
  requireEachOnce(rows, ledger.length + statement.length);
  return [
    ...rows.filter(({ status }) => status !== 'open'),
    ...rows.filter(({ status }) => status === 'open'),
  ];
}

function matchAccount(account: string, inputs: readonly InputLine[], options: MatchOptions): Row[] {
  const lines = readLines(
    inputs.map((input) => {
      const { side, id, date, currency, minor, reference, counterparty, description, group } = input;
      const told = { side, date, currency, minor, reference, counterparty, description, group };
      return { ...told, id: `${side} ${id}`, order: id, base: options.base(input), fee: 0n };
    }),
    options.settings.holidays,
  );
  const inputOf = new Map(lines.map(({ id }, at) => [id, inputs[at]] as const));
  const found = matchLines([...lines], options.settings, {
    ...(options.exchange ? { exchange: options.exchange } : {}),
    onRule: (rule, open) => options.onRule(account, rule, open),
  });
  const inputsOf = (ids: readonly string[]) => ids.flatMap((id) => inputOf.get(id) ?? []);
  const taken = new Set(found.flatMap(({ ids }) => ids));
  const open = lines.filter(({ id }) => !taken.has(id)).sort(inOrder);
  const near = evidence(open, lines);
  return [
    ...found.map((match) => rowOf(match, inputsOf(match.ids), options.settings)),
    ...open.map((line): Row => {
      const own = inputsOf([line.id]);
      return {
        ...{ type: 'exception', status: 'open', score: '', rule: '', alternatives: 0, reasons: near(line) },
        ledger: line.side === 'ledger' ? own : [],
        statement: line.side === 'statement' ? own : [],
      };
    }),
  ];
}

/** Accounts keep lines apart only where the two files speak of the same ones. */
export function sharedAccounts(ledger: readonly InputLine[], statement: readonly InputLine[]): boolean {
  const ours = new Set(ledger.map(({ account }) => account));
  return statement.some(({ account }) => account !== null && ours.has(account));
}

function rowOf(match: Match, inputs: readonly InputLine[], settings: Settings): Row {
  const { type, score, rule, alternatives, reasons } = match;
  const settles = alternatives === 0 && settings.settle.includes(rule);
  return {
    ...{ type, status: settles ? 'settled' : 'proposed', score, rule, alternatives, reasons },
    ledger: inputs.filter(({ side }) => side === 'ledger'),
    statement: inputs.filter(({ side }) => side === 'statement'),
  };
}

/** What is known of an open line: how many lines it could have been, and why it was left. */
function evidence(open: readonly Line[], all: readonly Line[]): (line: Line) => string {
  const count = (lines: readonly Line[], keyOf: (line: Line) => string) => {
    const counts = new Map<string, number>();
    for (const line of lines) counts.set(keyOf(line), (counts.get(keyOf(line)) ?? 0) + 1);
    return counts;
  };
  const amountKey = (line: Line, side = line.side) => `${side} ${line.currency} ${line.minor}`;
  const [stillOpen, everywhere] = [count(open, amountKey), count(all, amountKey)];
  return (line) => {
    const other = otherSide(line);
    const [left, had] = [
      stillOpen.get(amountKey(line, other)) ?? 0,
      everywhere.get(amountKey(line, other)) ?? 0,
    ];
    if (left > 0)
      return `${left} open ${other} line${left === 1 ? ' has' : 's have'} this amount; nothing tells whether they belong together`;
    if (had > 0) return `${had} ${other} line${had === 1 ? ' has' : 's have'} this amount, matched otherwise`;
    return `no ${other} line has this amount`;
  };
}

function requireEachOnce(rows: readonly Row[], lines: number): void {
  const placed = rows.flatMap((row) => [...row.ledger, ...row.statement]);
  if (placed.length === lines && new Set(placed).size === lines) return;
  throw new Error(
    `${lines} lines went in and ${placed.length} came out: this is a defect, and nothing was written`,
  );
}
