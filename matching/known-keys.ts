import type { Side } from '../ledger/database.ts';
import { foldText, isStanding, referenceKey } from '../ledger/keys.ts';
import { denies, documentKind } from './document-words.ts';
import { type Identifier, isNeutral, referenceIdentifier } from './identifiers.ts';
import { LONGEST_TEXT, identifierOf, isDateOrPlaceholder, premises } from './identifiers-in-text.ts';
import { countedAnew, shortenedLists } from './number-forms.ts';
import { partyNumber, partyNumberIn } from './party-numbers.ts';

const SHORTEST = 4;
const LONGEST = 35;
// What a text writes in this many pieces, `21 00000 00003 13947 14300 09017`, is still one reference.
const MOST_PIECES = 6;
// Digits that stand beside each other by chance, as those of a phone number do, are soon some short invoice's number.
const SHORTEST_IN_DIGITS = 8;
const MOST_TOLD = 12;
// So many words behind a `not` are denied: not for INV-88011.
const DENIED = 4;
// A list of which so many are documents of the other side is one, though another of it be a slip.
const ENOUGH_OF_LIST = 3;

/**
 * The references and group keys of both sides. Whoever knows what the other side calls its documents understands a text
 * that writes one of them otherwise: `F 2024 135` for F-2024-135, `SETTLEMENT S-310` for the group S-310.
 */
export class KnownKeys {
  readonly #keys: Record<Side, Keys> = { ledger: new Keys(), statement: new Keys() };

  /** Remembers what one line is called. */
  add(side: Side, reference: string | null, group: string | null): void {
    for (const text of [reference, group]) {
      const key = referenceKey(text);
      if (key === null || key.length < SHORTEST || key.length > LONGEST || !/\d/.test(key)) continue;
      const [, flat] = FLAT.exec(key) ?? [];
      if (flat !== undefined) this.#keys[side].addFlat(flat);
      const party = partyNumberIn(text);
      if (party !== null) this.#keys[side].addParty(party);
      const numbered = countedAnew(text);
      const [, behind] = BEHIND_YEAR.exec(text?.trim() ?? '') ?? [];
      if (behind !== undefined) this.#keys[side].addNumber(behind, key);
      const [, behindPrefix] = PREFIXED.exec(text?.trim() ?? '') ?? [];
      if (behindPrefix !== undefined) this.#keys[side].addBare(behindPrefix.toUpperCase(), key);
      if (numbered !== null) this.#keys[side].add(key, numbered);
      else if (!isStanding(key) && !isDateOrPlaceholder(key)) this.#keys[side].add(key, key);
    }
  }

  /** What texts of one side say of the other side's documents, in the order in which it stands there. */
  toldIn(side: Side, ...texts: readonly (string | null)[]): Identifier[] {
    const keys = this.#keys[side === 'ledger' ? 'statement' : 'ledger'];
    if (keys.isEmpty) return [];
    const [found, flats, parties] = [new Set<string>(), new Set<string>(), new Set<string>()];
    for (const text of texts) {
      // No key is without a digit.
      if (text === null || !/\d/.test(text)) continue;
      const folded = foldText(text.slice(0, LONGEST_TEXT)).toUpperCase();
      for (const list of shortenedLists(folded)) {
        const named = list.flatMap((one) => keys.exactly(one) ?? []);
        if (named.length >= Math.min(list.length, ENOUGH_OF_LIST) && found.size + named.length <= MOST_TOLD)
          for (const key of named) found.add(key);
      }
      const pieces = folded.match(/[A-Z0-9]+/g) ?? [];
      for (let from = 0; from < pieces.length; from += 1) {
        if (denies(pieces[from] ?? '')) from += DENIED;
        if (keys.hasFlat(pieces[from] ?? '')) flats.add(pieces[from] ?? '');
        if (keys.hasParty(pieces[from] ?? '')) parties.add(pieces[from] ?? '');
        const key = keys.longest(pieces, from) ?? keys.short(pieces, from);
        if (key !== null && found.size < MOST_TOLD) found.add(key);
      }
    }
    const documents = [...found].map((word) => identifierOf(word, '') ?? referenceIdentifier(word));
    return [...documents, ...[...flats].map(premises), ...[...parties].map(partyNumber)];
  }
}

class Keys {
  // What a text may write, and the key, or the reference, that it means.
  readonly #keys = new Map<string, string | null>();
  // What keys begin with: most words of a text begin none.
  readonly #heads = new Set<string>();
  // How long keys are: what is of another length is not put together.
  readonly #lengths = new Set<number>();

  // R26/4699 by 4699; null where two keys have that number.
  readonly #numbers = new Map<string, string | null>();
  // INV-00064 by `INV 64`; null where two keys have that number.
  readonly #short = new Map<string, string | null>();

  // 4A of Unit 4A.
  readonly #flats = new Set<string>();
  // ST2045 of ST2045/117.
  readonly #parties = new Set<string>();

  get isEmpty(): boolean {
    return this.#keys.size === 0 && this.#flats.size === 0;
  }

  addParty(number: string): void {
    this.#parties.add(number);
  }

  hasParty(word: string): boolean {
    return this.#parties.has(word);
  }

  addFlat(flat: string): void {
    this.#flats.add(flat);
  }

  hasFlat(word: string): boolean {
    return this.#flats.has(word);
  }

  /** @param word how it is written where that tells more than its letters and digits, as 2026-34844 does. */
  add(key: string, word: string): void {
    this.#set(key, word);
    const [, letters = '', number = ''] = SHORT.exec(key) ?? [];
    const kind = documentKind(letters);
    if (kind !== null && !isNeutral(kind)) {
      const short = `${kind} ${number}`;
      this.#short.set(short, this.#short.has(short) && this.#short.get(short) !== word ? null : word);
    }
    // RE-2026-45947 is written 202645947 too.
    const [, bare] = YEARLY.exec(key) ?? [];
    if (bare !== undefined) this.addBare(bare, key);
  }

  /** R26/4699 is written 4699 too, unless another document has that number. */
  addNumber(number: string, key: string): void {
    const known = this.#keys.get(number);
    this.#numbers.set(number, known === undefined && (this.#numbers.get(number) ?? key) === key ? key : null);
  }

  /** What a key is written as without what stands before its number, unless another document is called so. */
  addBare(bare: string, key: string): void {
    const known = this.#keys.get(bare);
    this.#set(bare, known === undefined || known === key ? key : known === bare ? bare : null);
  }

  #set(key: string, word: string | null): void {
    this.#keys.set(key, word);
    this.#heads.add(key.slice(0, HEAD));
    this.#lengths.add(key.length);
  }

  /** The key that is written so, but for what stands between its letters and digits, or before its number; null where there is none. */
  exactly(written: string): string | null {
    const key = written.replace(/[^A-Z0-9]/g, '');
    return this.#keys.get(key) ?? this.#keys.get(key.replace(/^[A-Z]+/, '')) ?? null;
  }

  /** The longest key that some pieces make together, from a place on. */
  longest(pieces: readonly string[], from: number): string | null {
    let [key, best] = [pieces[from] ?? '', null as string | null];
    if (key.length >= HEAD && !this.#heads.has(key.slice(0, HEAD))) return null;
    for (let at = from; at < pieces.length && at < from + MOST_PIECES && key.length <= LONGEST; at += 1) {
      if (at > from) key += pieces[at] ?? '';
      if (!this.#lengths.has(key.length)) continue;
      if (key.length < SHORTEST || (key.length < SHORTEST_IN_DIGITS && !/[A-Z]/.test(key))) continue;
      best = this.#keys.get(key) ?? best;
    }
    return best;
  }

  /** A key whose number is so short that only a document's word before it tells it from any other. */
  short(pieces: readonly string[], from: number): string | null {
    const [piece = '', next = ''] = [pieces[from], pieces[from + 1]];
    if (this.#numbers.has(piece)) return this.#numbers.get(piece) ?? null;
    if (this.#short.size === 0) return null;
    const [, letters = '', number = ''] =
      SHORT.exec(piece) ?? (/^[A-Z]+$/.test(piece) ? (SHORT.exec(piece + next) ?? []) : []);
    const kind = documentKind(letters);
    return kind === null ? null : (this.#short.get(`${kind} ${number}`) ?? null);
  }
}

const HEAD = 3;
// A unit whose name is digits and a letter: no other word of a text is like it.
const FLAT = /^(?:UNIT|APT|APARTMENT|FLAT|SUITE)(\d{1,3}[A-Z])$/;
// What a payment processor calls its payouts and charges: po_1pvtdnwFd0Grm is written 1pvtdnwFd0Grm too.
const PREFIXED = /^[A-Za-z]{2,5}_([A-Za-z0-9]{10,30})$/;
// A number of one or two digits, with zeros before it: `Invoice #64` for INV-00064.
const SHORT = /^([A-Z]+)0*([1-9]\d?)$/;
// A number behind a year: R26/4699, INV-26-0442, EXP/2026/569.
const BEHIND_YEAR = /^[A-Za-z]{1,5}[-/ ]?(?:20)?[12]\d[-/](\d{3,6})$/;
const YEARLY = /^[A-Z]+(20[123]\d\d{4,})$/;
