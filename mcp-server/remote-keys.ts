import { isLoopbackName } from './loopback.ts';
import { type KeySource, type SigningKey, KeysUnavailable, keySetOf } from './key-set.ts';

/** How long a fetched key set is believed, how seldom it is asked for, and how long an answer may take. */
export interface RemoteKeysTimes {
  readonly maxAgeMs?: number;
  readonly coolDownMs?: number;
  readonly timeoutMs?: number;
}

// A key that was withdrawn stops working within this time; a key that was added works after the cool-down at the latest.
const MAX_AGE_MS = 10 * 60_000;
// Tokens that name keys nobody knows must not make us hammer the address.
const COOL_DOWN_MS = 30_000;
const TIMEOUT_MS = 5_000;
const LARGEST_SET = 256 * 1024;

/**
 * The keys at an address, fetched when they are first needed, when the ones at hand are too old, and when a token names
 * one that is not among them. jose's own remote set is not used: it does not show `closegate_subjects`.
 * @throws when the address is neither https nor http on this machine.
 */
export function keysFromUrl(address: string, times: RemoteKeysTimes = {}): KeySource {
  const url = checkedUrl(address);
  const { maxAgeMs = MAX_AGE_MS, coolDownMs = COOL_DOWN_MS, timeoutMs = TIMEOUT_MS } = times;
  let keys: ReadonlyMap<string, SigningKey> = new Map();
  let [fetchedAt, askedAt, failed] = [-Infinity, -Infinity, false];
  let fetching: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    askedAt = performance.now();
    try {
      keys = await keySetOf(await fetchJson(url, timeoutMs), url.href);
      [fetchedAt, failed] = [performance.now(), false];
    } catch (error) {
      failed = true;
      process.stderr.write(`mcp-server: ${url.href}: the signing keys cannot be had: ${reasonOf(error)}\n`);
    }
  };
  const isFresh = () => performance.now() - fetchedAt < maxAgeMs;

  return {
    async find(kid) {
      const known = keys.get(kid);
      if (known && isFresh()) return known;
      if (performance.now() - askedAt >= coolDownMs || fetching) {
        fetching ??= refresh().finally(() => (fetching = undefined));
        await fetching;
      }
      if (isFresh() && (keys.has(kid) || !failed)) return keys.get(kid);
      throw new KeysUnavailable('the signing keys cannot be fetched; try again later');
    },
  };
}

function checkedUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackName(url.hostname))) return url;
  throw new Error(
    `CLOSEGATE_JWKS_URL is "${address.slice(0, 200)}"; signing keys come by https, or by http from this machine only`,
  );
}

async function fetchJson(url: URL, timeoutMs: number): Promise<unknown> {
  // A redirect could lead to an address that nobody chose.
  const response = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/jwk-set+json, application/json' },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`it answers ${response.status}`);
  return JSON.parse(await textOf(response)) as unknown;
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > LARGEST_SET) throw new Error(`it sends more than ${LARGEST_SET} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
