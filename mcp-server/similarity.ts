import { distance } from 'fastest-levenshtein';
import { counterpartyKey } from '../ledger/keys.ts';

// Names in bank data are cut at 27 to 35 characters; whatever is longer is a text, not a name.
const LONGEST = 140;

/** How alike two names are, from 0 (unlike) to 1 (the same but for case, accents, punctuation and legal form). */
export function similarity(a: string | null, b: string | null): number {
  const [left, right] = [words(a), words(b)];
  if (left.length === 0 || right.length === 0) return 0;
  const [one, other] = [left.join(''), right.join('')];
  if (one === other) return 1;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  // A statement cuts names off, or sets them into a longer text.
  if (short.length >= 5 && long.includes(short)) return 0.9;
  return Math.max(1 - distance(one, other) / long.length, sharedWords(left, right) * 0.9);
}

function sharedWords(a: readonly string[], b: readonly string[]): number {
  const shared = a.filter((word) => word.length > 2 && b.includes(word)).length;
  return shared / Math.max(a.length, b.length);
}

function words(text: string | null): string[] {
  return counterpartyKey(text?.slice(0, LONGEST) ?? null)?.split(' ') ?? [];
}
