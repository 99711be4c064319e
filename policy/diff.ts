import { escapePointer } from './pointer.ts';
import type { PolicyContent } from './schema.ts';

/** A value of a policy, as plain JSON. */
export type PolicyValue =
  string | number | boolean | null | readonly PolicyValue[] | { readonly [key: string]: PolicyValue };

/** Where two policies differ: an RFC 6901 pointer, and the value on either side; undefined where there is none. */
export interface PolicyDifference {
  readonly pointer: string;
  readonly before: PolicyValue | undefined;
  readonly after: PolicyValue | undefined;
}

/** What differs between two policies, in the order of the pointers. A list is one value: its places name nothing. */
export function policyDifferences(before: PolicyContent, after: PolicyContent): PolicyDifference[] {
  const found: PolicyDifference[] = [];
  compare('', before as PolicyValue, after as PolicyValue, found);
  return found.sort((a, b) => (a.pointer < b.pointer ? -1 : 1));
}

/**
 * True for a key that has its effect before the gate is asked or beside it: in what is imported, matched, or handed to
 * the model. The facts of a decision carry its result, so that another value cannot be replayed.
 */
export function actsBesideTheGate({ pointer }: PolicyDifference): boolean {
  return /^\/(fx|agent|intercompany)(\/|$)/.test(pointer);
}

function compare(
  pointer: string,
  before: PolicyValue | undefined,
  after: PolicyValue | undefined,
  found: PolicyDifference[],
): void {
  if (isBlock(before) && isBlock(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const of = (block: typeof before) => (Object.hasOwn(block, key) ? block[key] : undefined);
      compare(`${pointer}/${escapePointer(key)}`, of(before), of(after), found);
    }
  } else if (JSON.stringify(before) !== JSON.stringify(after)) found.push({ pointer, before, after });
}

function isBlock(value: PolicyValue | undefined): value is { readonly [key: string]: PolicyValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
