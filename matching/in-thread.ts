import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Candidate, Matcher } from '../ledger/candidate.ts';
import type { Block } from '../ledger/copy-out.ts';
import { type Terms, matchByRules, termsOf } from './matcher.ts';
import type { Message, Task } from './thread.ts';

// A few thousand lines are matched sooner than a thread has begun.
const FEW_BYTES = 500_000;
const THREAD = new URL('./thread.ts', import.meta.url);

/**
 * The deterministic matcher, of many lines in a thread of its own: whoever asked goes on meanwhile, with what was found first
 * and with everything else. One thread at a time, as the lines of a large account fill a good part of a process's memory.
 */
export const matchInThread: Matcher = (open, reconciliation, policy) =>
  open.bytes <= FEW_BYTES
    ? matchByRules(open, reconciliation, policy)
    : inTurn(() => inThread(open.handOver(), termsOf(reconciliation, policy)));

async function* inThread(blocks: Block[], terms: Terms): AsyncGenerator<readonly Candidate[]> {
  const task: Task = { blocks, terms };
  const transferList = blocks.map(({ bytes }) => bytes.buffer as ArrayBuffer);
  const thread = new Worker(THREAD, { workerData: task, transferList });
  try {
    for await (const [message] of on(thread, 'message', { close: ['exit'] }) as AsyncIterable<[Message]>) {
      if (message === null) return;
      yield JSON.parse(Buffer.from(message.buffer).toString()) as readonly Candidate[];
    }
    throw new Error('the matcher ended before it was done');
  } finally {
    await thread.terminate();
  }
}

let before: Promise<void> = Promise.resolve();

/** Begins when all that began earlier have ended. */
async function* inTurn<Found>(begin: () => AsyncIterable<Found>): AsyncGenerator<Found> {
  const earlier = before;
  const { promise, resolve } = Promise.withResolvers<void>();
  before = promise;
  try {
    await earlier;
    yield* begin();
  } finally {
    resolve();
  }
}
