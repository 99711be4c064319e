import { type Identifier, contradicts, lookupKeys, sameIdentifier } from './identifiers.ts';
import type { Line } from './line.ts';
import { type Likeness, type Name, editDistance, likeness } from './names.ts';
import type { Statistics } from './statistics.ts';

/** What speaks for two lines being one event, apart from their amounts. The parts are in bits and add up. */
export interface Evidence {
  /** An identifier that both lines name, or null. */
  readonly shared: Identifier | null;
  readonly identifierBits: number;
  /** How alike the names are, 0 to 100; null when one line has none. */
  readonly namePercent: number | null;
  readonly nameBits: number;
  readonly dateBits: number;
  /** Business days between the two. */
  readonly days: number;
  /** True when a text agrees: an identifier, or a name that is alike enough. */
  readonly textual: boolean;
}

const ALIKE_PERCENT = 60;
// A name that nearly every line has tells nothing, and is still the same name.
const SAME_PERCENT = 90;
const CONTRADICTION_BITS = -6;
const MOST_IDENTIFIER_BITS = 14;
const CUT_OFF_BITS = 4;
// Banks post within days; each day that passes makes another event likelier.
const SAME_DAY_BITS = 2;
const BITS_A_DAY = 0.45;
const MOST_REMEMBERED = 500_000;

/** Weighs pairs of lines; remembers how alike names are, since names recur. */
export class Scale {
  readonly #statistics: Statistics;
  readonly #likeness = new Map<Name, Map<Name, Likeness>>();
  #remembered = 0;

  constructor(statistics: Statistics) {
    this.#statistics = statistics;
  }

  weigh(a: Line, b: Line): Evidence {
    const days = Math.abs(a.day - b.day);
    const identifiers = this.#identifiers(a, b);
    const name = this.#names(a, b);
    return {
      ...identifiers,
      namePercent: name.percent,
      nameBits: name.bits,
      dateBits: SAME_DAY_BITS - BITS_A_DAY * days,
      days,
      textual:
        identifiers.shared !== null ||
        (name.percent !== null && name.percent >= (name.bits > 1 ? ALIKE_PERCENT : SAME_PERCENT)),
    };
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

  #identifiers(a: Line, b: Line): Pick<Evidence, 'shared' | 'identifierBits'> {
    let [best, shared, against] = [0, null as Identifier | null, 0];
    for (const one of a.identifiers)
      for (const other of b.identifiers) {
        if (sameIdentifier(one, other)) {
          const bits = this.#statistics.identifier([...lookupKeys(one)]);
          if (bits > best) [best, shared] = [bits, one];
        } else if (contradicts(one, other)) {
          // A slip in one number is no other number: it neither speaks for nor against.
          against = Math.min(against, editDistance(one.key, other.key, 1) <= 1 ? -1.5 : CONTRADICTION_BITS);
        } else if (isCutOff(one.key, other.key)) best = Math.max(best, CUT_OFF_BITS);
      }
    const bits = shared ? best : against < 0 ? against : best;
    return { shared, identifierBits: Math.min(bits, MOST_IDENTIFIER_BITS) };
  }

  #names(a: Line, b: Line): { percent: number | null; bits: number } {
    const own = a.name && b.name ? this.likeness(a.name, b.name) : null;
    let [percent, bits] = [own?.percent ?? null, own?.bits ?? 0];
    // A bank puts the name into the text as often as into its own column.
    for (const [one, other] of [
      [a.name, b.words],
      [a.words, b.name],
      [a.words, b.words],
    ] as const) {
      if (!one || !other || (percent ?? 0) >= 90) continue;
      const crossed = this.likeness(one, other);
      if (crossed.percent >= ALIKE_PERCENT && crossed.bits * 0.8 > bits)
        [percent, bits] = [Math.max(percent ?? 0, crossed.percent), crossed.bits * 0.8];
    }
    return { percent, bits };
  }
}

// A field that is too short cuts a reference off at its end; some banks keep only its last digits.
function isCutOff(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return short.length >= 5 && short.length < long.length && (long.startsWith(short) || long.endsWith(short));
}
