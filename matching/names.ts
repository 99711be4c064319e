import { distance } from 'fastest-levenshtein';
import { counterpartyKey, foldText } from '../ledger/keys.ts';
import { remembered } from '../ledger/remembered.ts';
import { withoutAddresses } from './mail-addresses.ts';

/** A counterparty in the form in which it is compared. */
export interface Name {
  readonly words: readonly string[];
  readonly joined: string;
  /** Which letters and digits it has, a bit for each, some of them sharing one; also of each of its words. */
  readonly letters: number;
  /** Which of them it has more than once. */
  readonly repeated: number;
  readonly wordLetters: readonly number[];
}

/** How alike two names are. */
export interface Likeness {
  /** 0 (unlike) to 100 (the same but for spelling). */
  readonly percent: number;
  /** What the words they share tell, in bits; negative when they name different parties. */
  readonly bits: number;
}

/** How much a word tells, in bits: the rarer, the more. */
export type Telling = (word: string) => number;

// Card processors put themselves before the merchant: `SQ *BLUE BOTTLE`, `PAYPAL *SPOTIFY`.
const PROCESSORS =
  /^(?:sq|sqr|square|tst|toast|pp|pypl|paypal|stripe|st|zettle|izettle|sumup|klarna|adyen|wpy|gofndme|fs|dnh|ec|ic|ls|py|sp|eb|in|bt|ach|pos|crd|visa|mc)\s*\*+\s*/;
// Ways to pay of two words, of which one alone may be somebody's name: `AUTO-PAY`, `E-PAYMENT`.
const WAYS =
  /\b(?:e|auto|web|online)[ -](?:payments?|pay|pmts?|pymts?|checks?|debits?)\b|\b(?:trf|transfer|wire) (?:in|out)\b|\breal time\b/g;
// What stands before a document's number is no name: `AR-2212`.
const DOCUMENTS = /\b[a-z]{1,5}[-#]\d{2,}\b/g;
// The marketplace is the merchant, whatever order code follows: `AMZN MKTP US*2K4RT6`.
const MARKETPLACE = /^(?:amzn|amazon|apple|itunes|uber)/;
const MARKETPLACES: readonly (readonly [RegExp, string])[] = [
  [/^(?:amzn|amazon)\s*(?:mktp|mktplace|marketplace|mkt|com|prime|digital|web services)?.*$/, 'amazon'],
  [/^(?:apple\s*com\s*bill|itunes\s*com).*$/, 'apple'],
  [/^(?:uber\s*(?:trip|eats)?)\b.*$/, 'uber'],
];
// Words of bank texts that say how money moved and not between whom.
const CHANNEL = new Set(
  (
    'ach credit debit deposit payout mobile atm teller branch counter lockbox pos purchase card checkcard transfer trf tfr wire sepa direct dd ct dr cr incoming outgoing ' +
    'outward inward from to of the and for ref reference inv invoice invoices no nr num number receipt rcpt online web des ' +
    'indn orig sec ppd ccd pmt pymt payment payments pay paid payable autopay bill id eft giro iban bic acct account txn trx part ' +
    'settlement remittance remit recd rcvd received banking xfer visa mastercard ecom contactless transaction posting posted booking booked entry gl journal misc sundry chq chk check cheque customer vendor supplier ueberweisung gutschrift lastschrift ' +
    'bulk file run sammler sammelueberweisung ' +
    'usd eur gbp chf jpy sek nok dkk pln czk inr cad aud fx neft rtgs imps upi clg cts micr tds zelle venmo cashapp cashout fpi fps bgc bacs chaps faster bonifico favore vs accredito notprovided eref svwz kref mref cred ' +
    'mr mrs ms miss mme herr frau dhr mw rechnung virement facture zahlung eingang ausgang order via per re misc'
  ).split(' '),
);
const LONGEST_TEXT = 140;
const MOST_WORDS = 10;
// Names come again and again; so many texts are read once.
const MOST_READ = 30_000;

/** The names of one run. Equal names are one object in it, so that they are compared once. */
export class Names {
  readonly #known = new Map<string, Name>();
  readonly #read = remembered((text) => this.#intern(wordsOf(text)), MOST_READ);

  /** Reads the name in a counterparty column or a description. @returns null when it names nobody. */
  of(text: string | null): Name | null {
    return text === null ? null : this.#read(text);
  }

  #intern(words: readonly string[]): Name | null {
    if (words.length === 0) return null;
    const key = words.join(' ');
    const known = this.#known.get(key);
    if (known) return known;
    const wordLetters = words.map(lettersOf);
    const letters = wordLetters.reduce((all, some) => all | some, 0);
    const joined = words.join('');
    const name = { words, joined, letters, repeated: repeatedIn(joined), wordLetters };
    this.#known.set(key, name);
    return name;
  }
}

function wordsOf(text: string): string[] {
  let folded = foldText(text.slice(0, LONGEST_TEXT)).replace(/['’`]/g, '').trim();
  if (folded.includes('*')) folded = folded.replace(PROCESSORS, '');
  if (folded.includes('@')) folded = withoutAddresses(folded);
  folded = folded.replace(WAYS, ' ').replace(DOCUMENTS, ' ');
  if (MARKETPLACE.test(folded)) {
    const plain = folded.replace(/[^\p{L}\p{N}*]+/gu, ' ');
    for (const [shape, name] of MARKETPLACES) if (shape.test(plain)) folded = name;
  }
  const all = counterpartyKey(folded.replace(ACCOUNT_CODE, '$1'))?.split(' ') ?? [];
  // `Order 704` and `ACH CREDIT` name nobody.
  return all
    .map(withoutSlips)
    .filter((word) => !CHANNEL.has(word) && !isNumber(word))
    .slice(0, MOST_WORDS);
}

// A customer's or supplier's short name in the books, which is all that their column has: KIRKS01 for Kirkstall Bakery.
const ACCOUNT_CODE = /^([a-z]{4,8})0?\d{1,2}$/;

// A number, or an order's code.
function isNumber(word: string): boolean {
  return /\d/.test(word) && /^(?:\d+|[a-z0-9]{5,})$/.test(word);
}

// A digit that was read for a letter: sandova1, go1dberg.
function withoutSlips(word: string): string {
  if (word.length < SHORTEST_MISREAD || !/^[a-z]+[015][a-z]*$/.test(word)) return word;
  return word.replace('0', 'o').replace('1', 'l').replace('5', 's');
}

const SHORTEST_MISREAD = 6;

/**
 * Compares two names word by word: equal, cut off, misspelt, initials, abbreviations, and as a whole where spaces are lost.
 * Words that the shorter name has and the longer has not speak against it.
 */
export function likeness(a: Name, b: Name, telling: Telling): Likeness {
  const [ours, theirs] = [weightOf(a, telling), weightOf(b, telling)];
  if (a.joined === b.joined) return { percent: 100, bits: Math.min(ours, MOST_BITS) };
  const [short, long] = ours <= theirs ? [a, b] : [b, a];
  // Words of the longer name that are spoken for, a bit for each; there are ten at most.
  let [taken, extra] = [0, Math.max(ours, theirs)];
  let [found, missed, shared] = [0, 0, 0];
  for (let place = 0; place < short.words.length; place += 1) {
    const word = short.words[place] ?? '';
    let [best, most] = [-1, 0];
    for (let at = 0; at < long.words.length; at += 1) {
      if ((taken >> at) & 1) continue;
      const differing = bitsIn((short.wordLetters[place] ?? 0) ^ (long.wordLetters[at] ?? 0));
      const last = place === short.words.length - 1 || at === long.words.length - 1;
      const alike = wordsAlike(word, long.words[at] ?? '', last, differing);
      if (alike <= most) continue;
      best = at;
      most = alike;
    }
    let weight = telling(word);
    if (most >= LEAST_ALIKE) {
      const other = telling(long.words[best] ?? '');
      taken |= 1 << best;
      extra -= other;
      // An initial tells as much as a letter does, also of the word that it may stand for.
      if (most <= LEAST_ALIKE) weight = Math.min(weight, other);
      shared += weight * most;
      found += weight * most;
    } else missed += weight;
  }
  extra = Math.max(0, extra);
  const total = found + missed;
  const contained = total === 0 ? 0 : found / total;
  const whole = Math.max(joinedAlike(a, b), isAcronym(a, b) || isHandle(a, b) ? 0.8 : 0);
  const alike = Math.max(contained * (1 - (0.2 * extra) / (extra + total + 1)), whole);
  const said = whole > contained ? Math.max(shared, whole * Math.min(ours, theirs)) : shared;
  const bits = alike >= 0.3 ? said - (whole > contained ? 0 : missed * 0.8) - extra * 0.08 : UNLIKE_BITS;
  return { percent: Math.round(alike * 100), bits: Math.max(UNLIKE_BITS, Math.min(bits, MOST_BITS)) };
}

function weightOf({ words }: Name, telling: Telling): number {
  let weight = 0;
  for (const word of words) weight += telling(word);
  return weight;
}

const LEAST_ALIKE = 0.6;
const MOST_SLIPS = 3;
const MOST_BITS = 12;
const UNLIKE_BITS = -3;

/**
 * How alike two words are, 0 to 1.
 * @param last true where one of them ends its name, as a word that was cut off does.
 * @param differing how many letters one of them has and the other has not, at least.
 */
function wordsAlike(a: string, b: string, last: boolean, differing: number): number {
  if (a === b) return 1;
  // What begins with another letter is alike by slips only.
  if (differing > 2 * MOST_SLIPS && a[0] !== b[0]) return 0;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length === 1) return long.startsWith(short) ? 0.6 : 0;
  if (long.startsWith(short) && (short.length >= 4 || (last && short.length >= 2)))
    return 0.8 + (0.2 * short.length) / long.length;
  if (short.length === 3 && long.length >= 6 && long.startsWith(short)) return 0.75;
  const allowed = long.length < 4 ? 0 : long.length < 8 ? 1 : long.length < 13 ? 2 : MOST_SLIPS;
  // A slip takes one letter away and adds one, at most.
  if (long.length - short.length <= allowed && differing <= 2 * allowed) {
    const slips = editDistance(short, long, allowed);
    if (slips <= allowed) return 1 - (0.9 * slips) / long.length;
  }
  if (isAbbreviation(short, long)) return short.length === 2 ? LEAST_ALIKE : 0.75;
  if (last && short.length >= SHORTEST_CUT && isCutWithSlip(short, long)) return 0.7;
  // Deutsche and Deutschland, Technology and Technologies: one stem.
  let stem = 0;
  while (stem < short.length && short[stem] === long[stem]) stem += 1;
  return stem < short.length && stem >= 6 && stem * 10 >= short.length * 7 ? 0.7 : 0;
}

function joinedAlike(a: Name, b: Name): number {
  const [{ joined: short }, { joined: long }] = a.joined.length <= b.joined.length ? [a, b] : [b, a];
  if (short.length >= 6 && long.startsWith(short)) return 0.8 + (0.2 * short.length) / long.length;
  const allowed = Math.floor(long.length / 5);
  if (short.length < 6 || long.length - short.length > allowed) return 0;
  // A slip takes one letter away and adds one, at most, and so turns two of these bits.
  if (bitsIn(a.letters ^ b.letters) + bitsIn(a.repeated ^ b.repeated) > 2 * allowed) return 0;
  const slips = editDistance(short, long, allowed);
  return slips > allowed ? 0 : 1 - slips / long.length;
}

function lettersOf(word: string): number {
  let letters = 0;
  for (let at = 0; at < word.length; at += 1) letters |= 1 << (word.charCodeAt(at) & 31);
  return letters;
}

function repeatedIn(word: string): number {
  let [once, twice] = [0, 0];
  for (let at = 0; at < word.length; at += 1) {
    const letter = 1 << (word.charCodeAt(at) & 31);
    twice |= once & letter;
    once |= letter;
  }
  return twice;
}

function bitsIn(word: number): number {
  let bits = 0;
  for (let left = word; left !== 0; left &= left - 1) bits += 1;
  return bits;
}

/**
 * `IBM` for International Business Machines, `HMLR` for HM Land Registry; `ERE Division 7` for a party of which another division is
 * called so, too.
 */
function isAcronym(a: Name, b: Name): boolean {
  const [short, long] = a.words.length <= b.words.length ? [a, b] : [b, a];
  const [acronym = ''] = short.words;
  // Of nearly all names the first word begins with another letter.
  if (acronym.length < 3 || acronym[0] !== long.words[0]?.[0]) return false;
  if (short.words.length === 1 && acronym === withInitials(long)) return true;
  if (acronym[1] !== long.words[1]?.[0]) return false;
  const rest = short.words.slice(1);
  if (!rest.every((word, at) => word === long.words.at(at - rest.length))) return false;
  const meant = long.words.slice(0, long.words.length - rest.length);
  let same = 0;
  while (same < meant.length && acronym[same] === meant[same]?.[0]) same += 1;
  // QRL for the first three words of a longer name, too.
  return (
    same >= 2 &&
    (same >= acronym.length || (same === acronym.length - 1 && LEGAL_INITIALS.has(acronym[same] ?? '')))
  );
}

/** `jokafor`, `johno` or `okaforj` for John Okafor. */
function isHandle(a: Name, b: Name): boolean {
  const [short, long] = a.words.length <= b.words.length ? [a, b] : [b, a];
  if (short.words.length !== 1 || long.words.length < 2) return false;
  const [first = '', last = ''] = [long.words[0], long.words.at(-1)];
  if (short.joined.length < SHORTEST_HANDLE) return false;
  const initials = [first[0] ?? '', last[0] ?? ''] as const;
  return [initials[0] + last, last + initials[0], first + initials[1]].includes(short.joined);
}

const SHORTEST_HANDLE = 5;

// What is short already stays as it is.
function withInitials({ words }: Name): string {
  return words.map((word) => (word.length === 2 ? word : (word[0] ?? ''))).join('');
}

// EEI for Evergreen Environmental Inc.
const LEGAL_INITIALS = new Set('iclgsnb');

/** `prinnt` for printing: cut off, and one letter is wrong. */
function isCutWithSlip(short: string, long: string): boolean {
  return [-1, 0, 1].some((more) => editDistance(short, long.slice(0, short.length + more), 1) <= 1);
}

const SHORTEST_CUT = 5;
// What is longer was written without its spaces.
const LONGEST_WORD = 16;

/** `mgmt` for management: the letters in their order, the first one first, vowels left out; `sw` for software. */
function isAbbreviation(short: string, long: string): boolean {
  if (short[0] !== long[0] || long.length > LONGEST_WORD) return false;
  if (long.length < short.length + (short.length === 2 ? 4 : 2)) return false;
  let at = 0;
  for (const letter of short) {
    at = long.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return !/[aeiou]/.test(short.slice(1)) || short.length >= 4;
}

/**
 * Slips between two words: letters put in, left out, mistaken, or two neighbours swapped (optimal string alignment).
 * @returns more than `allowed` where there are more.
 */
export function editDistance(a: string, b: string, allowed: number): number {
  // What both begin or end with is no slip.
  let [from, until] = [0, 0];
  const shortest = Math.min(a.length, b.length);
  while (from < shortest && a[from] === b[from]) from += 1;
  while (until < shortest - from && a[a.length - 1 - until] === b[b.length - 1 - until]) until += 1;
  return slipsBetween(a.slice(from, a.length - until), b.slice(from, b.length - until), allowed);
}

function slipsBetween(a: string, b: string, allowed: number): number {
  // Without swaps, which count double, there are at most twice as many; that is quickly known.
  const plain = distance(a, b);
  if (plain <= 1 || plain > 2 * allowed) return plain;
  const width = b.length + 1;
  const slips = new Uint16Array((a.length + 1) * width);
  for (let j = 0; j < width; j += 1) slips[j] = j;
  for (let i = 1; i <= a.length; i += 1) {
    const row = i * width;
    slips[row] = i;
    for (let j = 1; j < width; j += 1) {
      const at = row + j;
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(
        (slips[at - width] ?? 0) + 1,
        (slips[at - 1] ?? 0) + 1,
        (slips[at - width - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (slips[at - 2 * width - 2] ?? 0) + 1);
      slips[at] = least;
    }
  }
  return slips.at(-1) ?? 0;
}
