import { magnitude } from '../amounts.ts';
import { type Board, type Rule } from '../board.ts';
import { sameIdentifier, shareIdentifier } from '../identifiers.ts';
import { type Line, byKeys, totalOf, unlike } from '../line.ts';
import { eventOrPartyKeys, identifierKeys, partyKeys } from '../line-keys.ts';
import { NameIndex } from '../name-index.ts';
import { linesWithPartner } from '../partners.ts';
import { beforeDeductions, listedInARow, numbersInARow } from './numbers-in-a-row.ts';
import { type Pool, agreeing, canReach, candidates, isCandidate, sameSign, solve } from './parts.ts';

// How many accidental sums a pool may produce before one that fits proves nothing.
const CHANCE_SAME_IDENTIFIER = 0.2;
const CHANCE_SAME_PARTY = 0.005;
const CHANCE_WHOLE_PARTY = 0.2;
const FEW_LINES = 8;
const CERTAIN = Infinity;
const ALIKE_PERCENT = 70;
const OWN_PERCENT = 88;
// What is paid together was mostly booked within days: the nearest lines are tried first.
const NEARER = [3, 6];

/** One line against several of the same counterparty. A proposal. */
export const counterpartySum: Rule = {
  name: 'counterparty_sum',
  version: 12,
  find(board) {
    const party = new Party(board);
    solve(board, counterpartySum, (line) => party.poolsOf(line));
  },
};

/** Where the parts of a line of one party are looked for. */
class Party {
  readonly #board: Board;
  readonly #names: NameIndex<Line>;
  readonly #naming: ReadonlyMap<string, readonly Line[]>;
  readonly #partners: ReadonlySet<Line>;

  constructor(board: Board) {
    this.#board = board;
    this.#partners = linesWithPartner(board);
    this.#names = new NameIndex(board.open());
    this.#naming = byKeys(board.open(), eventOrPartyKeys);
  }

  poolsOf(line: Line): readonly Pool[] {
    const { late } = this.#board.settings.windows;
    const alsoNamed = candidates(
      line,
      eventOrPartyKeys(line).flatMap((key) => this.#naming.get(key) ?? []),
      late,
    );
    return [...this.#anchored(line, alsoNamed), ...this.#ofItsName(line, alsoNamed)];
  }

  /** What it names, and others of its party that it does not. */
  #anchored(line: Line, alsoNamed: readonly Line[]): Pool[] {
    const { group, late } = this.#board.settings.windows;
    const anchors = this.#ofOneName(
      line,
      [...new Set(alsoNamed)].filter((other) => shareIdentifier(line, other)),
    );
    if (anchors.length === 0) return [];
    // What names two has more to say than one document, or a slip in one of them. Else only a credit note is taken off, unless
    // the others come to the rest to the cent.
    const isList = line.said.collective || anchors.length >= 2 || namesMore(line, anchors);
    const besides = (other: Line) =>
      isCandidate(line, other, late) && anchors.some(({ day }) => Math.abs(day - other.day) <= group);
    const written = this.#partiesOf(anchors);
    const unnamed = [...new Set([line, ...anchors].flatMap((one) => this.#names.near(one, besides)))].filter(
      (other) => !anchors.includes(other) && (this.#isAlike(line, other) || this.#isOneOf(written, other)),
    );
    return anchoredPools(line, anchors, unnamed, isList, (other) => this.#isAnothers(line, other));
  }

  #ofItsName(line: Line, alsoNamed: readonly Line[]): Pool[] {
    const { group, late } = this.#board.settings.windows;
    if (this.#partners.has(line)) return [];
    const fits = (other: Line) => isCandidate(line, other, late / 2) && !this.#partners.has(other);
    const near = worthWeighing(line, [
      ...new Set([...this.#names.near(line, fits), ...alsoNamed.filter(fits)]),
    ]);
    if (!canReach(line, near)) return [];
    const shared = near.filter((other) => shareIdentifier(line, other));
    const pool = this.#ofParty(line, near, shared);
    if (!canReach(line, pool)) return [];
    const within = (some: readonly Line[], most: number) =>
      some.filter((other) => Math.abs(other.day - line.day) <= most);
    const far = sameSign(line, pool);
    const same = within(far, group);
    const ofOneDay = (some: readonly Line[]) => byKeys(some, (other) => [other.date]).values();
    const days = [...ofOneDay(same), ...ofOneDay(within(pool, group))];
    const nearer = NEARER.map((most) => within(same, most));
    // Where many names have a word in common, those that are the line's own, or have its number, go first.
    const own = (some: readonly Line[]) =>
      some.filter(
        (other) => this.#board.namePercent(line, other) >= OWN_PERCENT || sharePartyNumber(line, other),
      );
    const ofItsName: readonly (readonly Line[])[] = [...days, ...nearer, same, within(pool, group)].map(own);
    // A party with many lines has many sums, and each of its payments is looked for among them.
    const chance = CHANCE_SAME_PARTY * Math.min(1, FEW_LINES / pool.length);
    const shape = { why: 'have its counterparty', chance, orTo: beforeDeductions(line) };
    // Credit notes are taken off what is paid together; whoever pays a month late does so last.
    const others = [...days, ...nearer, same, within(pool, group), far, pool];
    return [
      ...seriesOf(pool),
      // What does not add up once does not add up again.
      ...unlike([...ofItsName, ...others], (lines) => lines).map((lines) => ({
        ...{ ...shape, lines, percent: ofItsName.includes(lines) ? 95 : 93 },
        ...{ whole: CHANCE_WHOLE_PARTY, areOnes: ofItsName.includes(lines) },
        // Who names it is among its parts.
        together: (parts: readonly Line[]) =>
          shared.length === 0 || shared.some((other) => parts.includes(other)),
      })),
      ...(shared.length > 0 ? [] : [...nearer, same]).map((lines) => ({
        ...{ ...shape, lines, percent: 80, wholeOnly: true as const, lessShare: true as const },
      })),
      // All that is open of a party, less a fee on the list.
      ...(same.length === pool.length && line.side === 'statement'
        ? [{ ...shape, lines: same, percent: 84, wholeOnly: true as const, lessFee: true as const }]
        : []),
      ...days.flatMap((some) => numbersInARow(line, some)),
      ...numbersInARow(line, pool),
      ...listedInARow(line, pool, shared),
    ];
  }

  /** Lines that may be of a line's party, and are not another line's. */
  #ofParty(line: Line, near: readonly Line[], shared: readonly Line[]): Line[] {
    // Parts of one payment are written alike, also where only some of them say what they are for.
    const written = this.#partiesOf(shared);
    // Nearly all of another party name other documents, which is sooner known than that its name is another.
    return near.filter(
      (other) =>
        shared.includes(other) ||
        sharePartyNumber(line, other) ||
        (agreeing(this.#board, line, other) &&
          !this.#isAnothers(line, other) &&
          (this.#isAlike(line, other) ||
            saysItsName(this.#board, line, other) ||
            this.#isOneOf(written, other))),
    );
  }

  #partiesOf(lines: readonly Line[]): ReadonlySet<string> {
    return new Set(lines.flatMap((line) => this.#board.partyOf(line) ?? []));
  }

  #isOneOf(parties: ReadonlySet<string>, line: Line): boolean {
    const party = parties.size === 0 ? null : this.#board.partyOf(line);
    return party !== null && parties.has(party);
  }

  /** What names a document of another line is that one's. */
  #isAnothers(line: Line, other: Line): boolean {
    for (const key of identifierKeys(other))
      for (const one of this.#naming.get(key) ?? [])
        if (one !== line && one.side === line.side && shareIdentifier(one, other)) return true;
    return false;
  }

  #isAlike(line: Line, other: Line): boolean {
    return this.#board.namePercent(line, other) >= ALIKE_PERCENT;
  }

  // A number that is mistaken may be another party's document.
  #ofOneName(line: Line, others: readonly Line[]): readonly Line[] {
    const own = others.filter((other) => this.#isAlike(line, other));
    return own.length >= 2 ? own : others;
  }
}

function sharePartyNumber(line: Line, other: Line): boolean {
  const theirs = partyKeys(other);
  return theirs.length > 0 && partyKeys(line).some((key) => theirs.includes(key));
}

// Where both name a counterparty in a column of its own, the names tell.
function saysItsName(board: Board, line: Line, other: Line): boolean {
  return (line.name === null || other.name === null) && board.shareTellingWord(line, other);
}

/** All parts of what says that it is paid in parts: 1/4 to 4/4. */
function seriesOf(lines: readonly Line[]): Pool[] {
  return [
    ...byKeys(lines, ({ said: { part } }) => (part ? [part.slice(part.indexOf('/') + 1)] : [])),
  ].flatMap(([of, parts]) =>
    parts.length === parseInt(of, 10) && new Set(parts.map(({ said }) => said.part)).size === parts.length
      ? [
          {
            lines: parts,
            why: 'are all parts of it',
            percent: 96,
            chance: 1,
            whole: CERTAIN,
            wholeOnly: true,
          },
        ]
      : [],
  );
}

// What a remittance lists.
const LISTED = new Set(['INV', 'CN', 'PO']);

/** True where a line names one document that the other side has, and others of its kind that it has not. */
function namesMore(line: Line, [anchor]: readonly Line[]): boolean {
  const shared = line.identifiers.find(
    (one) => !one.standing && anchor?.identifiers.some((other) => sameIdentifier(one, other)) === true,
  );
  return (
    shared !== undefined &&
    line.identifiers.some(
      (one) => !one.standing && one !== shared && (one.kind === shared.kind || LISTED.has(one.kind)),
    )
  );
}

/** What it names, and others that it does not: `INV-4568 a.o.`; or a credit note, which is seldom named. */
function anchoredPools(
  line: Line,
  named: readonly Line[],
  unnamed: readonly Line[],
  isList: boolean,
  isAnothers: (other: Line) => boolean,
): Pool[] {
  const positive = line.minor > 0n;
  const rest = magnitude(line.minor - totalOf(named));
  const credits = unnamed.filter(({ minor }) => minor > 0n !== positive);
  const others = unnamed.filter(({ minor }) => minor > 0n === positive && magnitude(minor) <= rest);
  const why = 'have its counterparty, those that it names among them';
  const ofAList = { why, percent: 94, chance: CHANCE_SAME_IDENTIFIER, whole: CHANCE_WHOLE_PARTY };
  const ofNoList = { why, percent: 90, chance: CHANCE_SAME_PARTY, whole: CHANCE_SAME_PARTY };
  // What was booked on one day was paid as one, before anything of other days.
  const ofTheDay = others.filter(({ date }) => named.some((one) => one.date === date));
  const pools: Pool[] = isList
    ? [
        { ...ofAList, lines: ofTheDay, named },
        { ...ofAList, lines: others, named },
        { ...ofAList, lines: credits, named },
        { ...ofAList, lines: unnamed.filter(({ minor }) => minor > 0n === positive), named, agreed: true },
      ]
    : [
        { ...ofAList, lines: credits, named },
        ...[ofTheDay, others].map((some) => ({
          ...ofNoList,
          lines: some.filter((other) => !isAnothers(other)),
          named,
        })),
      ];
  // Whoever nets takes off what he is owed himself.
  if (credits.length > 0)
    pools.push({ ...ofNoList, lines: unnamed.filter((other) => !isAnothers(other)), named });
  return pools.filter(({ lines }) => lines.length > 0);
}

/** Parts are smaller than the whole, unless something is taken off them. */
function worthWeighing(line: Line, others: readonly Line[]): readonly Line[] {
  const positive = line.minor > 0n;
  return others.some(({ minor }) => minor > 0n !== positive) ? others : sameSign(line, others);
}
