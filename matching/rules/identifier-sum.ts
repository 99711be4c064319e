import { referenceKey } from '../../ledger/keys.ts';
import { magnitude } from '../amounts.ts';
import { type Board, type Rule } from '../board.ts';
import { lookupKey, sameIdentifier } from '../identifiers.ts';
import { identifierOf } from '../identifiers-in-text.ts';
import { type Line, amountKey, byKeys, otherSide, totalOf } from '../line.ts';
import { eventOrPremisesKeys, identifierKeys, premisesKeys } from '../line-keys.ts';
import { otherLabels } from '../stated.ts';
import { type Pool, canReach, candidates, ofOneParty, sameSign, solve } from './parts.ts';

// How many accidental sums a pool may produce before one that fits proves nothing.
const CHANCE = 0.2;
const CERTAIN = Infinity;
const ALIKE_PERCENT = 70;
// A batch is paid in one line, or returned in another.
const MOST_OF_BATCH = 2;

/** One line against several that name the same invoice, order or remittance, or that it names. A proposal. */
export const identifierSum: Rule = {
  name: 'identifier_sum',
  version: 11,
  find(board) {
    const documents = new Documents(board);
    // A charge is part of what was charged back, and no chargeback less a sale.
    solve(board, identifierSum, (line) => {
      const lines = sameSign(line, documents.sharedWith(line));
      if (!canReach(line, lines)) return [];
      const together = (parts: readonly Line[]) => ofOneParty(board, line, parts);
      return [{ lines, why: WHY, percent: 97, chance: CHANCE, whole: CERTAIN, wholeOnly: true, together }];
    });
    solve(board, identifierSum, (line) => {
      const lines = documents.sharedWith(line);
      if (!canReach(line, lines, BigInt(lines.length) + mostKeptOf(line))) return [];
      const same = sameSign(line, lines);
      const narrower = documents.ofEach(line).filter(({ length }) => length >= 2 && length < lines.length);
      const shape = { why: WHY, percent: 97, chance: CHANCE, whole: CERTAIN, lessFee: true };
      // Whoever pays two documents to the cent may have any name.
      const together = (parts: readonly Line[]) =>
        partiesListed(line, parts) > 0 || isPaidInParts(board, line, parts) || ofOneParty(board, line, parts);
      const pools = [...daysOf(line, lines), ...narrower, same, lines].map((some): Pool => ({
        ...shape,
        lines: some,
        together,
      }));
      // Only where nothing adds up: all that it names, less a discount.
      const whole = [...narrower, lines].filter(
        (some) => sameSign(line, some).length === some.length && !documents.isTakenOff(line, some),
      );
      const agreed = whole.map((some): Pool => {
        const lessPercent = partiesListed(line, some) > 0 || isBatch(line, some);
        return {
          ...{ ...shape, lines: some, agreed: true, ...(lessPercent ? { lessPercent } : {}) },
          together: (parts) => ofOneThing(line, parts) && together(parts),
        };
      });
      return [...pools, ...agreed];
    });
  },
};

// What is paid for the books' document may be less than it, and what goes out more by a charge.
function mostKeptOf({ side, minor }: Line): bigint {
  return side === 'ledger' || minor < 0n ? magnitude(minor) / MOST_KEPT : 0n;
}

const MOST_KEPT = 25n;

/** True where one party paid one document of somebody else in several sums: a factor, an insurer. */
function isPaidInParts(board: Board, line: Line, parts: readonly Line[]): boolean {
  const [first, ...others] = parts;
  return (
    line.side === 'ledger' &&
    first !== undefined &&
    isBatch(line, parts) &&
    others.every((part) => (board.namesAlike(first, part) ?? 0) >= ALIKE_PERCENT)
  );
}

const WHY = 'name an identifier that it names';

/** Each day's lines by themselves, the nearest first: a loan's number stands on principal and interest of every month. */
function daysOf(line: Line, lines: readonly Line[]): Line[][] {
  const days = [...byKeys(lines, ({ date }) => [date]).values()].filter(({ length }) => length >= 2);
  const away = ([first]: readonly Line[]) => Math.abs((first?.day ?? 0) - line.day);
  return days.length > 1 ? days.sort((a, b) => away(a) - away(b)) : [];
}

/** One line against the documents of one party that it names, of which one is not wholly paid. A proposal. */
export const listedInPart: Rule = {
  name: 'listed_in_part',
  version: 4,
  find(board) {
    const documents = new Documents(board);
    solve(board, listedInPart, (line) => {
      const lines = documents.sharedWith(line);
      if (!canReach(line, lines) || partiesListed(line, lines) !== 1) return [];
      const positive = line.minor > 0n;
      if (lines.some(({ minor }) => minor > 0n !== positive)) return [];
      // What another line of that party names as well may be paid in two sums.
      if (documents.isTakenOff(line, lines) || lines.some((part) => documents.isNamedAgain(line, part)))
        return [];
      return [
        {
          ...{ lines, why: WHY, percent: 75, chance: CHANCE, wholeOnly: true, inPart: true },
          together: (parts) => ofOneThing(line, parts) && ofOneParty(board, line, parts),
        },
      ];
    });
  },
};

// What is not paid to the cent is no other branch's, whatever number is written.
function ofOneThing({ said }: Line, parts: readonly Line[]): boolean {
  return !parts.some((part) => otherLabels(said.labels, part.said.labels));
}

/** Which open lines name which documents. */
class Documents {
  readonly #board: Board;
  readonly #named: ReadonlyMap<string, readonly Line[]>;
  readonly #families: ReadonlyMap<string, readonly Line[]>;
  #ofAmount: ReadonlyMap<string, readonly Line[]> | null = null;

  constructor(board: Board) {
    this.#board = board;
    this.#named = byKeys(board.open(), eventOrPremisesKeys);
    this.#families = byKeys(board.open(), familyKeys);
  }

  #meaning(key: string, line: Line): Line[] {
    return [...this.#naming(key), ...this.#partsOf(key, line)];
  }

  /** Lines of the other side that name what a line names. */
  sharedWith(line: Line): Line[] {
    const pool = new Set(identifierKeys(line).flatMap((key) => this.#meaning(key, line)));
    const { group, document } = this.#board.settings.windows;
    // Under the code of a flat or a contract the same comes again each month.
    const recurs = [...pool].some(
      (one) => one !== line && one.side === line.side && one.minor === line.minor,
    );
    const ofPremises = candidates(
      line,
      premisesKeys(line).flatMap((key) => this.#naming(key)),
      group / 2,
    );
    return [...new Set([...candidates(line, pool, recurs ? group / 2 : document), ...ofPremises])];
  }

  /** The same for each thing by itself that it names: a trade's number says more than that of what was traded. */
  ofEach(line: Line): Line[][] {
    const keys = identifierKeys(line);
    return keys.length < 2
      ? []
      : keys.map((key) => candidates(line, this.#meaning(key, line), this.#board.settings.windows.document));
  }

  #naming(key: string): readonly Line[] {
    return this.#named.get(key) ?? [];
  }

  // What a side names day by day is a shop or a till, and no batch: Z113-04 is of the till 113.
  #partsOf(key: string, { side }: Line): readonly Line[] {
    const parts = this.#families.get(key) ?? [];
    return parts.length > 0 && this.#naming(key).filter((one) => one.side === side).length <= MOST_OF_BATCH
      ? parts
      : [];
  }

  /** True where another line of a line's side and party names what one of its parts names. */
  isNamedAgain(line: Line, part: Line): boolean {
    const isAnother = (one: Line) =>
      one !== line &&
      one.side === line.side &&
      (this.#board.namesAlike(one, line) ?? ALIKE_PERCENT) >= ALIKE_PERCENT;
    return identifierKeys(part).some((key) => this.#naming(key).some(isAnother));
  }

  /** True where a credit note of the same counterparty is what some lines come to more than this one. */
  isTakenOff(line: Line, parts: readonly Line[]): boolean {
    this.#ofAmount ??= byKeys(this.#board.open(), (one) => [amountKey(one, one.side, one.minor)]);
    const credits = this.#ofAmount.get(amountKey(line, otherSide(line), line.minor - totalOf(parts))) ?? [];
    return credits.some(({ name }) => parts.some((part) => part.name === name));
  }
}

/** True where all name one batch or payout. From a deposit slip nobody takes a fee. */
function isBatch(line: Line, parts: readonly Line[]): boolean {
  return line.identifiers.some(
    (one) =>
      !one.standing &&
      one.kind !== 'DEP' &&
      parts.every(({ identifiers }) => identifiers.some((other) => sameIdentifier(one, other))),
  );
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

/** What the parts of a batch are called without their own number: MSG-0611 of MSG-0611/3. */
function familyKeys({ referenceText }: Line): string[] {
  const [, family = ''] = /^(.*[^\s/_.-])[\s/_.-]+[A-Za-z]{0,5}\d{1,3}$/.exec(referenceText.trim()) ?? [];
  const named = family === '' ? null : identifierOf(referenceKey(family) ?? '', '');
  return named && !named.standing ? [lookupKey(named)] : [];
}
