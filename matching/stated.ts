import { foldText } from '../ledger/keys.ts';
import { magnitude, minorOf, percentMillis } from './amounts.ts';

const NONE: readonly never[] = [];
// A word and the short number that it gives to something: `unit 4`, `Zaehler 7781`, `Lieferung no. 2`, `sales-01`.
const LABEL = /\b(?:([a-z]{3,})\.? ?(?:no|nr|#)?[.:]? ?(\d{1,6})|([a-z]{4,})-(\d{1,2}))\b(?![.,/:-]\d)/g;
// Numbers that a bank or a shop gives for itself, and words that stand before any number.
const NO_LABELS = new Set(
  (
    'inv invoice bill po chk ref reference trx txn tran trn card atm branch store shop terminal page auth seq sequence batch trace till pos kasse filiale debit ' +
    'credit transfer payment check cheque deposit eur usd gbp chf jpy sek nok dkk the and for from per via part payments total amount ' +
    'january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov ' +
    'dec januar februar marz maerz mai juni juli oktober dezember okt dez'
  ).split(' '),
);
const YEAR = /^(?:19|20)\d{2}$/;
const FEE =
  /\b(?:fees?|charges?|gebuhr(?:en)?|gebuehr(?:en)?|entgelt|spesen|frais|commission|comision|comis|provision|comm|com|mdr|disagio|entg|phi|discount|skonto|sconto|rabatt|escompte|remise|korting|deduct(?:ed|ion)?|less|retained|retention|withheld|withholding|tds|ritenuta|interest|interessi|interets|intereses|mora|zinsen|verzugszinsen|mahngebuhr(?:en)?|mahngebuehr(?:en)?|surcharge|penalty)\b[^0-9]{0,32}(\d[\d.,']*)( ?(?:%|pct|percent|prozent|pour cent|por ciento))?/g;

/**
 * Short numbers that a text gives to things, as `unit 4`, each word's as one: two texts that give one thing different
 * numbers are about two things.
 * @param text as {@link foldText} gives it.
 */
export function labelsIn(text: string): readonly string[] {
  const found = new Set<string>();
  for (const [, spaced, of, joined = '', part = ''] of text.matchAll(LABEL)) {
    const [word, number] = [spaced ?? joined, of ?? part];
    if (!NO_LABELS.has(word) && !YEAR.test(number))
      found.add(`${stem(word)} ${number.replace(/^0+(?=\d)/, '')}`);
  }
  return found.size === 0 ? NONE : [...found];
}

/** True when two texts give one thing two numbers, and share no other number of a thing. */
export function otherLabels(a: readonly string[], b: readonly string[]): boolean {
  if (a.length === 0 || b.length === 0 || a.some((label) => b.includes(label))) return false;
  const wordOf = (label: string) => label.slice(0, label.indexOf(' '));
  return a.some((label) => b.some((other) => wordOf(label) === wordOf(other)));
}

/**
 * Fees and deductions that a text states, in minor units: 614 for `GROSS 438.60 FEE 6.14`; and where it states a percentage, what that
 * is of the line's amount, and of an amount that leaves the line's.
 * @param text as {@link foldText} gives it.
 * @param amount of the line, in minor units of the currency.
 */
export function statedFees(text: string, currency: string, amount: bigint): readonly bigint[] {
  const found = new Set<bigint>();
  for (const [, written = '', percent] of text.matchAll(FEE)) {
    const plain = plainAmount(written);
    const share = percent === undefined ? null : thousandths(plain);
    if (share !== null)
      for (const whole of [100_000n, 100_000n - share])
        for (const fee of shared(amount, share, whole)) found.add(fee);
    const minor = percent === undefined ? minorOf(plain, currency) : null;
    if (minor !== null && minor > 0n) found.add(minor);
  }
  return found.size === 0 ? NONE : [...found];
}

/** A percentage in thousandths of a percent; null for none that anybody keeps. */
function thousandths(percent: string): bigint | null {
  const share = /^\d{1,2}(?:\.|$)/.test(percent) ? percentMillis(percent) : 0n;
  return share > 0n && share <= MOST_SHARE ? share : null;
}

const MOST_SHARE = 40_000n;

/** A share of an amount, rounded down and up. */
function shared(amount: bigint, share: bigint, whole: bigint): bigint[] {
  const down = (magnitude(amount) * share) / whole;
  return down === 0n ? [] : [down, down + 1n];
}

/** `1.234,56` and `1,234.56` as 1234.56; three digits behind a single sign are thousands. */
export function plainAmount(written: string): string {
  const [, whole = '', cents = ''] =
    /^(.*?)(?:[.,](\d{1,2}))?$/.exec(written.trim().replace(/[.,']+$/, '')) ?? [];
  return `${whole.replace(/[.,']/g, '')}${cents === '' ? '' : `.${cents}`}`;
}

// Umlauts are written in two ways, and words are cut off.
function stem(word: string): string {
  return foldText(word)
    .replace(/([aou])e/g, '$1')
    .slice(0, 4);
}

// `4 TRANSAKTIONEN`, `CNT 3`, `x 5 @ £20`: how many payments a line is.
const COUNT =
  /\b(\d{1,3}) (?:transa\w*|items?|checks?|cheques?|betaling\w*|adeudos|recibos|rec|rbos|cuotas|ordres?|lignes?|disposizioni|poster|posten|buchungen|payments|operat\w*|ops|chqs?|stk|stuks|st(?=$))\b|\b(?:cnt|count|anz|anzahl|qty|items?) ?[:=]? ?(\d{1,3})\b|\bx ?(\d{1,3}) ?@/;
// `pledge 2/4`, `part 1 of 3`.
const PART = /(?<![\d./-])(\d{1,2}) ?(?:\/|of|von|van|de|sur) ?(\d{1,2})(?![\d./-])/;
const MOST_PARTS = 36;

/** How many payments a text says that it is; null when it does not. @param text as {@link foldText} gives it. */
export function countIn(text: string): number | null {
  const [, before, behind, each] = COUNT.exec(text) ?? [];
  const count = parseInt(before ?? behind ?? each ?? '', 10);
  return count > 1 ? count : null;
}

/** Which part of how many a text says that it is: `2/4`. Null when none. @param text as {@link foldText} gives it. */
export function partIn(text: string): string | null {
  const [, at = '', of = ''] = PART.exec(text) ?? [];
  const [place, parts] = [parseInt(at, 10), parseInt(of, 10)];
  return place >= 1 && place <= parts && parts >= 2 && parts <= MOST_PARTS ? `${place}/${parts}` : null;
}
