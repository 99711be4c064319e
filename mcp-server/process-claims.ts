import type { RequestHandler, Response } from 'express';
import type { Door } from '../ledger/door.ts';
import { ActorTaken, type ProcessActor } from '../ledger/process-actor.ts';
import { recordAccess } from './access.ts';
import { callerOf, peerOf } from './login.ts';

/** Takes a name for a process, as `holdProcessActor` does. */
export type HoldName = (actorId: string, onLost: (reason: string) => void) => Promise<ProcessActor>;

// How soon a machine that is gone without a word is noticed.
const KEEP_ALIVE_MS = 10_000;

/**
 * Holds the names of processes that have no database themselves, such as the agent worker: whoever is signed in as a
 * program keeps one request open, and the name is theirs until it ends. A second process with that name gets 409.
 */
export class ProcessClaims {
  readonly #door: Door;
  readonly #hold: HoldName;
  readonly #open = new Set<Response>();

  constructor(door: Door, hold: HoldName) {
    this.#door = door;
    this.#hold = hold;
  }

  /** Answers `POST /process`. Only behind the login. */
  readonly handler: RequestHandler = async (request, response) => {
    const caller = callerOf(request.auth);
    if (caller.actorId.startsWith('human:')) {
      return void response.status(403).json({ error: 'only a program can be a process' });
    }
    let name: ProcessActor;
    try {
      name = await this.#hold(caller.actorId, () => response.destroy());
    } catch (error) {
      if (!(error instanceof ActorTaken)) throw error;
      const detail = { reason: 'another live process has this name', peer: peerOf(request) };
      await recordAccess(this.#door, 'IDENTITY_CONFUSION', { caller, detail });
      return void response.status(409).json({ error: error.message });
    }
    if (response.destroyed) return void (await name.release());
    this.#open.add(response);
    response.once('close', () => {
      this.#open.delete(response);
      void name.release();
    });
    request.socket.setTimeout(0).setKeepAlive(true, KEEP_ALIVE_MS);
    // A proxy that collects answers before it passes them on would let the process wait for ever.
    response.set({ 'content-type': 'application/json', 'x-accel-buffering': 'no' });
    response.write(`${JSON.stringify({ process: name.id })}\n`);
  };

  /** Ends the requests, so that the processes turn to another server. */
  close(): void {
    for (const response of this.#open) response.end();
  }
}
