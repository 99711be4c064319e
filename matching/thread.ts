// The matcher's own thread: takes lines and terms, and gives what each rule found as soon as it has.
import { parentPort, workerData } from 'node:worker_threads';
import { HeldLines } from '../ledger/open-lines.ts';
import { type Terms, matchOpen } from './matcher.ts';

/** What the thread is given: blocks of rows, see {@link HeldLines}, in memory that is the thread's own from then on. */
export interface Task {
  readonly blocks: { readonly bytes: Uint8Array; readonly length: number }[];
  readonly terms: Terms;
}

/**
 * What it gives: candidates as JSON in UTF-8, which take less room than they do while they wait; null behind the last. A
 * thread that ends without it has failed.
 */
export type Message = Uint8Array<ArrayBuffer> | null;

// So many are told of at a time.
const PAGE = 2_000;

const { blocks, terms } = workerData as Task;
// Taken out of what is given: what the matcher has looked at is to leave memory.
const lines = blocks.splice(0).map(({ bytes, length }) => ({ bytes: Buffer.from(bytes.buffer), length }));
for (const candidates of matchOpen(new HeldLines(lines), terms))
  for (let from = 0; from < candidates.length; from += PAGE)
    tell(new TextEncoder().encode(JSON.stringify(candidates.slice(from, from + PAGE))));
tell(null);

function tell(message: Message): void {
  parentPort?.postMessage(message, message ? [message.buffer] : []);
}
