import type { Side } from '../ledger/database.ts';
import { foldText, referenceKey } from '../ledger/keys.ts';
import { remembered } from '../ledger/remembered.ts';
import { businessDayNumbers } from './business-days.ts';
import { isLabelledStanding } from './document-words.ts';
import { foreignAmounts } from './foreign-amounts.ts';
import { withoutHolder } from './holder.ts';
import { type Identifier, sameIdentifier } from './identifiers.ts';
import { identifiersInColumn, withReference } from './identifiers-in-text.ts';
import { KnownKeys } from './known-keys.ts';
import { saidIn } from './said.ts';
import type { Line } from './line.ts';
import { Names } from './names.ts';
import { countedAnew } from './number-forms.ts';
import { partyNumber, partyNumberIn } from './party-numbers.ts';
import { isMonthNumber } from './periods.ts';
import { withoutPlaces } from './places.ts';

/** A line as it was recorded, with amounts in minor units. */
export interface RawLine {
  readonly id: string;
  /** What lines of one date are ordered by. */
  readonly order: string;
  readonly side: Side;
  readonly date: string;
  readonly currency: string;
  readonly minor: bigint;
  readonly base: bigint;
  readonly fee: bigint;
  readonly reference: string | null;
  readonly counterparty: string | null;
  readonly description: string | null;
  readonly group: string | null;
}

/**
 * Puts the lines of one account into the form in which the rules compare them.
 * @param lines gone through once or twice: what a text means hangs on what the other side calls its documents.
 * @param holidays of the entity's calendar, `YYYY-MM-DD`.
 * @param again the same lines in the same order, where the second time is to be another way.
 */
export function readLines(
  lines: Iterable<RawLine>,
  holidays: readonly string[],
  again: Iterable<RawLine> = lines,
): Line[] {
  const known = new KnownKeys();
  const keys: string[] = [];
  for (const { id, order, side, date, reference, group } of lines) {
    known.add(side, reference, group);
    keys.push([date, counted(order), side, id].join('\0'));
  }
  const ranks = ranksOf(keys);
  const reader = new LineReader(holidays, known);
  return withoutHolder(withoutPlaces(Array.from(again, (line, at) => reader.read(line, ranks[at] ?? 0))));
}

// Longer numbers than this are not counted up.
const MOST_DIGITS = 12;

/** An id in a form in which L9 comes before L10. */
function counted(order: string): string {
  return order.replace(/\d+/g, (digits) => digits.padStart(MOST_DIGITS, '0'));
}

/** Of each key its rank when they are sorted. */
function ranksOf(keys: readonly string[]): Uint32Array {
  const sorted = Array.from(keys.keys()).sort((a, b) => ((keys[a] ?? '') < (keys[b] ?? '') ? -1 : 1));
  const ranks = new Uint32Array(keys.length);
  for (const [rank, at] of sorted.entries()) ranks[at] = rank;
  return ranks;
}

class LineReader {
  readonly #days: (date: string) => number;
  readonly #names = new Names();
  // Dates, currencies and names come again and again, and are held once.
  readonly #shared = remembered((text) => text);
  readonly #known: KnownKeys;

  /** @param holidays of the entity's calendar, `YYYY-MM-DD`. */
  constructor(holidays: readonly string[], known: KnownKeys) {
    this.#days = businessDayNumbers(holidays);
    this.#known = known;
  }

  read(told: RawLine, rank: number): Line {
    const raw = withoutSubfields(told);
    const { id, side, minor, base, fee } = raw;
    const [date, currency] = [this.#shared(raw.date), this.#shared(raw.currency)];
    const reference = referenceKey(raw.reference);
    const text = foldText(
      `${raw.reference ?? ''} ${raw.description ?? ''} ${raw.counterparty ?? ''}`.slice(0, 400),
    );
    const foreign = foreignAmounts(text, currency);
    const said = saidIn(text, currency, raw.minor);
    // Written out: an object that is put together from others takes a quarter more room, and there are very many.
    return {
      id,
      rank,
      side,
      date,
      currency,
      minor,
      base,
      fee,
      day: this.#days(date),
      reference,
      referenceText: raw.reference ?? '',
      identifiers:
        foreign.length === 0
          ? this.#identifiers(raw, reference)
          : [...this.#identifiers(raw, reference), ...foreign],
      name: this.#names.of(raw.counterparty),
      words: this.#names.of(raw.description),
      nameText: this.#shared(raw.counterparty ?? raw.description ?? ''),
      group: raw.group,
      said: foreign.length === 0 ? said : { ...said, exchanges: true },
    };
  }

  #identifiers(raw: RawLine, key: string | null): readonly Identifier[] {
    const { side, reference, description, counterparty } = raw;
    const numbered = countedAnew(reference);
    const isLabelled = reference !== null && isLabelledStanding(reference);
    const column = numbered ?? (isLabelled ? reference : key);
    const { all, own } = identifiersInColumn(column, batchOf(raw.group), description, counterparty);
    const said = isLabelled ? all : withReference(key, all);
    const told = this.#known.toldIn(side, reference, description, counterparty);
    // A party's number may be a batch's as well.
    const isSaid = (one: Identifier, other: Identifier) =>
      one.standing
        ? one.key === other.key && one.kind === other.kind
        : one.key === other.key || sameIdentifier(one, other);
    const more = told.filter((one) => !said.some((other) => isSaid(one, other)));
    const party = partyNumberIn(reference);
    if (party !== null) more.push(partyNumber(party));
    if (said.length + more.length === 0) return NO_IDENTIFIERS;
    // Whoever wrote it with its year knows more of it.
    const known =
      told.length === 0
        ? said
        : said.map((one) => told.find((other) => other.year !== '' && other.key === one.key) ?? one);
    return [...known, ...more].map((one) =>
      one.key === key ? asOwn(one, key) : own.has(one.key) ? asOwn(one, one.key) : one,
    );
  }
}

const SUBFIELD = /\?(\d\d)/;
const TAGS = /\b(?:EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC)\+/g;

/**
 * A description in the subfields of MT940's field 86 (`166?00SEPA?20SVWZ+Invoice 7?32NAME`, as German banks write it): the
 * purpose in 20 to 29 and 60 to 63, the counterparty in 32 and 33.
 */
function withoutSubfields(raw: RawLine): RawLine {
  const { description } = raw;
  if (description === null || !description.includes('?') || !/\?2\d/.test(description)) return raw;
  const [, ...fields] = description.split(SUBFIELD);
  let [purpose, name] = ['', ''];
  for (let at = 0; at < fields.length; at += 2) {
    const code = fields[at] ?? '';
    const text = fields[at + 1] ?? '';
    if (/^2\d|^6[0-3]/.test(code)) purpose += text;
    else if (code === '32' || code === '33') name += text;
  }
  const said = purpose.replace(TAGS, ' ').trim();
  return {
    ...raw,
    description: said === '' ? null : said,
    counterparty: raw.counterparty ?? (name.trim() || null),
  };
}

const NO_IDENTIFIERS: readonly never[] = [];

/** @param key as the line holds it already: one text takes less room than two. */
function asOwn({ kind, digits, year, standing }: Identifier, key: string): Identifier {
  return { key, kind, digits, year, standing, own: true };
}

// A batch number that is a date names no batch.
function batchOf(group: string | null): string | null {
  return group !== null && isMonthNumber(group) ? null : group;
}
