// What is booked on one day and has something in common: of one batch, of one kind, or with one text.
import { magnitude } from '../amounts.ts';
import { type Line, byKeys, otherSide } from '../line.ts';
import { canTell } from '../subsets.ts';

// Of a day's lines nothing says that they belong to one: what chance may produce is shared by all lines that are open.
const CHANCE_SAME_DAY = 0.2;
const CHANCE_SAME_BATCH = 2;
// A single line is no batch, and of very many on one day nothing tells which belong together.
export const MOST_IN_BATCH = 150;

/** Nothing but their day, the kind of their references, a batch's number, a text, its first word, or a counterparty. */
export type Common = 'day' | 'ref' | 'group' | 'text' | 'word' | 'name';

/** Lines of one side and day. */
export class Batch {
  readonly lines: readonly Line[];
  /** As a business day. */
  readonly day: number;
  /** How many accidental sums it may produce, see `subsetFor`. */
  readonly chance: number;
  /** What its lines have in common besides their day. */
  readonly by: Common;
  /** The word with which the lines' texts begin; null where something else makes them a batch. */
  readonly word: string | null;
  readonly #paidIn: Amounts;
  readonly #paidOut: Amounts;

  constructor(lines: readonly Line[], day: number, chance: number, by: Common, word: string | null) {
    [this.lines, this.day, this.chance, this.by, this.word] = [lines, day, chance, by, word];
    this.#paidIn = amountsOf(lines, 1n);
    this.#paidOut = amountsOf(lines, -1n);
  }

  /** True where the lines have a text, or a batch's number, in common. */
  get tied(): boolean {
    return this.by === 'text' || this.by === 'group';
  }

  /** True when its lines of an amount's sign come to that amount, in minor units, or more. */
  reaches(minor: bigint): boolean {
    return (this.#of(minor).totals.at(-1) ?? 0n) >= magnitude(minor);
  }

  /** False when no lines of it that are smaller than an amount can come to it, in a way that tells anything. */
  mayHoldPartsOf(minor: bigint, least?: number): boolean {
    const { sizes, totals } = this.#of(minor);
    const whole = magnitude(minor);
    const next = sizes.findIndex((size) => size >= whole);
    const smaller = next < 0 ? sizes.length : next;
    const total = totals[smaller - 1] ?? 0n;
    return smaller >= 2 && total >= whole && (total === whole || canTell(smaller, minor, this.chance, least));
  }

  #of(minor: bigint): Amounts {
    return minor > 0n ? this.#paidIn : this.#paidOut;
  }
}

/** Amounts without their sign, the smallest first, and what each comes to with those before it. */
interface Amounts {
  readonly sizes: readonly bigint[];
  readonly totals: readonly bigint[];
}

function amountsOf(lines: readonly Line[], sign: 1n | -1n): Amounts {
  const sizes = lines.flatMap(({ minor }) => (minor * sign > 0n ? [minor * sign] : []));
  sizes.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  let total = 0n;
  return { sizes, totals: sizes.map((size) => (total += size)) };
}

/** The batches of all days. */
export class Batches {
  /** The most that any of them may produce by chance. */
  readonly mostChance: number;
  /** The most that one day may produce for a line that says that it is many: there are few of those. */
  readonly chanceOfMany: number;
  // By currency and side, then by business day.
  readonly #ofDay = new Map<string, Map<number, Batch[]>>();

  constructor(open: readonly Line[]) {
    this.mostChance = CHANCE_SAME_BATCH / open.length;
    this.chanceOfMany = CHANCE_SAME_DAY / open.filter(({ said }) => said.collective).length;
    for (const [key, lines] of byKeys(open, batchKeys)) {
      const [first] = lines;
      if (!first || lines.length < 2 || lines.length > MOST_IN_BATCH) continue;
      const [, by = 'day', said = ''] = key.slice(dateKey(first).length).match(COMMON) ?? [];
      const chance = by === 'day' ? CHANCE_SAME_DAY / open.length : this.mostChance;
      const word = by === 'word' ? said : null;
      this.#add(first, new Batch(lines, first.day, chance, by as Common, word));
    }
  }

  #add({ currency, side, day }: Line, batch: Batch): void {
    const at = `${currency} ${side}`;
    let days = this.#ofDay.get(at);
    if (!days) this.#ofDay.set(at, (days = new Map<number, Batch[]>()));
    const batches = days.get(day);
    if (batches) batches.push(batch);
    else days.set(day, [batch]);
  }

  /** The batches of the other side within so many business days of a line, the nearest first. */
  near(line: Line, window: number): Batch[] {
    const days = this.#ofDay.get(`${line.currency} ${otherSide(line)}`);
    const found: Batch[] = [];
    for (let apart = 0; apart <= window; apart += 1)
      for (const day of apart === 0 ? [line.day] : [line.day - apart, line.day + apart])
        for (const batch of days?.get(day) ?? []) found.push(batch);
    return found;
  }
}

// A weekend's days are one business day and yet several batches.
function dateKey({ currency, side, date }: Line): string {
  return `${currency} ${side} ${date}`;
}

const COMMON = /^ (\w+) (.*)$/;

function batchKeys(line: Line): string[] {
  const day = dateKey(line);
  const prefix = /^[A-Z]+/.exec(line.reference ?? '')?.[0];
  return [
    day,
    ...(line.group ? [`${day} group ${line.group}`] : []),
    ...(prefix ? [`${day} ref ${prefix}`] : []),
    ...(line.name ? [`${day} name ${line.name.joined}`] : []),
    // `Lockbox receipt` has no word of its own, and is many at once all the same.
    ...(line.words === null && line.said.collective ? [`${day} text many`] : []),
    ...(line.words ? [`${day} text ${line.words.joined}`, `${day} word ${line.words.words[0] ?? ''}`] : []),
  ];
}
