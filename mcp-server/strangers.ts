import type { Door } from '../ledger/door.ts';
import { type AccessEvent, recordAccess } from './access.ts';

/** A refused call of somebody who was not identified. */
export interface StrangersCall {
  readonly event: AccessEvent;
  /** Fixed text: calls with one reason are counted together. */
  readonly reason: string;
  /** Whom they say to be; unverified. */
  readonly claimed: string | null;
  readonly peer: string;
}

/** How many calls a reason are recorded one by one, and for how long the rest is counted. */
export interface StrangersLimits {
  readonly rows?: number;
  readonly windowMs?: number;
}

// Enough to see what somebody tries; what follows is more of the same, and is told in one row.
const ROWS = 10;
const WINDOW_MS = 60_000;
const MOST_NAMES = 50;
const OTHERS = 'others';

interface Window {
  readonly opened: number;
  rows: number;
  held: Held | null;
  timer: NodeJS.Timeout | undefined;
}

interface Held {
  calls: number;
  readonly from: string;
  to: string;
  readonly claimed: Map<string, number>;
  readonly peers: Map<string, number>;
}

/**
 * Records the calls of people whom nobody knows, at a bounded rate: anybody who reaches the port can make such calls,
 * and the audit log cannot be cleared. The first calls of a reason in a minute get a row each. The others of that minute get
 * one row with their number, first and last time, the names they claimed and where they came from.
 */
export class Strangers {
  readonly #door: Door;
  readonly #rows: number;
  readonly #windowMs: number;
  readonly #windows = new Map<string, Window>();

  constructor(door: Door, { rows = ROWS, windowMs = WINDOW_MS }: StrangersLimits = {}) {
    this.#door = door;
    this.#rows = rows;
    this.#windowMs = windowMs;
  }

  /**
   * Records a refused call, at once or with the minute's others.
   * @throws when it should be recorded at once and cannot be; the call is then a fault of ours.
   */
  async refused(call: StrangersCall): Promise<void> {
    const window = this.#windowOf(call);
    if (window.rows < this.#rows) {
      window.rows += 1;
      const { reason, claimed, peer } = call;
      await recordAccess(this.#door, call.event, { caller: null, detail: { reason, claimed, peer } });
      return;
    }
    hold(window, call);
    window.timer ??= setTimeout(
      () => void this.#tell(call),
      window.opened + this.#windowMs - performance.now(),
    );
    window.timer.unref();
  }

  /** Writes down what is counted so far. */
  async close(): Promise<void> {
    const open = [...this.#windows].filter(([, { held }]) => held !== null);
    await Promise.all(
      open.map(([key]) => {
        const [event, reason] = JSON.parse(key) as [AccessEvent, string];
        return this.#tell({ event, reason });
      }),
    );
  }

  #windowOf(call: Pick<StrangersCall, 'event' | 'reason'>): Window {
    const key = JSON.stringify([call.event, call.reason]);
    const known = this.#windows.get(key);
    // One whose calls still wait to be told stays, so that nothing of them is lost.
    if (known && (known.held || performance.now() < known.opened + this.#windowMs)) return known;
    const window: Window = { opened: performance.now(), rows: 0, held: null, timer: undefined };
    this.#windows.set(key, window);
    return window;
  }

  async #tell({ event, reason }: Pick<StrangersCall, 'event' | 'reason'>): Promise<void> {
    const window = this.#windowOf({ event, reason });
    const { held } = window;
    clearTimeout(window.timer);
    if (!held) return;
    // What comes while this is written is counted anew, and told by the next row.
    [window.held, window.timer] = [null, undefined];
    try {
      await recordAccess(this.#door, event, {
        caller: null,
        detail: {
          reason,
          calls: held.calls,
          from: held.from,
          to: held.to,
          claimed: Object.fromEntries(held.claimed),
          peers: Object.fromEntries(held.peers),
        },
      });
    } catch (error) {
      process.stderr.write(
        `mcp-server: ${held.calls} refused calls (${reason}) cannot be recorded yet: ${String(error)}\n`,
      );
      this.#holdOn(this.#windowOf({ event, reason }), held, { event, reason });
    }
  }

  #holdOn(window: Window, untold: Held, what: Pick<StrangersCall, 'event' | 'reason'>): void {
    const since = window.held;
    window.held = untold;
    if (since) {
      untold.calls += since.calls;
      untold.to = since.to;
      for (const [name, calls] of since.claimed) count(untold.claimed, name, calls);
      for (const [peer, calls] of since.peers) count(untold.peers, peer, calls);
    }
    window.timer ??= setTimeout(() => void this.#tell(what), this.#windowMs);
    window.timer.unref();
  }
}

function hold(window: Window, { claimed, peer }: StrangersCall): void {
  const now = new Date().toISOString();
  window.held ??= { calls: 0, from: now, to: now, claimed: new Map(), peers: new Map() };
  window.held.calls += 1;
  window.held.to = now;
  if (claimed !== null) count(window.held.claimed, claimed);
  count(window.held.peers, peer);
}

function count(calls: Map<string, number>, name: string, more = 1): void {
  const key = calls.has(name) || calls.size < MOST_NAMES ? name : OTHERS;
  calls.set(key, (calls.get(key) ?? 0) + more);
}
