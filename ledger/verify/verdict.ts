import type { ChainCheck } from './chains.ts';
import type { Breaches, Verification } from './finding.ts';
import type { TreeFound } from './tree.ts';

/** What besides the chains went into a verdict. */
export interface Looked {
  readonly tree: TreeFound | null;
  /** There are checkpoints, so that a verdict without them would be half of one. */
  readonly expected: boolean;
  /** No HMAC key is at hand at all. */
  readonly keyless: boolean;
  /** An export is not refused for want of the key: whoever is given one cannot have it. */
  readonly offline?: boolean;
  readonly remarks: readonly string[];
}

/**
 * The verdict. Broken where anything does not fit; cannot tell where something that is needed is not at hand: a key of
 * rows, the verifier key of checkpoints, or any event at all. A log without any checkpoint yet is judged by its chains.
 */
export function concluded(chains: ChainCheck, breaches: Breaches, looked: Looked): Verification {
  const { tree, expected, keyless, offline = false } = looked;
  const unknown = chains.unknownKeys.join(', ');
  const reasons = [
    ...(chains.events === 0n ? ['there are no events'] : []),
    ...(unknown !== '' && !(offline && keyless)
      ? [
          `rows are signed with a key that is not at hand (${unknown}): give retired keys in CLOSEGATE_AUDIT_RETIRED_KEYS`,
        ]
      : []),
    ...(expected && tree === null
      ? ['there are checkpoints, and no verifier key is at hand to check them: give --verifier']
      : []),
    ...(offline && tree !== null && tree.last === null ? ['no checkpoint covers any event'] : []),
  ];
  const uncovered = chains.uncovered;
  const remarks = [
    ...looked.remarks,
    ...chains.restores.map(
      (where) =>
        `the books were restored from a backup (${where}): the event names the checkpoint that was lost`,
    ),
    ...(uncovered.events > 0n
      ? [`no checkpoint covers ${uncovered.events} events, the oldest from ${uncovered.since ?? ''}`]
      : []),
    ...(offline && keyless
      ? [
          'without the HMAC key, forgery by somebody who could rewrite everything after the last checkpoint cannot be excluded',
        ]
      : []),
  ];
  const reason = breaches.any || reasons.length === 0 ? null : reasons.join('; ');
  return {
    verdict: breaches.any ? 'broken' : reason === null ? 'intact' : 'cannot tell',
    events: chains.events,
    streams: chains.streams,
    breaches: breaches.located(),
    reason,
    checkpoints: tree && { held: tree.held, last: tree.last },
    uncovered,
    remarks,
  };
}
