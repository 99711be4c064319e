import { isUsualPercent, magnitude, show } from '../amounts.ts';
import { type Board, type Rule, identifierKeys, percentScore, quote, sideOf } from '../board.ts';
import { referenceKey } from '../../ledger/keys.ts';
import { identifierOf } from '../identifiers-in-text.ts';
import { contradicts, lookupKey, sameIdentifier, shareIdentifier } from '../identifiers.ts';
import { type Line, byKeys, inOrder, otherSide, totalOf } from '../line.ts';
import { NameIndex } from '../name-index.ts';
import { type Solution, rangeOf, subsetFor } from '../subsets.ts';
import { LEAST_TIMES_FEE, ofAnotherParty, percentMillis, shapeOf } from './group-key.ts';

// How many accidental sums a pool may produce before one that fits proves nothing.
const CHANCE_SAME_IDENTIFIER = 0.2;
const CHANCE_SAME_PARTY = 0.02;
const CHANCE_WHOLE_PARTY = 0.2;
const CERTAIN = Infinity;
// Of a day's lines nothing says that they belong to this one: what chance may produce is shared by all lines that are open.
const CHANCE_SAME_DAY = 0.2;
const CHANCE_SAME_BATCH = 2;
const ALIKE_PERCENT = 70;
const MOST_NAMESAKES = 60;
// What is paid together was mostly booked within days: the nearest lines are tried first.
const NEARER = [3, 6];

/** One line against several that name the same invoice, order or remittance, or that it names. A proposal. */
export const identifierSum: Rule = {
  name: 'identifier_sum',
  version: 2,
  find(board) {
    const named = byKeys(board.open(), (line) => [...identifierKeys(line), ...familyKeys(line)]);
    solve(board, identifierSum, (line) => {
      const pool = new Set(identifierKeys(line).flatMap((key) => named.get(key) ?? []));
      const lines = candidates(board, line, pool, board.settings.windows.late);
      if (!canReach(line, lines)) return [];
      const same = sameSign(line, lines);
      const pools = [same, lines].map((some): Pool => ({
        lines: some,
        why: 'name an identifier that it names',
        percent: 97,
        chance: CHANCE_SAME_IDENTIFIER,
        whole: CERTAIN,
        lessFee: true,
        together: (parts) => ofOneParty(board, line, parts),
      }));
      // Only where nothing adds up: all that it names, less a discount.
      const [first] = pools;
      return first && same.length === lines.length ? [...pools, { ...first, agreed: true }] : pools;
    });
  },
};

/** One line against several of the same counterparty. A proposal. */
export const counterpartySum: Rule = {
  name: 'counterparty_sum',
  version: 2,
  find(board) {
    const names = new NameIndex(board.open(), MOST_NAMESAKES);
    solve(board, counterpartySum, (line) => {
      const { group: window, late } = board.settings.windows;
      const near = worthWeighing(
        line,
        names.near(line, (other) => isCandidate(board, line, other, late / 2)),
      );
      if (!canReach(line, near)) return [];
      const weighed = near.map((other) => {
        const shares = shareIdentifier(line, other);
        return { other, shares, percent: board.namePercent(line, other) };
      });
      const shared = weighed.filter(({ shares }) => shares);
      // Parts of one payment are written alike, also where only some of them say what they are for.
      const written = new Set(shared.flatMap(({ other }) => other.name ?? []));
      const pool = weighed.flatMap(({ other, shares, percent }) => {
        const alike = percent >= ALIKE_PERCENT || (other.name !== null && written.has(other.name));
        return shares || (alike && agreeing(line, other)) ? [other] : [];
      });
      const within = (some: readonly Line[], most: number) =>
        some.filter((other) => Math.abs(other.day - line.day) <= most);
      const far = sameSign(line, pool);
      const same = within(far, window);
      const days = [...byKeys(same, (other) => [other.date]).values()];
      const nearer = NEARER.map((most) => within(same, most));
      // What it names, and others that it does not: `INV-4568 a.o.`
      const named = line.collective
        ? within(
            shared.map(({ other }) => other),
            window,
          )
        : [];
      const alike = weighed.filter(({ percent }) => percent >= ALIKE_PERCENT).map(({ other }) => other);
      const others = within(sameSign(line, alike), window).filter((other) => !named.includes(other));
      const anchored = named.length > 0 && others.length > 0 ? [anchoredPool(named, others)] : [];
      // Credit notes are taken off what is paid together; whoever pays a month late does so last.
      return [
        ...anchored,
        ...[...nearer, same, ...days, within(pool, window), far, pool].map((lines) => ({
          lines,
          why: 'have its counterparty',
          percent: 93,
          chance: CHANCE_SAME_PARTY,
          whole: CHANCE_WHOLE_PARTY,
        })),
      ];
    });
  },
};

function anchoredPool(named: readonly Line[], others: readonly Line[]): Pool {
  const why = 'have its counterparty, those that it names among them';
  return {
    lines: others,
    named,
    why,
    percent: 94,
    chance: CHANCE_SAME_IDENTIFIER,
    whole: CHANCE_WHOLE_PARTY,
  };
}

/** One line against several of one day that have something in common: a deposit, a card batch, a payroll. A proposal. */
export const batchSum: Rule = {
  name: 'batch_sum',
  version: 2,
  find(board) {
    const open = board.open();
    const ofDay = new Map<string, Batch[]>();
    for (const [key, lines] of byKeys(open, batchKeys)) {
      const [first] = lines;
      // A single line is no batch, and of very many on one day nothing tells which belong together.
      if (!first || lines.length < 2 || lines.length > MOST_IN_BATCH) continue;
      const day = dayKey(first, first.side, first.day);
      const whole = key === dateKey(first);
      const chance = (whole ? CHANCE_SAME_DAY : CHANCE_SAME_BATCH) / open.length;
      const total = (sign: bigint) => totalOf(lines.filter(({ minor }) => minor * sign > 0n));
      const word = / word (.*)$/.exec(key)?.[1] ?? null;
      const tied = !whole && word === null;
      const batch = { lines, chance, paidIn: total(1n), paidOut: total(-1n), word, tied };
      ofDay.set(day, [...(ofDay.get(day) ?? []), batch]);
    }
    const { amount: window } = board.settings.windows;
    const fits = (line: Line, other: Line) =>
      agreeing(line, other) && !board.namesAnother(line, other, board.weigh(line, other));
    solve(board, batchSum, (line) => {
      const pools: Pool[] = [];
      const why = 'are one day’s batch';
      const size = parseInt(magnitude(line.minor).toString(), 10);
      for (let day = line.day - window; day <= line.day + window; day += 1)
        for (const { lines: batch, chance, paidIn, paidOut, word, tied } of ofDay.get(
          dayKey(line, otherSide(line), day),
        ) ?? []) {
          // An amount has no more possible sums than minor units.
          if (size * chance < 1 || (line.minor > 0n ? paidIn < line.minor : paidOut > line.minor)) continue;
          const together = (parts: readonly Line[]) =>
            parts.every((one) => fits(line, one)) && ofOneParty(board, line, parts);
          const all = candidates(board, line, batch);
          const said = word !== null && saysWord(line, word);
          // All that a processor or a till took that day, less what it gave back and kept.
          if (said)
            pools.push({
              lines: all,
              ...{ why, percent: 92, chance, together, lessFee: true, lessPercent: true, wholeOnly: true },
            });
          const lines = sameSign(line, all);
          if (!canReach(line, lines) || !(said || mayBeMany(line, tied))) continue;
          pools.push({ lines, why, percent: 90, chance, together });
        }
      return pools;
    });
  },
};

const MOST_IN_BATCH = 150;

interface Batch {
  readonly lines: readonly Line[];
  readonly chance: number;
  /** What its lines of each sign come to. */
  readonly paidIn: bigint;
  readonly paidOut: bigint;
  /** The word with which the lines' texts begin; null where something else makes them a batch. */
  readonly word: string | null;
  /** True where the lines have a text, or a kind of reference, in common. */
  readonly tied: boolean;
}

// SUPPLIERS for the supplier payments of a day.
function saysWord(line: Line, word: string): boolean {
  return [line.name, line.words].some(
    (name) =>
      name?.words.some((said) => said === word || (word.length >= 4 && said.startsWith(word))) === true,
  );
}

// A cheque is one payment, and a line that names somebody is that somebody's, unless it says that it is many.
function mayBeMany(line: Line, tied: boolean): boolean {
  if (line.identifiers.some(({ kind }) => kind === 'CHK') && !line.collective) return false;
  return tied || line.collective || line.bankOwn || (line.name === null && line.words === null);
}

function dayKey({ scope }: Line, side: Line['side'], day: number): string {
  return `${scope} ${side} ${day}`;
}

// A weekend's days are one business day and yet several batches.
function dateKey({ scope, side, date }: Line): string {
  return `${scope} ${side} ${date}`;
}

function batchKeys(line: Line): string[] {
  const day = dateKey(line);
  const prefix = /^[A-Z]+/.exec(line.reference ?? '')?.[0];
  return [
    day,
    ...(prefix ? [`${day} ref ${prefix}`] : []),
    ...(line.words ? [`${day} text ${line.words.joined}`, `${day} word ${line.words.words[0] ?? ''}`] : []),
  ];
}

interface Pool {
  readonly lines: readonly Line[];
  readonly why: string;
  readonly percent: number;
  readonly chance: number;
  /** The same for all of the pool at once, where that is more. */
  readonly whole?: number;
  /** All of the pool may also come to the line but for a fee on the list. */
  readonly lessFee?: boolean;
  /** Lines that belong to it in any case; the pool is what may belong to it as well. */
  readonly named?: readonly Line[];
  /** All of the pool is named by the line: it may also come to it but for a discount or another small rest. */
  readonly agreed?: true;
  /** All of the pool may also come to the line but for a percentage as processors keep it. */
  readonly lessPercent?: true;
  /** Only all of the pool is tried. */
  readonly wholeOnly?: true;
  /** Whether these parts can be this line's; looked at only once they add up. */
  readonly together?: (parts: readonly Line[]) => boolean;
}

interface Solved extends Pool {
  readonly line: Line;
  readonly parts: readonly Line[];
  readonly others: number;
}

/** Looks for each open line's parts, then takes what no other line could claim as well, the surest first. */
function solve(board: Board, rule: Rule, poolsOf: (line: Line) => readonly Pool[]): void {
  const solved: Solved[] = [];
  for (const line of board.open()) {
    if (line.minor === 0n) continue;
    for (const pool of poolsOf(line)) {
      const found = partsOf(board, line, pool);
      if (!found || pool.together?.(found.parts) === false) continue;
      solved.push(found);
      break;
    }
  }
  const claims = new Map<Line, number>();
  for (const { parts } of solved) for (const part of parts) claims.set(part, (claims.get(part) ?? 0) + 1);
  for (const { line, parts, others, why, percent } of solved.sort(fewestPartsLast)) {
    const contested = Math.max(...parts.map((part) => claims.get(part) ?? 0)) - 1;
    if (contested > 0 && percent < 97) continue;
    const lines = [line, ...parts].sort(inOrder);
    const [ledger, statement] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
    board.take({
      rule: rule.name,
      type: shapeOf(ledger, statement),
      lines,
      score: percentScore(others > 0 ? 50 : percent),
      alternatives: others + Math.max(0, contested),
      reasons:
        `${parts.length} lines add up to ${show(line.minor, line.currency)} ${line.currency} ${exactly(line, parts)} and ${why}` +
        (line.nameText === '' ? '' : ` (quoted, not trusted: "${quote(line.nameText)}")`) +
        (others > 0 ? `; ambiguous: ${others} other sets of lines add up as well` : ''),
    });
  }
}

function exactly(line: Line, parts: readonly Line[]): string {
  const rest = magnitude(totalOf(parts) - line.minor);
  return rest === 0n ? 'to the cent' : `but for ${show(rest, line.currency)}, as a fee would leave,`;
}

function fewestPartsLast(a: Solved, b: Solved): number {
  return a.others - b.others || b.parts.length - a.parts.length || inOrder(a.line, b.line);
}

function partsOf(board: Board, line: Line, pool: Pool): Solved | null {
  const { lines, chance, named } = pool;
  if (named) {
    const found = subsetFor(
      lines.map((one) => one.minor),
      line.minor - totalOf(named),
      chance,
      1,
    );
    if (!found || found.others > 0) return null;
    return { ...pool, line, parts: [...named, ...found.places.flatMap((at) => lines[at] ?? [])], others: 0 };
  }
  if (lines.length < 2) return null;
  // All of a pool is one try, however many lines it has.
  if (totalOf(lines) === line.minor && isTelling(line, lines, pool.whole ?? chance))
    return { ...pool, line, parts: lines, others: 0 };
  const short = line.side === 'ledger' ? line.minor - totalOf(lines) : totalOf(lines) - line.minor;
  if (pool.lessFee && short !== 0n && board.isStatedFee(magnitude(short), [line, ...lines]))
    return { ...pool, line, parts: lines, others: 0 };
  if (
    pool.lessFee &&
    short * LEAST_TIMES_FEE <= magnitude(line.minor) &&
    board.isListedFee(short, line.currency)
  )
    return { ...pool, line, parts: lines, others: 0, percent: 88 };
  if (short > 0n && lessByPercent(board, line, pool, short))
    return { ...pool, line, parts: lines, others: 0, percent: 85 };
  if (pool.wholeOnly || lines.length > board.settings.sum_pool) return null;
  const found: Solution | null = subsetFor(
    lines.map((one) => one.minor),
    line.minor,
    chance,
  );
  // Several sets that add up: a guess, unless the text ties them together.
  if (!found || (found.others > 0 && !interchangeable(lines, found))) return null;
  return { ...pool, line, parts: found.places.flatMap((at) => lines[at] ?? []), others: found.others };
}

function lessByPercent(
  board: Board,
  line: Line,
  { lines, agreed, lessPercent }: Pool,
  short: bigint,
): boolean {
  const [whole, rest] =
    line.side === 'statement' ? [totalOf(lines), line.minor] : [line.minor, totalOf(lines)];
  if (agreed)
    return (
      isUsualPercent(magnitude(whole), magnitude(rest), false, lines.length) ||
      short * LEAST_TIMES_REST <= whole
    );
  return (
    lessPercent === true &&
    whole > 0n &&
    short * 100_000n <= whole * percentMillis(board.settings.fee_percent)
  );
}

// Who names every document and pays a fiftieth less has taken off something.
const LEAST_TIMES_REST = 50n;

// One try among as many sums as the amount has units: of round amounts one in few fits by chance.
function isTelling(line: Line, lines: readonly Line[], chance: number): boolean {
  return rangeOf([...lines.map((one) => one.minor), line.minor]) * chance >= 1;
}

// Sets that differ only by which of some equal amounts they hold.
function interchangeable(lines: readonly Line[], { places, others }: Solution): boolean {
  const amounts = new Set(places.map((at) => lines[at]?.minor));
  const same = lines.filter((line) => amounts.has(line.minor)).length;
  return others <= (same - places.length + 1) * places.length;
}

function ofOneParty(board: Board, line: Line, parts: readonly Line[]): boolean {
  return line.side === 'ledger'
    ? !ofAnotherParty(board, [line], parts)
    : !ofAnotherParty(board, parts, [line]);
}

/** Parts are smaller than the whole, unless something is taken off them. */
function worthWeighing(line: Line, others: readonly Line[]): readonly Line[] {
  const positive = line.minor > 0n;
  return others.some(({ minor }) => minor > 0n !== positive) ? others : sameSign(line, others);
}

/** False when all of them together are less than the line: most lines are done with here. */
function canReach(line: Line, others: readonly Line[]): boolean {
  if (others.length < 2) return false;
  const positive = line.minor > 0n;
  let total = 0n;
  for (const other of others) if (other.minor > 0n === positive) total += other.minor;
  return positive ? total >= line.minor : total <= line.minor;
}

/** Those that can be parts of the line by themselves: of its sign and smaller. */
function sameSign(line: Line, others: readonly Line[]): Line[] {
  return others.filter(
    (other) => other.minor > 0n === line.minor > 0n && magnitude(other.minor) < magnitude(line.minor),
  );
}

/** Lines of the other side within the window. */
function candidates(board: Board, line: Line, pool: Iterable<Line>, window?: number): Line[] {
  return [...pool].filter((other) => isCandidate(board, line, other, window));
}

function isCandidate(board: Board, line: Line, other: Line, window = board.settings.windows.group): boolean {
  return (
    other.side !== line.side &&
    other.scope === line.scope &&
    Math.abs(other.day - line.day) <= window &&
    board.isOpen(other)
  );
}

/** What the parts of a batch are called without their own number: MSG-0611 of MSG-0611/3. */
function familyKeys({ account, referenceText }: Line): string[] {
  const [, family = ''] = /^(.*[^\s/_.-])[\s/_.-]+[A-Za-z]?\d{1,3}$/.exec(referenceText.trim()) ?? [];
  const named = family === '' ? null : identifierOf(referenceKey(family) ?? '', '');
  return named && !named.standing ? [`${account} ${lookupKey(named)}`] : [];
}

/** False when both name documents of one register and none is the same: an invoice is not the sum of other invoices. */
function agreeing(line: Line, other: Line): boolean {
  const pairs = line.identifiers.flatMap((one) => other.identifiers.map((two) => [one, two] as const));
  return (
    pairs.some(([one, two]) => sameIdentifier(one, two)) || !pairs.some(([one, two]) => contradicts(one, two))
  );
}
