/** Something in a line's text that names a business event or a party: an invoice, cheque, payout, end-to-end or customer id. */
export interface Identifier {
  /** Letters and digits only, upper case, as in `INV260442`. */
  readonly key: string;
  /** What stands before the digits, as one word for all its spellings (`INVOICE` and `INV` are `INV`); empty when nothing. */
  readonly kind: string;
  /** The digits without leading zeros; empty when letters and digits are mixed. */
  readonly digits: string;
  /** The key with letters and digits that are taken for each other made the same; empty for short ones. */
  readonly look: string;
  /** True for what stands on every payment of an account, customer or contract, and so names no event. */
  readonly standing: boolean;
}

/** A reference that has no more to say than itself: it agrees with what is written the same. */
export function referenceIdentifier(key: string, standing = false): Identifier {
  return { key, kind: 'REF', digits: '', look: '', standing };
}

// Kinds that say nothing about which register the number is from: they agree with every other.
const NEUTRAL = new Set(['', 'REF', 'NO', 'NR', 'NUM', 'NUMBER', 'ID', 'PMT', 'TRX', 'TXN', 'FOR', 'OF']);

/** True for a kind that says nothing about which register a number is from. */
export function isNeutral(kind: string): boolean {
  return NEUTRAL.has(kind);
}

/** True when two identifiers name the same thing, spelled the same or not. */
export function sameIdentifier(a: Identifier, b: Identifier): boolean {
  if (a.digits === '' || a.digits !== b.digits)
    return a.key === b.key || (a.look !== '' && a.look === b.look && agreeingKinds(a.kind, b.kind));
  return agreeingKinds(a.kind, b.kind);
}

// A cheque and an invoice of one number are two things; `INVO` is a slip for `INV`.
function agreeingKinds(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return a === b || NEUTRAL.has(a) || NEUTRAL.has(b) || (short.length >= 2 && long.startsWith(short));
}

/** True when two identifiers are of one register and name different things: two invoice numbers, two cheque numbers. */
export function contradicts(a: Identifier, b: Identifier): boolean {
  if (a.standing || b.standing || sameIdentifier(a, b) || a.kind !== b.kind || NEUTRAL.has(a.kind))
    return false;
  return a.key.length === b.key.length || (a.digits !== '' && b.digits !== '');
}

/** What identifiers are looked up by: equal for all that {@link sameIdentifier} may call the same by their digits. */
export function lookupKey(identifier: Identifier): string {
  return identifier.digits === '' ? identifier.key : `#${identifier.digits}`;
}
