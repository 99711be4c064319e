import { show } from '../amounts.ts';
import { type Board, type Rule, identifierKeys, percentScore, quote, sideOf } from '../board.ts';
import { type Line, inOrder, totalOf } from '../line.ts';
import { equalSubsets } from '../subsets.ts';
import { wordBlocks } from './sums.ts';

const CHANCE = 0.01;
const ALIKE_PERCENT = 70;
const MOST_LINES = 60;

/** Several lines against several that hang together by identifiers or by counterparty and have one total. A proposal. */
export const manyToMany: Rule = {
  name: 'many_to_many',
  version: 1,
  find(board) {
    for (const lines of components(
      board,
      (line) => identifierKeys(line),
      () => true,
    ))
      takeWhole(board, lines, 92, 'hang together by identifiers');
    const alike = (one: Line, other: Line) => (board.weigh(one, other).namePercent ?? 0) >= ALIKE_PERCENT;
    for (const lines of components(board, wordBlocks, alike)) {
      if (takeWhole(board, lines, 90, 'have one counterparty')) continue;
      for (const cluster of clusters(lines, board.settings.windows.amount))
        if (!takeWhole(board, cluster, 88, 'have one counterparty and near dates')) takePart(board, cluster);
    }
  },
};

function takeWhole(board: Board, lines: readonly Line[], percent: number, why: string): boolean {
  const [ledger, statement] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
  if (ledger.length < 2 || statement.length < 2 || totalOf(ledger) !== totalOf(statement)) return false;
  return take(board, ledger, statement, percent, why);
}

function takePart(board: Board, lines: readonly Line[]): void {
  const [ledger, statement] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
  const amounts = (some: readonly Line[]) => some.map((line) => line.base);
  const found = equalSubsets(amounts(ledger), amounts(statement), CHANCE);
  if (!found) return;
  const pick = (some: readonly Line[], places: readonly number[]) => places.flatMap((at) => some[at] ?? []);
  take(
    board,
    pick(ledger, found.left),
    pick(statement, found.right),
    85,
    'are the only ones of their counterparty that have one total',
  );
}

function take(
  board: Board,
  ledger: readonly Line[],
  statement: readonly Line[],
  percent: number,
  why: string,
): boolean {
  const [first] = ledger;
  return board.take({
    rule: manyToMany.name,
    type: 'many_to_many',
    lines: [...ledger, ...statement].sort(inOrder),
    score: percentScore(percent),
    alternatives: 0,
    reasons:
      `${ledger.length} ledger and ${statement.length} statement lines ${why} and come to ${show(totalOf(ledger), first?.currency ?? '')} ${first?.currency ?? ''} each` +
      (first && first.nameText !== '' ? ` (quoted, not trusted: "${quote(first.nameText)}")` : ''),
  });
}

/** Open lines of one scope that are linked by a shared key, directly or over others. Large components are left out. */
function components(
  board: Board,
  keysOf: (line: Line) => readonly string[],
  linked: (one: Line, other: Line) => boolean,
): Line[][] {
  const groups = [...board.group(board.open(), keysOf).values()].filter(
    (lines) => lines.length <= MOST_LINES,
  );
  const root = new Map<Line, Line>();
  const find = (line: Line): Line => {
    let at = line;
    for (let up = root.get(at); up && up !== at; up = root.get(at)) at = up;
    return at;
  };
  for (const lines of groups)
    for (const one of lines)
      for (const other of lines)
        if (
          one.side === 'ledger' &&
          other.side === 'statement' &&
          one.scope === other.scope &&
          find(one) !== find(other) &&
          linked(one, other)
        )
          root.set(find(other), find(one));
  const found = new Map<Line, Line[]>();
  for (const line of new Set(groups.flat())) found.set(find(line), [...(found.get(find(line)) ?? []), line]);
  return [...found.values()]
    .filter((lines) => lines.length >= 4 && lines.length <= MOST_LINES)
    .map((lines) => lines.sort(inOrder));
}

/** Splits lines where more than so many business days lie between one and the next. */
function clusters(lines: readonly Line[], days: number): Line[][] {
  const found: Line[][] = [];
  let last: Line | null = null;
  for (const line of lines) {
    const current = found.at(-1);
    if (current && last && line.day - last.day <= days) current.push(line);
    else found.push([line]);
    last = line;
  }
  return found;
}
