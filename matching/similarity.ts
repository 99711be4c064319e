import { distance } from 'fastest-levenshtein';
import type { Item } from '../ledger/items.ts';

// Below this a shared prefix says little: "inter" begins many names.
const MIN_PREFIX = 6;
// Names are short. Whatever is longer is a text, and comparing texts takes time that grows with their square.
const LONGEST = 140;

/** How alike two lines' counterparties are, in whole percent: a name cut off by a field's length counts as the name. */
export function similarity(a: Pick<Item, 'counterparty_key'>, b: Pick<Item, 'counterparty_key'>): bigint {
  const [left, right] = [keyOf(a), keyOf(b)];
  if (left === '' || right === '') return 0n;
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  if (short.length >= MIN_PREFIX && long.startsWith(short)) return 100n;
  return 100n - (100n * BigInt(distance(left, right))) / BigInt(long.length);
}

function keyOf({ counterparty_key: key }: Pick<Item, 'counterparty_key'>): string {
  return (key ?? '').slice(0, LONGEST);
}
