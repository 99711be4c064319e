/** Something in a line's text that names a business event or a party: an invoice, cheque, payout, end-to-end or customer id. */
export interface Identifier {
  /** Letters and digits only, upper case, as in `INV260442`. */
  readonly key: string;
  /** What stands before the digits, as one word for all its spellings (`INVOICE` and `INV` are `INV`); empty when nothing. */
  readonly kind: string;
  /** The digits without leading zeros; empty when letters and digits are mixed. Of `INV-2026-0442` those behind the year. */
  readonly digits: string;
  /** The year or month of a number that is counted anew in each: `2026` of `INV-2026-0442`, `2026-03` of `FV/12/03/2026`; else empty. */
  readonly year: string;
  /** True for what stands on every payment of an account, customer or contract, and so names no event. */
  readonly standing: boolean;
  /** True for what stands in the line's own reference column. */
  readonly own: boolean;
}

/** A reference that has no more to say than itself: it agrees with what is written the same. */
export function referenceIdentifier(key: string, standing = false): Identifier {
  const digits = /^\d+$/.test(key) ? key.replace(/^0+(?=\d)/, '') : '';
  return { key, kind: 'REF', digits, year: '', standing, own: false };
}

// Kinds that say nothing about which register the number is from: they agree with every other.
const NEUTRAL = new Set(['', 'REF', 'NO', 'NR', 'NUM', 'NUMBER', 'ID', 'PMT', 'TRX', 'TXN', 'FOR', 'OF']);

/** True for a kind that says nothing about which register a number is from. */
export function isNeutral(kind: string): boolean {
  return NEUTRAL.has(kind);
}

/** True when two identifiers name the same thing, spelled the same or not. */
export function sameIdentifier(a: Identifier, b: Identifier): boolean {
  // One reference in two columns is one, whatever the texts call it.
  if (a.own && b.own && a.key === b.key) return true;
  if (a.digits === '' || a.digits !== b.digits)
    return a.key === b.key || (lookTheSame(a.key, b.key) && agreeingKinds(a.kind, b.kind));
  return (a.year === '' || b.year === '' || a.year === b.year) && agreeingKinds(a.kind, b.kind);
}

// What a scanner or a tired eye takes for each other.
const LOOKS = new Map(
  [...'O0 Q0 D0 I1 L1 S5 B8 Z2'.split(' ')].map(([letter = '', digit = '']) => [letter, digit] as const),
);
const SHORTEST_LOOK = 6;

/** True for keys whose letters and digits may be taken for each other, place by place. */
function lookTheSame(a: string, b: string): boolean {
  if (a.length !== b.length || a.length < SHORTEST_LOOK) return false;
  for (let at = 0; at < a.length; at += 1) {
    const [one = '', other = ''] = [a[at], b[at]];
    if (one !== other && (LOOKS.get(one) ?? one) !== (LOOKS.get(other) ?? other)) return false;
  }
  return true;
}

/** True when two lines name one event. */
export function shareIdentifier(
  a: { readonly identifiers: readonly Identifier[] },
  b: { readonly identifiers: readonly Identifier[] },
): boolean {
  for (const one of a.identifiers)
    for (const other of b.identifiers)
      if (!one.standing && !other.standing && sameIdentifier(one, other)) return true;
  return false;
}

// A cheque and an invoice of one number are two things, and so are `PROINV` and `INV`; `INVO` is a slip for it, and `RECON/batch`
// is a batch.
function agreeingKinds(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return (
    a === b ||
    NEUTRAL.has(a) ||
    NEUTRAL.has(b) ||
    (short.length >= 2 && long.startsWith(short)) ||
    (short.length >= 3 && !REGISTERED.has(short) && long.endsWith(short))
  );
}

// Of these a longer word names another kind.
const REGISTERED = new Set(['INV', 'CHK', 'CN', 'PO', 'DEP', 'PAYOUT']);

/** True when a line names an invoice, a cheque or another document by its number. */
export function namesDocument({ identifiers }: { readonly identifiers: readonly Identifier[] }): boolean {
  return identifiers.some(({ kind, standing }) => !standing && REGISTERED.has(kind));
}

/** True when two identifiers are of one register and name different things: two invoice numbers, two cheque numbers. */
export function contradicts(a: Identifier, b: Identifier): boolean {
  if (a.standing || b.standing || sameIdentifier(a, b)) return false;
  if (a.kind !== b.kind || NEUTRAL.has(a.kind)) return namesAnother(a, b) || namesAnother(b, a);
  if (a.digits !== '' && b.digits !== '') return !isCutShort(a.digits, b.digits) && !areOfTwoSorts(a, b);
  return a.key.length === b.key.length;
}

// `INVOICE 742075426100470534` is the bank's number of the payment, where invoices have four digits.
function areOfTwoSorts(a: Identifier, b: Identifier): boolean {
  return Math.abs(a.digits.length - b.digits.length) >= MUCH_LONGER;
}

const MUCH_LONGER = 8;

// A field that is too short keeps the first digits.
function isCutShort(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return short.length >= 3 && short.length < long.length && long.startsWith(short);
}

// A plain number in a reference column is a document's; where the other text names an invoice or a cheque, it is of that sort.
function namesAnother(own: Identifier, other: Identifier): boolean {
  return (
    own.own &&
    NEUTRAL.has(own.kind) &&
    REGISTERS.has(other.kind) &&
    own.digits.length >= SHORTEST_NUMBER &&
    own.digits.length === other.digits.length
  );
}

const REGISTERS = new Set(['INV', 'CHK']);
const SHORTEST_NUMBER = 3;

/**
 * True for a slip of whoever wrote one of two identifiers, of one register, that are not the same: two neighbours swapped, a
 * letter for a digit, or a character lost. Another digit in its place is another document, unless the number is so long that
 * hardly two of a register differ by one only.
 */
export function isSlip(one: Identifier, other: Identifier): boolean {
  let [a, b] = compared(one, other);
  if (a.length > b.length) [a, b] = [b, a];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  if (a.length === b.length) {
    if (a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2)) return true;
    return (
      (isLong({ key: a }) ||
        (a.length >= SHORTEST_SLIP && /\d/.test(a[at] ?? '') !== /\d/.test(b[at] ?? ''))) &&
      a.slice(at + 1) === b.slice(at + 1)
    );
  }
  return a.length >= SHORTEST_SLIP && b.length === a.length + 1 && a.slice(at) === b.slice(at + 1);
}

/** True for keys of which one has a letter or a digit more, less, or another in one place, from the second on. */
export function isNearly(one: Identifier, other: Identifier): boolean {
  const [short, long] = one.key.length <= other.key.length ? [one.key, other.key] : [other.key, one.key];
  if (short.length < SHORTEST_NEARLY || long.length > short.length + 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at += 1;
  const behind = short.length === long.length ? at + 1 : at;
  return at > 0 && at < long.length - 1 && short.slice(behind) === long.slice(at + 1);
}

const SHORTEST_NEARLY = 5;

/** True for a number so long that two which are nearly the same are the same, as a QR or creditor reference. */
export function isLong({ key }: Pick<Identifier, 'key'>): boolean {
  return key.length >= LONG_NUMBER;
}

/**
 * True for two numbers of one length with one digit mistaken, and not the last one, by which the next document differs. Where
 * nobody else names either of them, hardly two documents of one register are so alike.
 * @param isSure true where something else says that they are one document: then also the last digit of a long number, and any
 * other of a short one.
 */
export function isMistaken(one: Identifier, other: Identifier, isSure = false): boolean {
  const [a, b] = compared(one, other);
  const isShort = a.length < SHORTEST_SLIP;
  if (a.length !== b.length || a.length < SHORTEST_NUMBER || (isShort && !isSure)) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return (
    at < a.length - (isSure && !isShort ? 0 : 1) &&
    a.slice(at + 1) === b.slice(at + 1) &&
    /\d/.test(a[at] ?? '') &&
    /\d/.test(b[at] ?? '')
  );
}

// `RE-5132` and `RNR 5123` are written with other letters; what is miswritten is the number.
function compared(a: Identifier, b: Identifier): [string, string] {
  const areNumbers = a.key.length !== b.key.length && a.digits !== '' && a.digits.length === b.digits.length;
  return areNumbers ? [a.digits, b.digits] : [a.key, b.key];
}

const SHORTEST_SLIP = 7;
const LONG_NUMBER = 20;

/** What identifiers are looked up by: equal for all that {@link sameIdentifier} may call the same by their digits. */
export function lookupKey({ key, digits, year }: Identifier): string {
  if (digits === '') return key;
  // Of what is counted anew each month there are many with one number.
  return year.length > YEAR_LENGTH ? `${digits} ${year}` : digits;
}

const YEAR_LENGTH = 4;
