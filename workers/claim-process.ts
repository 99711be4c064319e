import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from './environment.ts';

// The tools' server starts beside us, and may be started again.
const TRY_FOR_MS = 45_000;
const TRY_EVERY_MS = 250;
const ANSWER_WITHIN_MS = 15_000;
const KEEP_ALIVE_MS = 10_000;

/** A name that the tools' server holds for this process. */
export interface ClaimedName {
  release(): void;
}

/**
 * Takes this process's name through the tools' server, since it has no database to hold it with: one request stays open
 * for the process's life. When it breaks, the name is taken again.
 * @param mcpUrl the tools' address; `/process` is beside `/mcp`
 * @param bearer a fresh token of the process's actor
 * @param onLost told once when the name is lost for good; the process must end then
 * @throws {CannotStart} when another live process has the name, or the server does not know us.
 */
export async function claimProcess(
  mcpUrl: string,
  bearer: () => Promise<string>,
  onLost: (reason: string) => void,
): Promise<ClaimedName> {
  const url = new URL('process', mcpUrl);
  let released = false;
  let held: Held | undefined;

  const keep = (holding: Held): void => {
    held = holding;
    void holding.ended.then(async () => {
      if (released) return;
      process.stderr.write('agent-worker: the request that holds its name ended; taking it again\n');
      try {
        keep(await take(url, bearer, () => released));
      } catch (error) {
        if (!released) onLost(error instanceof Error ? error.message : String(error));
      }
    });
  };
  keep(await take(url, bearer, () => released));
  return {
    release() {
      released = true;
      held?.end();
    },
  };
}

interface Held {
  readonly ended: Promise<void>;
  end(): void;
}

async function take(url: URL, bearer: () => Promise<string>, givenUp: () => boolean): Promise<Held> {
  const deadline = performance.now() + TRY_FOR_MS;
  for (;;) {
    try {
      return await open(url, await bearer());
    } catch (error) {
      if (error instanceof CannotStart || givenUp() || performance.now() > deadline) throw error;
    }
    await sleep(TRY_EVERY_MS);
  }
}

function open(url: URL, bearer: string): Promise<Held> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = send(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}` },
      agent: false,
      timeout: ANSWER_WITHIN_MS,
    });
    sent.once('timeout', () => sent.destroy(new Error(`${url.href} does not answer`)));
    sent.on('error', reject);
    sent.once('response', (answer) => {
      const ended = new Promise<void>((resolveEnd) => answer.once('close', resolveEnd));
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk.slice(0, 2_000)));
      // A broken connection: `close` follows.
      answer.on('error', () => undefined);
      if (answer.statusCode === 200) {
        answer.socket.setTimeout(0).setKeepAlive(true, KEEP_ALIVE_MS);
        return resolve({ ended, end: () => sent.destroy() });
      }
      const status = answer.statusCode ?? 0;
      void ended.then(() => {
        const refused = `the tools' server refuses this process (${status}): ${text.slice(0, 300)}`;
        reject(status >= 500 ? new Error(refused) : new CannotStart(refused));
      });
    });
    sent.end();
  });
}
