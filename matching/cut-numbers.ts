// Numbers of which one side has a part only.
import { type Identifier, isNeutral } from './identifiers.ts';

/** True where the books have the last four digits of a cheque's number, and the bank all of them. */
export function isCutCheque(a: Identifier, b: Identifier): boolean {
  const [short, long] = a.digits.length <= b.digits.length ? [a, b] : [b, a];
  if (short.kind !== 'CHK' && !(long.kind === 'CHK' && isNeutral(short.kind))) return false;
  const [, last] = /^[A-Z]*(\d{4})$/.exec(short.key) ?? [];
  return last !== undefined && long.digits.length > last.length && long.key.endsWith(last);
}

/** True where one is the last digits of the other, as people say them, or stands before the check digits of a payment reference. */
export function areLastDigits(a: Identifier, b: Identifier): boolean {
  if (a.standing || b.standing) return false;
  const [ours, theirs] = [lastDigitsOf(a), lastDigitsOf(b)];
  const [short, long] = ours.length <= theirs.length ? [ours, theirs] : [theirs, ours];
  if (short.length < 4 || long.length < short.length + 2) return false;
  return long.endsWith(short) || (short.length >= SHORTEST_CHECKED && isBeforeCheckDigits(short, long));
}

// One digit (KID, OCR, QR reference) or two (Belgian structured communication), behind a customer's number and a document's.
function isBeforeCheckDigits(short: string, long: string): boolean {
  return (
    long.length >= LEAST_STRUCTURED &&
    (long.startsWith(short, long.length - short.length - 1) ||
      long.startsWith(short, long.length - short.length - 2))
  );
}

const SHORTEST_CHECKED = 5;
const LEAST_STRUCTURED = 9;

function lastDigitsOf({ key }: Identifier): string {
  let from = key.length;
  while (from > 0 && isDigit(key.charCodeAt(from - 1))) from -= 1;
  return key.slice(from);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** True where a field that is too short cut a reference off at its end, or a bank kept only its last digits. */
export function isCutOff(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return short.length >= 5 && short.length < long.length && (long.startsWith(short) || long.endsWith(short));
}
