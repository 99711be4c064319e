import { magnitude } from '../amounts.ts';
import { type Board, type Rule, identifierKeys } from '../board.ts';
import { referenceKey } from '../../ledger/keys.ts';
import { identifierOf } from '../identifiers-in-text.ts';
import { lookupKey, sameIdentifier, shareIdentifier } from '../identifiers.ts';
import { type Line, byKeys, totalOf } from '../line.ts';
import { NameIndex } from '../name-index.ts';
import {
  type Pool,
  agreeing,
  canReach,
  candidates,
  isCandidate,
  ofOneParty,
  sameSign,
  solve,
} from './parts.ts';

// How many accidental sums a pool may produce before one that fits proves nothing.
const CHANCE_SAME_IDENTIFIER = 0.2;
const CHANCE_SAME_PARTY = 0.005;
const CHANCE_WHOLE_PARTY = 0.2;
const CERTAIN = Infinity;
const ALIKE_PERCENT = 70;
const OWN_PERCENT = 88;
// What is paid together was mostly booked within days: the nearest lines are tried first.
const NEARER = [3, 6];

/** One line against several that name the same invoice, order or remittance, or that it names. A proposal. */
export const identifierSum: Rule = {
  name: 'identifier_sum',
  version: 6,
  find(board) {
    const named = byKeys(board.open(), (line) => [...identifierKeys(line), ...familyKeys(line)]);
    let ofAmount: ReadonlyMap<string, readonly Line[]> | null = null;
    solve(board, identifierSum, (line) => {
      const pool = new Set(identifierKeys(line).flatMap((key) => named.get(key) ?? []));
      const { group, document } = board.settings.windows;
      // Under the code of a flat or a contract the same comes again each month.
      const recurs = [...pool].some(
        (one) => one !== line && one.side === line.side && one.minor === line.minor,
      );
      const lines = candidates(line, pool, recurs ? group / 2 : document);
      if (!canReach(line, lines)) return [];
      const same = sameSign(line, lines);
      const pools = [same, lines].map((some): Pool => ({
        lines: some,
        why: 'name an identifier that it names',
        percent: 97,
        chance: CHANCE_SAME_IDENTIFIER,
        whole: CERTAIN,
        lessFee: true,
        // Whoever pays two documents to the cent may have any name.
        together: (parts) => partiesListed(line, parts) > 0 || ofOneParty(board, line, parts),
      }));
      // Only where nothing adds up: all that it names, less a discount.
      const [first] = pools;
      const listed = lines.filter(({ minor }) => minor > 0n === line.minor > 0n);
      if (!first || listed.length < lines.length) return pools;
      ofAmount ??= byKeys(board.open(), (one) => [amountKey(one.scope, one.minor)]);
      if (isTakenOff(ofAmount, line, listed)) return pools;
      const parties = partiesListed(line, listed);
      // What another line of that party names as well may be paid in two sums.
      const isNamedAgain = (part: Line) =>
        identifierKeys(part).some((key) =>
          named
            .get(key)
            ?.some(
              (one) =>
                one !== line &&
                one.side === line.side &&
                (board.namesAlike(one, line) ?? ALIKE_PERCENT) >= ALIKE_PERCENT,
            ),
        );
      const inPart = parties === 1 && !listed.some(isNamedAgain);
      return [
        ...pools,
        ...(same.length === lines.length
          ? [
              {
                ...first,
                agreed: true as const,
                ...(parties > 0 || isBatch(line, listed) ? { lessPercent: true as const } : {}),
              },
            ]
          : []),
        ...(inPart ? [{ ...first, lines: listed, wholeOnly: true as const, inPart: true as const }] : []),
      ];
    });
  },
};

/** True where all name one batch or payout. From a deposit slip nobody takes a fee. */
function isBatch(line: Line, parts: readonly Line[]): boolean {
  return line.identifiers.some(
    (one) =>
      !one.standing &&
      one.kind !== 'DEP' &&
      parts.every(({ identifiers }) => identifiers.some((other) => sameIdentifier(one, other))),
  );
}

/** True where a credit note of the same counterparty is what some lines come to more than this one. */
function isTakenOff(
  ofAmount: ReadonlyMap<string, readonly Line[]>,
  line: Line,
  parts: readonly Line[],
): boolean {
  const credits = ofAmount.get(amountKey(line.scope, line.minor - totalOf(parts))) ?? [];
  return credits.some(({ side, name }) => side !== line.side && parts.some((part) => part.name === name));
}

function amountKey(scope: string, minor: bigint): string {
  return `${scope} ${minor}`;
}

/**
 * Of how many parties others are, where a line names each of them by a document of its own: of several in a processor's
 * payout. Zero where it does not.
 */
function partiesListed(line: Line, others: readonly Line[]): number {
  const named = others.map((other) =>
    line.identifiers.find(
      (one) => !one.standing && other.identifiers.some((two) => !two.standing && sameIdentifier(one, two)),
    ),
  );
  const each = !named.includes(undefined) && new Set(named).size === others.length;
  return each ? new Set(others.map(({ name }) => name)).size : 0;
}

/** One line against several of the same counterparty. A proposal. */
export const counterpartySum: Rule = {
  name: 'counterparty_sum',
  version: 6,
  find(board) {
    const names = new NameIndex(board.open());
    const naming = byKeys(board.open(), identifierKeys);
    solve(board, counterpartySum, (line) => {
      const { group: window, late } = board.settings.windows;
      const fits = (other: Line) => isCandidate(line, other, late / 2);
      const alsoNamed = candidates(
        line,
        identifierKeys(line).flatMap((key) => naming.get(key) ?? []),
        late,
      );
      const isAlike = (other: Line) => board.namePercent(line, other) >= ALIKE_PERCENT;
      // What names two has more to say than one document, or a slip in one of them.
      const anchors = [...new Set(alsoNamed)].filter((other) => shareIdentifier(line, other));
      const named = line.said.collective || anchors.length >= 2 || namesMore(line, anchors) ? anchors : [];
      const besides = (other: Line) =>
        isCandidate(line, other, late) && named.some(({ day }) => Math.abs(day - other.day) <= window);
      const unnamed =
        named.length === 0
          ? []
          : names.near(line, besides).filter((other) => !named.includes(other) && isAlike(other));
      const anchored = anchoredPools(line, named, unnamed);
      const near = worthWeighing(line, [...new Set([...names.near(line, fits), ...alsoNamed.filter(fits)])]);
      if (!canReach(line, near)) return anchored;
      const shared = near.filter((other) => shareIdentifier(line, other));
      // Parts of one payment are written alike, also where only some of them say what they are for.
      const written = new Set(shared.flatMap(({ name }) => name ?? []));
      // What names a document of another line is that one's.
      const isAnothers = (other: Line) =>
        identifierKeys(other).some((key) =>
          naming
            .get(key)
            ?.some((one) => one !== line && one.side === line.side && shareIdentifier(one, other)),
        );
      // Nearly all of another party name other documents, which is sooner known than that its name is another.
      const pool = near.filter(
        (other) =>
          shared.includes(other) ||
          (agreeing(line, other) &&
            !isAnothers(other) &&
            (isAlike(other) ||
              saysItsName(board, line, other) ||
              (other.name !== null && written.has(other.name)))),
      );
      if (!canReach(line, pool)) return anchored;
      const within = (some: readonly Line[], most: number) =>
        some.filter((other) => Math.abs(other.day - line.day) <= most);
      const far = sameSign(line, pool);
      const same = within(far, window);
      const ofOneDay = (some: readonly Line[]) => byKeys(some, (other) => [other.date]).values();
      const days = [...ofOneDay(same), ...ofOneDay(within(pool, window))];
      const nearer = NEARER.map((most) => within(same, most));
      // Where many names have a word in common, those that are the line's own go first.
      const own = (some: readonly Line[]) =>
        some.filter((other) => board.namePercent(line, other) >= OWN_PERCENT);
      const ofItsName = [...nearer, same, within(pool, window)].map(own);
      // Credit notes are taken off what is paid together; whoever pays a month late does so last.
      return [
        ...anchored,
        ...seriesOf(pool),
        ...[...ofItsName, ...nearer, same, ...days, within(pool, window), far, pool].map((lines, at) => ({
          lines,
          why: 'have its counterparty',
          percent: at < ofItsName.length ? 95 : 93,
          chance: CHANCE_SAME_PARTY,
          whole: CHANCE_WHOLE_PARTY,
          // Who names it is among its parts.
          together: (parts: readonly Line[]) =>
            shared.length === 0 || shared.some((other) => parts.includes(other)),
        })),
        ...(shared.length > 0 ? [] : [...nearer, same]).map((lines) => ({
          ...{ lines, why: 'have its counterparty', percent: 80, chance: CHANCE_SAME_PARTY },
          ...{ wholeOnly: true as const, lessShare: true as const },
        })),
      ];
    });
  },
};

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
function anchoredPools(line: Line, named: readonly Line[], unnamed: readonly Line[]): Pool[] {
  const positive = line.minor > 0n;
  const rest = magnitude(line.minor - totalOf(named));
  const credits = unnamed.filter(({ minor }) => minor > 0n !== positive);
  const others = unnamed.filter(({ minor }) => minor > 0n === positive && magnitude(minor) <= rest);
  return [others, credits].flatMap((lines) =>
    lines.length === 0
      ? []
      : [
          {
            ...{ lines, named, percent: 94, chance: CHANCE_SAME_IDENTIFIER, whole: CHANCE_WHOLE_PARTY },
            why: 'have its counterparty, those that it names among them',
          },
        ],
  );
}

/** What the parts of a batch are called without their own number: MSG-0611 of MSG-0611/3. */
function familyKeys({ account, referenceText }: Line): string[] {
  const [, family = ''] = /^(.*[^\s/_.-])[\s/_.-]+[A-Za-z]{0,5}\d{1,3}$/.exec(referenceText.trim()) ?? [];
  const named = family === '' ? null : identifierOf(referenceKey(family) ?? '', '');
  return named && !named.standing ? [`${account} ${lookupKey(named)}`] : [];
}

/** Parts are smaller than the whole, unless something is taken off them. */
function worthWeighing(line: Line, others: readonly Line[]): readonly Line[] {
  const positive = line.minor > 0n;
  return others.some(({ minor }) => minor > 0n !== positive) ? others : sameSign(line, others);
}
