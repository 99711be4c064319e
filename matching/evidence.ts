import type { Aliases } from './aliases.ts';
import { areLastDigits, isCutCheque, isCutOff } from './cut-numbers.ts';
import {
  type Identifier,
  contradicts,
  isLong,
  isMistaken,
  isNearly,
  isSlip,
  sameIdentifier,
} from './identifiers.ts';
import type { Line } from './line.ts';
import { type Likeness, type Name, likeness } from './names.ts';
import { otherPeriods } from './periods.ts';
import { BITS_A_DAY } from './lags.ts';
import { namesDayOf } from './said-days.ts';
import { otherLabels } from './stated.ts';
import { shapeOfKey } from './registers.ts';
import type { Statistics } from './statistics.ts';

/** What speaks for two lines being one event, apart from their amounts. The parts are in bits and add up. */
export interface Evidence {
  /** An identifier that both lines name, or null. */
  readonly shared: Identifier | null;
  readonly identifierBits: number;
  /** True when both name documents of one register, or months, and some of them are not the same. */
  readonly contradicted: boolean;
  /** The same to the letter: also where it may be a slip, or the two sides count such documents each for itself. Nothing of the kind settles. */
  readonly disagrees: boolean;
  /** True when both name a document that nobody else names, by two numbers of which one is miswritten. */
  readonly miswritten: boolean;
  /** True when one of them has the last digits of the cheque, or of the document's long number, that the other names. */
  readonly cutNumber: boolean;
  /** True when both name one customer, member or contract by its number. */
  readonly sameParty: boolean;
  /** How alike the names are, 0 to 100; null when one line has none. */
  readonly namePercent: number | null;
  readonly nameBits: number;
  readonly dateBits: number;
  /** True when the names agree only because the other side was seen to write this counterparty so. */
  readonly alias: boolean;
  /** Business days between the two. */
  readonly days: number;
  /** True when one of them names the other's day. */
  readonly saysDay: boolean;
  /** True when a text agrees: an identifier, or a name that is alike enough. */
  readonly textual: boolean;
}

const ALIKE_PERCENT = 60;
// A name that nearly every line has tells nothing, and is still the same name.
const SAME_PERCENT = 90;
const TELLING_TEXT_BITS = 4;
// A payment that names another document or another month is another payment.
const CONTRADICTION_BITS = -12;
const SLIP_BITS = -1.5;
// Hardly two numbers of twenty digits differ by one only.
const LONG_SLIP_BITS = 8;
// One number in many is a slip of another by chance.
const MISWRITTEN_BITS = 4;
const MOST_IDENTIFIER_BITS = 14;
const CUT_OFF_BITS = 4;
const CUT_NUMBER_BITS = 6;
const [PARTY_BITS, MOST_PARTY_BITS] = [5, 8];
const PARTY_KINDS = new Set(['CUSTOMER', 'CONTRACT', 'PREMISES']);
// Banks post within days; each day that passes makes another event likelier.
const SAME_DAY_BITS = 2;
const SAID_DAY_BITS = 4;
const BITS_A_DAY_NAMED = 0.2;
// Terms of payment are weeks; a number of another party's is the likelier, the longer ago.
const LATEST_BITS = -2;
const [SHORTEST_PARTY, MOST_OF_PARTY] = [4, 12];
const BRAND_PERCENT = 70;
const SHORTEST_BRAND = 4;
const SHORTEST_REFERENCE = 6;
const SHORTEST_IN_TEXT = 8;
const MOST_REMEMBERED = 50_000;

/** Weighs pairs of lines; remembers how alike names are, since names recur. */
export class Scale {
  readonly #statistics: Statistics;
  readonly #likeness = new Map<Name, Map<Name, Likeness>>();
  #remembered = 0;
  readonly #aliases: Aliases;

  constructor(statistics: Statistics, aliases: Aliases) {
    this.#statistics = statistics;
    this.#aliases = aliases;
  }

  weigh(a: Line, b: Line): Evidence {
    const days = Math.abs(a.day - b.day);
    const identifiers = this.#identifiers(a, b);
    const name = this.#names(a, b);
    const saysDay = namesDayOf(a, b);
    return {
      ...identifiers,
      namePercent: name.percent,
      nameBits: name.bits,
      alias: name.alias,
      // Whoever names the document may be late.
      dateBits: saysDay
        ? SAID_DAY_BITS
        : identifiers.shared
          ? Math.max(
              (name.percent ?? ALIKE_PERCENT) >= ALIKE_PERCENT ? LATEST_BITS : -Infinity,
              SAME_DAY_BITS - BITS_A_DAY_NAMED * days,
            )
          : SAME_DAY_BITS - BITS_A_DAY * days + this.#statistics.lags.bits(a, b),
      days,
      saysDay,
      textual:
        identifiers.shared !== null ||
        identifiers.sameParty ||
        identifiers.cutNumber ||
        (name.percent !== null && name.percent >= (name.bits > 1 ? ALIKE_PERCENT : SAME_PERCENT)),
    };
  }

  /** How alike the names of two lines are, 0 to 100; null when one of them has none. */
  namePercent(a: Line, b: Line): number | null {
    return this.#names(a, b).percent;
  }

  /** How alike two names are; the same two are compared once. */
  likeness(a: Name, b: Name): Likeness {
    if (this.#remembered > MOST_REMEMBERED) {
      this.#likeness.clear();
      this.#remembered = 0;
    }
    let row = this.#likeness.get(a);
    if (!row) this.#likeness.set(a, (row = new Map<Name, Likeness>()));
    let found = row.get(b);
    if (!found) {
      row.set(b, (found = likeness(a, b, this.#statistics.word)));
      this.#remembered += 1;
    }
    return found;
  }

  /** What it tells that the other side was seen to write this counterparty so. */
  #alias(ours: Line, theirs: Line): number | null {
    const [name, written] = [ours.name ?? ours.words, theirs.name ?? theirs.words];
    if (!name || !written || this.#aliases.of(theirs) !== name) return null;
    return Math.max(...written.words.map(this.#statistics.word));
  }

  #identifiers(
    a: Line,
    b: Line,
  ): Pick<
    Evidence,
    'shared' | 'identifierBits' | 'contradicted' | 'disagrees' | 'miswritten' | 'cutNumber' | 'sameParty'
  > {
    let [best, shared, against] = [0, null as Identifier | null, 0];
    let [sameParty, disagrees, miswritten, cutNumber] = [false, false, false, false];
    let [partyBits, numbered] = [PARTY_BITS, null as Identifier | null];
    for (const one of a.identifiers)
      for (const other of b.identifiers) {
        if (sameIdentifier(one, other)) {
          if (one.standing || other.standing) {
            if (PARTY_KINDS.has(one.kind) || this.#isOfFew(one)) {
              sameParty = true;
              partyBits = Math.max(partyBits, Math.min(MOST_PARTY_BITS, this.#statistics.identifier(one)));
            }
            continue;
          }
          const bits = this.#statistics.identifier(one);
          if (bits > best) [best, shared] = [bits, one];
        } else if (this.#statistics.registers.isOneNumber(one, other)) {
          if (one.standing || other.standing) sameParty ||= this.#isOfFew(one);
          else numbered = one;
        } else if (isCutCheque(one, other) || areLastDigits(one, other))
          [best, cutNumber] = [Math.max(best, CUT_NUMBER_BITS), true];
        else if (isCutOff(one.key, other.key)) best = Math.max(best, CUT_OFF_BITS);
        else if (
          contradicts(one, other) ||
          this.#ofOneColumn(one, other) ||
          this.#ofOneRegister(one, other)
        ) {
          const slip = isSlip(one, other);
          disagrees ||= !slip;
          if (slip && isLong(one) && isLong(other)) best = Math.max(best, LONG_SLIP_BITS);
          else if (
            (slip && one.key.length === other.key.length && this.#areOrphans(one, other)) ||
            this.#isOrphan(one, other) ||
            this.#isMiswritten(a, b, one, other)
          )
            miswritten = true;
          else if (slip || this.#isAnothers(a, b, one, other)) against = Math.min(against, SLIP_BITS);
          else if (
            this.#statistics.registers.sharesKind(one.kind) ||
            this.#ofOneColumn(one, other) ||
            this.#ofOneRegister(one, other)
          )
            against = CONTRADICTION_BITS;
        }
      }
    if (!shared && numbered) {
      // What is called otherwise may be another thing after all.
      disagrees = true;
      [best, shared] = [this.#statistics.identifier(numbered), numbered];
    }
    // Beside the document that it means, a line has numbers of its own.
    if (cutNumber) against = 0;
    const party = (sameParty ? partyBits : 0) + (shared ? 0 : this.#statistics.group(a, b));
    // Unit 4 is not unit 9.
    if (!shared && (otherLabels(a.said.labels, b.said.labels) || ofOtherPremises(a, b)))
      against = CONTRADICTION_BITS;
    if (miswritten) best = Math.max(best, MISWRITTEN_BITS);
    const bits = shared ? best : against < 0 ? against : best;
    const identifierBits = Math.min(bits + party, MOST_IDENTIFIER_BITS);
    return {
      shared,
      identifierBits,
      contradicted:
        against <= CONTRADICTION_BITS ||
        otherPeriods(a.said.periods, b.said.periods) ||
        this.#statistics.ofTwoGroups(a, b),
      disagrees,
      miswritten: miswritten && against === 0,
      cutNumber,
      sameParty,
    };
  }

  /** True for a number that few lines have: whatever it is called, it is not that of the account itself. */
  #isOfFew(identifier: Identifier): boolean {
    return identifier.digits.length >= SHORTEST_PARTY && this.#statistics.naming(identifier) <= MOST_OF_PARTY;
  }

  /** True for two numbers that differ by one mistaken digit, where no other line names either of them. */
  #isOrphan(a: Identifier, b: Identifier): boolean {
    return isMistaken(a, b) && this.#areOrphans(a, b);
  }

  #areOrphans(a: Identifier, b: Identifier): boolean {
    return this.#statistics.naming(a) === 1 && this.#statistics.naming(b) === 1;
  }

  /** The same, also in a short number or by any slip, where nothing else in the account has the one amount of the two. */
  #isMiswritten(a: Line, b: Line, one: Identifier, other: Identifier): boolean {
    return (
      (isMistaken(one, other, true) || isNearly(one, other)) &&
      this.#areOrphans(one, other) &&
      this.#haveTheirOwnAmount(a, b)
    );
  }

  /**
   * True where the statement's line names a document that others name on both sides, the ledger's line one that nobody else
   * does, and nothing else in the account has their one amount: then the payer gave a number that is not his.
   */
  #isAnothers(a: Line, b: Line, one: Identifier, other: Identifier): boolean {
    const [ours, theirs] = a.side === 'ledger' ? [one, other] : [other, one];
    return (
      this.#haveTheirOwnAmount(a, b) &&
      this.#statistics.naming(ours) === 1 &&
      this.#statistics.naming(theirs) >= 3
    );
  }

  /** True for one amount that nothing else in the account has. */
  #haveTheirOwnAmount(a: Line, b: Line): boolean {
    return a.minor === b.minor && this.#statistics.isOneOff(a) && this.#statistics.isOneOff(b);
  }

  /** True for two references of one shape that are not the same, where the two sides write the same references at all. */
  #ofOneColumn(a: Identifier, b: Identifier): boolean {
    if ((!a.own && !b.own) || a.standing || b.standing) return false;
    // Where a kind of document has a name that both sides use, what has another name is another kind.
    if (
      a.kind !== b.kind &&
      (this.#statistics.registers.usesKind(a.kind) || this.#statistics.registers.usesKind(b.kind))
    )
      return false;
    const both = a.own && b.own;
    const shortest = both ? SHORTEST_REFERENCE : SHORTEST_IN_TEXT;
    if (a.key.length < shortest || a.key.length !== b.key.length) return false;
    const shape = shapeOfKey(a.key, both);
    return shape === shapeOfKey(b.key, both) && this.#statistics.registers.sharesReferences(shape);
  }

  #ofOneRegister(a: Identifier, b: Identifier): boolean {
    return !a.standing && !b.standing && this.#statistics.registers.ofOneRegister(a, b);
  }

  #names(a: Line, b: Line): { percent: number | null; bits: number; alias: boolean } {
    const own = a.name && b.name ? this.likeness(a.name, b.name) : null;
    let [percent, bits] = [own?.percent ?? null, own?.bits ?? 0];
    const cross = (one: Name | null, other: Name | null, least: number) => {
      if (!one || !other || (percent ?? 0) >= 90) return;
      const crossed = this.likeness(one, other);
      if (crossed.bits < least || crossed.percent < ALIKE_PERCENT || crossed.bits * 0.8 <= bits) return;
      [percent, bits] = [Math.max(percent ?? 0, crossed.percent), crossed.bits * 0.8];
    };
    // A bank puts the name into the text as often as into its own column; two texts tell only where a column is missing.
    cross(a.name, b.words, -Infinity);
    cross(a.words, b.name, -Infinity);
    // What a payment is for is said of many; where one side names somebody, it has to tell more than that.
    if (!a.name || !b.name) cross(a.words, b.words, a.name || b.name ? TELLING_TEXT_BITS : -Infinity);
    if ((percent ?? 0) < ALIKE_PERCENT) {
      const [ledger, statement] = a.side === 'ledger' ? [a, b] : [b, a];
      // In a column of its own a name is whole: there another second word is another party.
      const brand = statement.name ? null : this.#brand(ledger.name, statement.words);
      if (brand !== null) return { percent: BRAND_PERCENT, bits: Math.max(bits, brand), alias: false };
      const alias = this.#alias(ledger, statement);
      if (alias !== null) return { percent: BRAND_PERCENT, bits: Math.max(bits, alias), alias: true };
    }
    return { percent, bits, alias: false };
  }

  /** What it tells that both names begin with one word, where the books know one such party: `ZOOM.US` for Zoom Video. */
  #brand(ours: Name | null, theirs: Name | null): number | null {
    const [first] = ours?.words ?? [];
    if (first === undefined || first.length < SHORTEST_BRAND || !theirs?.words.slice(0, 2).includes(first))
      return null;
    // Of few lines nobody knows whether another party begins with it as well.
    const [, second] = ours?.words ?? [];
    if (second !== undefined && theirs.words.length > 1 && !this.#statistics.knowsManyParties) return null;
    return this.#statistics.namesOneParty(first) ? this.#statistics.word(first) : null;
  }
}

/** True when both say which flat or unit they are for, and not the same. */
function ofOtherPremises(a: Line, b: Line): boolean {
  const of = ({ identifiers }: Line) => identifiers.filter(({ kind }) => kind === 'PREMISES');
  const [ours, theirs] = [of(a), of(b)];
  return (
    ours.length > 0 &&
    theirs.length > 0 &&
    !ours.some((one) => theirs.some((other) => sameIdentifier(one, other)))
  );
}
