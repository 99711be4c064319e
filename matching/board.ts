import type { MatchType } from '../ledger/database.ts';
import { remembered } from '../ledger/remembered.ts';
import { Aliases } from './aliases.ts';
import { minorOf } from './amounts.ts';
import { daysBetween } from '../policy/dates.ts';
import { type Evidence, Scale } from './evidence.ts';
import { Fees } from './fees.ts';
import { sameIdentifier } from './identifiers.ts';
import { type Line, inOrder, otherSide } from './line.ts';
import { Parties } from './parties.ts';
import type { Name } from './names.ts';
import type { Settings } from './settings.ts';
import { Statistics } from './statistics.ts';

/** What a rule found: lines that belong together, how sure, and how many other solutions are as good. */
export interface Found {
  readonly rule: string;
  readonly type: MatchType;
  readonly lines: readonly Line[];
  /** 0 to 1, two decimals, as a decimal string. */
  readonly score: string;
  readonly alternatives: number;
  readonly reasons: string;
}

/** What was found, as it is kept: the lines by their ids only, so that what is matched leaves memory. */
export interface Match extends Omit<Found, 'lines'> {
  readonly ids: readonly string[];
}

/** In which currency lines of different currencies are compared, and the largest difference that rates explain. */
export interface Exchange {
  readonly currency: string;
  /** In minor units of that currency. */
  readonly tolerance: bigint;
}

/** One named rule. The version changes whenever the rule would find something else among the same lines. */
export interface Rule {
  readonly name: string;
  readonly version: number;
  find(board: Board): void;
}

const SHORTEST_WORD = 4;
const TELLING_WORD_BITS = 4;
const UNLIKE_PERCENT = 35;
const DOUBTFUL_PERCENT = 60;
const KNOWN_PERCENT = 85;
const MOST_NAMESAKES = 400;

/**
 * The lines of one matching run: which are still open, what is known of them all, and what was found. What a rule takes, a
 * later one does not see.
 */
export class Board {
  readonly settings: Settings;
  readonly statistics: Statistics;
  readonly fees: Fees;
  readonly #aliases = new Aliases();
  readonly #scale: Scale;
  readonly #open: Set<Line>;
  readonly #found = new Map<string, Match[]>();
  readonly #parties: Parties;
  readonly #known = new Map<string, boolean>();
  /** Rounding that a conversion may leave, in minor units of a currency. */
  readonly roundingIn: (currency: string) => bigint;
  /** Null where nothing is known of rates: then lines of two currencies are never one event. */
  readonly exchange: Exchange | null;

  /** @param lines are the board's from here on: in another order, and gone once they are known. */
  constructor(lines: Line[], settings: Settings, exchange: Exchange | null) {
    this.settings = settings;
    this.fees = new Fees(settings);
    this.roundingIn = remembered((currency) => minorOf(settings.rounding, currency) ?? 0n);
    this.exchange = exchange;
    this.#open = new Set(lines.sort(inOrder));
    this.statistics = new Statistics(lines);
    this.#parties = new Parties(lines, MOST_NAMESAKES);
    this.#scale = new Scale(this.statistics, this.#aliases);
    lines.length = 0;
  }

  /** What a rule took; forgotten here. */
  foundBy({ name }: Rule): readonly Match[] {
    const found = this.#found.get(name) ?? [];
    this.#found.delete(name);
    return found;
  }

  /** Open lines by date, then id. */
  open(side?: Line['side']): Line[] {
    return [...this.#open].filter((line) => side === undefined || line.side === side);
  }

  /** How alike two counterparties are, 0 to 100; null when one of the lines names none. */
  namesAlike(a: Line, b: Line): number | null {
    return a.name && b.name ? this.#scale.likeness(a.name, b.name).percent : null;
  }

  get openCount(): number {
    return this.#open.size;
  }

  isOpen(line: Line): boolean {
    return this.#open.has(line);
  }

  /** As {@link weigh} has it, by itself. */
  namePercent(a: Line, b: Line): number {
    return this.#scale.namePercent(a, b) ?? 0;
  }

  weigh(a: Line, b: Line): Evidence {
    return this.#scale.weigh(a, b);
  }

  /** True when what two lines name tells them apart: two documents of one register, or two parties. */
  tellsApart(a: Line, b: Line, evidence: Evidence): boolean {
    return evidence.contradicted || this.namesAnother(a, b, evidence);
  }

  /**
   * True when both lines name a counterparty and plainly not the same one, or doubtfully and the other side knows each of
   * them under its own name, or when the other side was seen to write this name for another.
   */
  namesAnother(a: Line, b: Line, { namePercent, sameParty, saysDay }: Evidence): boolean {
    const [ours, theirs] = a.side === 'ledger' ? [a, b] : [b, a];
    const percent = namePercent ?? 0;
    const isUnlike = percent < UNLIKE_PERCENT && a.side !== b.side;
    // A processor is known by its fees, too; who names the day means that day's takings.
    const mayBeAnother = isUnlike && !sameParty && !saysDay && !this.#namesNobody(ours);
    if (mayBeAnother && this.#aliases.isOfAnother(ours, theirs)) return true;
    if (!a.name || !b.name || percent >= DOUBTFUL_PERCENT) return false;
    // The brand of a card and the acquirer, of one terminal.
    if ((a.said.card ?? b.said.card) !== null && shareStanding(a, b)) return false;
    if (percent < UNLIKE_PERCENT) return true;
    return this.#isKnown(a, a.name) && this.#isKnown(b, b.name);
  }

  /**
   * True when the second line's text, or its name, is that of a party which the first line's side knows, and the first line
   * is of another one.
   */
  namesKnownOther(line: Line, other: Line): boolean {
    const [ours, theirs] = [line.name ?? line.words, other.name ?? other.words];
    if (!ours || !theirs || this.shareTellingWord(line, other)) return false;
    if (this.#namesNobody(line) || (!line.name && this.#namesNobody(other))) return false;
    // `Shopify order` of some customer is what Shopify pays out.
    if (line.words && this.#scale.likeness(theirs, line.words).percent >= KNOWN_PERCENT) return false;
    return this.#parties
      .near(other, line.side)
      .some(
        (name) =>
          this.#scale.likeness(theirs, name).percent >= KNOWN_PERCENT &&
          this.#scale.likeness(ours, name).percent < DOUBTFUL_PERCENT,
      );
  }

  // What many lines say, as a way of paying or what it is for, names nobody; nor does a text where names have a column.
  #namesNobody(line: Line): boolean {
    return !line.name && (this.statistics.hasNames(line.side) || this.tellingWords(line).length === 0);
  }

  /** True when both say a word that few lines say: whoever else the text is like, it may be this one. */
  shareTellingWord(a: Line, b: Line): boolean {
    const theirs = (b.name ?? b.words)?.words;
    return theirs !== undefined && this.tellingWords(a).some((word) => theirs.includes(word));
  }

  /** The words of a line's name, or text, that few lines say. */
  tellingWords({ name, words }: Line): readonly string[] {
    const said = (name ?? words)?.words ?? [];
    return said.filter(
      (word) => word.length >= SHORTEST_WORD && this.statistics.word(word) >= TELLING_WORD_BITS,
    );
  }

  /** Whom a line names, in a column of its own or in a text that few others have; the same for all that is written alike. */
  partyOf(line: Line): string | null {
    const { name, words } = line;
    return name?.joined ?? (this.tellingWords(line).length > 0 ? (words?.joined ?? null) : null);
  }

  #isKnown(line: Line, name: Name): boolean {
    const key = `${line.side} ${line.currency} ${name.joined}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      known = this.#parties
        .near(line, otherSide(line))
        .some((other) => this.#scale.likeness(name, other).percent >= KNOWN_PERCENT);
      this.#known.set(key, known);
    }
    return known;
  }

  /** Takes lines off the board. @returns false, and takes nothing, when one of them is taken already. */
  take(found: Found): boolean {
    if (found.lines.some((line) => !this.#open.has(line))) return false;
    for (const line of found.lines) this.#open.delete(line);
    const { lines, reasons, ...rest } = found;
    // Put together from pieces; a copy of the whole takes less room than they do.
    const match = { ...rest, ids: lines.map(({ id }) => id), reasons: Buffer.from(reasons).toString() };
    const known = this.#found.get(found.rule);
    if (known) known.push(match);
    else this.#found.set(found.rule, [match]);
    const [one, other] = lines;
    if (found.lines.length === 2 && found.alternatives === 0 && one && other && one.side !== other.side)
      this.#aliases.learn(...(one.side === 'ledger' ? ([one, other] as const) : ([other, one] as const)));
    return true;
  }

  /** True when two lines name a document that nobody else names. */
  nameOneDocument({ shared }: Evidence): boolean {
    return shared !== null && this.statistics.naming(shared) === 2;
  }

  /** The odds, in bits, that two lines of equal amounts are one event. */
  bits(a: Line, evidence: Evidence, window: number): number {
    return (
      this.statistics.rarity(a) +
      evidence.identifierBits +
      evidence.nameBits +
      evidence.dateBits -
      this.statistics.pool(a, window)
    );
  }
}

function shareStanding(a: Line, b: Line): boolean {
  return a.identifiers.some(
    (one) => one.standing && b.identifiers.some((other) => other.standing && sameIdentifier(one, other)),
  );
}

export const sideOf = (lines: readonly Line[], side: Line['side']): Line[] =>
  lines.filter((line) => line.side === side);

/** How far apart two lines are, in calendar days, in words. */
export function apart(a: Line, b: Line): string {
  const days = Math.abs(daysBetween(a.date, b.date));
  return days === 0 ? 'same day' : `${days} day${days === 1 ? '' : 's'} apart`;
}

/** How many others are as good, in words; empty when none. */
export function ambiguity(others: number): string {
  return others === 0 ? '' : `; ambiguous: ${others} other pairing${others === 1 ? ' is' : 's are'} as good`;
}

/** Text from outside, shortened and made harmless. */
export function quote(text: string): string {
  return text.replace(/[\p{C}"]/gu, ' ').slice(0, 60);
}

/** A probability from odds in bits, against rivals' odds, as a score. */
export function scoreOf(bits: number, rivals: readonly number[] = []): string {
  const odds = 2 ** Math.min(bits, 40);
  const against = rivals.reduce((total, one) => total + 2 ** Math.min(one, 40), 1);
  return percentScore(Math.floor((100 * odds) / (odds + against)));
}

/** Whole percent as a score. Only what is beyond doubt has 1.00. */
export function percentScore(percent: number): string {
  return `0.${String(Math.max(1, Math.min(99, percent))).padStart(2, '0')}`;
}
