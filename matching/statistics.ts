import { magnitude } from './amounts.ts';
import { type Identifier, lookupKey } from './identifiers.ts';
import { Lags } from './lags.ts';
import { type Line, otherSide } from './line.ts';
import type { Name } from './names.ts';
import { Registers } from './registers.ts';
import { countNear } from './sorted.ts';

// What is rare among ten lines may be common among ten thousand: small samples are eased towards a larger one.
const EASING = 40;
const MANY_PARTIES = 12;
const ODD_DIGITS = 4;

/**
 * How often amounts, words and identifiers occur among the lines that are matched together. A coincidence of something rare
 * tells much, one of something common little; both are measured in bits.
 */
export class Statistics {
  readonly #lines: number;
  readonly #words = new Map<string, number>();
  readonly #bits = new Map<string, number>();
  readonly #parties = new Map<string, Set<string>>();
  readonly #identifiers = new Map<string, number>();
  readonly registers: Registers;
  readonly lags: Lags;
  readonly #groups: ReadonlySet<string>;
  // Of very many lines nobody asks, and it would take too much room.
  readonly #ofParty: ReadonlyMap<string, number> | null;
  readonly #allTimes: ReadonlyMap<string, ReadonlyMap<bigint, number>>;
  readonly #named = { ledger: 0, statement: 0 };
  #openTimes: ReadonlyMap<string, ReadonlyMap<bigint, number>> = new Map();
  #days: ReadonlyMap<string, readonly number[]> = new Map();
  #open: (() => readonly Line[]) | null = null;

  constructor(lines: readonly Line[]) {
    this.#lines = lines.length;
    for (const line of lines) {
      this.#named[line.side] += line.name ? 1 : -1;
      for (const word of new Set([...wordsOf(line.name), ...wordsOf(line.words)])) add(this.#words, word);
      const first = line.side === 'ledger' ? line.name?.words[0] : undefined;
      if (first !== undefined && line.name)
        this.#parties.set(first, (this.#parties.get(first) ?? new Set()).add(line.name.joined));
      for (const key of new Set(line.identifiers.map(lookupKey))) add(this.#identifiers, key);
    }
    this.#allTimes = amountsOf(lines);
    this.#ofParty = lines.length > MOST_BY_PARTY ? null : partiesOf(lines);
    this.registers = new Registers(lines);
    this.lags = new Lags(lines.filter((line) => this.isOneOff(line)));
    this.#groups = sharedGroups(lines);
  }

  /** What it tells that two lines are of one group that both sides have, by how many such groups there are. */
  group(a: Line, b: Line): number {
    const same = a.group !== null && a.group === b.group && this.#groups.has(a.group);
    return same ? Math.min(MOST_GROUP_BITS, Math.log2(this.#groups.size)) : 0;
  }

  /** True when two lines are of two groups, and both sides have both of them. */
  ofTwoGroups(a: Line, b: Line): boolean {
    return (
      a.group !== null &&
      b.group !== null &&
      a.group !== b.group &&
      this.#groups.has(a.group) &&
      this.#groups.has(b.group)
    );
  }

  /** True when most lines of a side have their party in a column of its own. */
  hasNames(side: Line['side']): boolean {
    return this.#named[side] > 0;
  }

  /** From here on a partner is looked for among these lines: those that are still open. */
  look(open: () => readonly Line[]): void {
    this.#open = open;
  }

  // Counted when it is first asked for: not every rule asks.
  #count(): void {
    if (this.#open === null) return;
    const open = this.#open();
    this.#open = null;
    this.#openTimes = amountsOf(open);
    const days = new Map<string, number[]>();
    for (const line of open) {
      const at = `${line.currency} ${line.side}`;
      const list = days.get(at);
      if (list) list.push(line.day);
      else days.set(at, [line.day]);
    }
    for (const list of days.values()) list.sort((a, b) => a - b);
    this.#days = days;
  }

  /** What it tells that two lines share a word. */
  readonly word = (word: string): number => {
    let bits = this.#bits.get(word);
    if (bits === undefined) {
      const share = (this.#lines + 2 * EASING) / ((this.#words.get(word) ?? 0) + 2);
      bits = Math.max(0.5, Math.log2(share)) * Math.min(1, word.length / 4);
      this.#bits.set(word, bits);
    }
    return bits;
  };

  /** True when the books know only one party whose name begins with this word: then the word names it. */
  namesOneParty(word: string): boolean {
    return this.#parties.get(word)?.size === 1;
  }

  /** True when there are enough parties for "only one" to mean something. */
  get knowsManyParties(): boolean {
    return this.#parties.size >= MANY_PARTIES;
  }

  /** How many lines, matched or not, name what is looked up by this identifier's key. */
  naming(identifier: Identifier): number {
    return this.#identifiers.get(lookupKey(identifier)) ?? 0;
  }

  /** What it tells that two lines share an identifier. */
  identifier(identifier: Identifier): number {
    const seen = Math.max(1, this.naming(identifier));
    return Math.log2((this.#lines + 4 * EASING) / seen);
  }

  /**
   * What it tells that a line of the other side has the same amount: little for 100.00, much for 1,234.57, and less the
   * more lines have it.
   */
  rarity(line: Line): number {
    this.#count();
    const other = otherSide(line);
    return this.#rarity(
      line,
      Math.max(0, (this.#openTimes.get(`${line.currency} ${other}`)?.get(line.minor) ?? 0) - 1),
    );
  }

  /** How much rarer a line's amount would be if the other side had it only once, in bits. */
  recurrence(line: Line): number {
    return this.#rarity(line, 0) - this.rarity(line);
  }

  #rarity({ minor }: Line, seen: number): number {
    const share = (seen + EASING * coincidence(minor)) / (this.#lines / 2 + EASING);
    return Math.min(MOST_BITS, -Math.log2(share));
  }

  /** True when no other line of its side had this line's amount, matched or not, and it is no round one. */
  isOneOff({ currency, side, minor }: Line): boolean {
    return isOdd(minor) && this.#allTimes.get(`${currency} ${side}`)?.get(minor) === 1;
  }

  /** True when no other line of its side had this line's amount with a name that begins like its own, matched or not. */
  isOnlyOfParty(line: Line): boolean {
    return this.#ofParty === null ? this.isOneOff(line) : this.#ofParty.get(partyKey(line)) === 1;
  }

  /** Among how many lines of the other side a partner is looked for, in bits. */
  pool(line: Line, window: number): number {
    this.#count();
    const days = this.#days.get(`${line.currency} ${otherSide(line)}`) ?? [];
    return Math.log2(1 + countNear(days, line.day, window));
  }
}

/** Groups that both sides have. */
function sharedGroups(lines: readonly Line[]): Set<string> {
  const sides = { ledger: new Set<string>(), statement: new Set<string>() };
  for (const { side, group } of lines) if (group !== null) sides[side].add(group);
  return new Set([...sides.ledger].filter((group) => sides.statement.has(group)));
}

const MOST_BY_PARTY = 50_000;
const MOST_BITS = 18;
const MOST_GROUP_BITS = 8;

// How likely two unrelated amounts are the same, by their significant digits: people like round ones.
function coincidence(minor: bigint): number {
  return [0.1, 0.05, 0.012, 0.003, 0.0006, 0.0001][significantDigits(minor)] ?? 0.00002;
}

/** True for an amount that is no round one: few others are like it by chance. */
export function isOdd(minor: bigint): boolean {
  const amount = magnitude(minor);
  // Most end in another digit than zero.
  return amount >= LEAST_ODD && (amount % 10n !== 0n || significantDigits(amount) >= ODD_DIGITS);
}

// The least number of as many digits.
const LEAST_ODD = 10n ** BigInt(ODD_DIGITS - 1);

/** How many digits an amount has before its zeros: 1250.00 has three. */
export function significantDigits(minor: bigint): number {
  return magnitude(minor).toString().replace(/0+$/, '').length;
}

/** How often each amount occurs, by currency and side. */
function amountsOf(lines: readonly Line[]): Map<string, Map<bigint, number>> {
  const times = new Map<string, Map<bigint, number>>();
  for (const { currency, side, minor } of lines) {
    const at = `${currency} ${side}`;
    let counts = times.get(at);
    if (!counts) times.set(at, (counts = new Map<bigint, number>()));
    counts.set(minor, (counts.get(minor) ?? 0) + 1);
  }
  return times;
}

/** How often each amount occurs with each party, a party told by the first word of its name. */
function partiesOf(lines: readonly Line[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const line of lines) add(times, partyKey(line));
  return times;
}

function partyKey({ currency, side, minor, name, words }: Line): string {
  return `${currency} ${side} ${minor} ${(name ?? words)?.words[0] ?? ''}`;
}

function wordsOf(name: Name | null): readonly string[] {
  return name?.words ?? [];
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
