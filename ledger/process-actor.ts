import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** The name under which a live process is known; nobody else holds it meanwhile. */
export interface ProcessActor {
  readonly id: string;
  /** Gives the name up, in order. */
  release(): Promise<void>;
}

/** Another live process has that name. */
export class ActorTaken extends Error {
  override name = 'ActorTaken';

  constructor(id: string) {
    super(
      `another live process is ${id}; two may not share a name: end the other one, or give this one its own ` +
        'CLOSEGATE_ACTOR_ID',
    );
  }
}

// A process that was just killed still holds its name for the moment that Postgres takes to notice.
const WAIT_FOR_NAME = '3s';
const LOOK_EVERY_MS = 10_000;
// Longer than a restart of the database, shorter than anybody would rely on the name being held.
const TAKE_AGAIN_WITHIN_MS = 30_000;
const TRY_EVERY_MS = 500;

/**
 * The name of a process: `CLOSEGATE_ACTOR_ID`, or else one made of its role and host, so that a second process on a host
 * must be given a name.
 * @param role such as `close-worker`
 * @throws when the name is no `engine:` or `llm:` id: a person is not a process.
 */
export function processActorId(env: Readonly<Record<string, string | undefined>>, role: string): string {
  const host = hostname()
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, '-');
  const id = env['CLOSEGATE_ACTOR_ID'] || `engine:${role}.${host}`.slice(0, 100);
  if (!/^(engine|llm):[a-z0-9._-]{1,100}$/.test(id)) {
    throw new Error(
      `CLOSEGATE_ACTOR_ID is "${id.slice(0, 120)}"; a process is an engine: or an llm:, such as engine:${role}-1`,
    );
  }
  return id;
}

/**
 * Takes a process's name for as long as it lives: an advisory lock of Postgres on a connection of its own, which the
 * server frees when the process is gone, however it ended. When the connection is lost the name is taken again; the
 * connection must lead to Postgres itself, not to a pooler that shares sessions.
 * @param url the database in which the name is unique
 * @param onLost told once when the name is lost for good; the process must end then
 * @throws {ActorTaken} when another process holds it.
 */
export async function holdProcessActor(
  url: string,
  id: string,
  onLost: (reason: string) => void,
): Promise<ProcessActor> {
  const say = (what: string) => process.stderr.write(`${id}: ${what}\n`);
  let released = false;
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  const watch = (holding: Client): void => {
    client = holding;
    let over = false;
    const lost = (why: unknown): void => {
      if (over || released) return;
      over = true;
      clearInterval(timer);
      say(`lost the connection that holds this name (${String(why)}); taking it again`);
      void drop(holding);
      void takeAgain();
    };
    holding.on('error', lost);
    holding.on('end', () => lost('it ended'));
    timer = setInterval(() => {
      stillHolds(holding).then((holds) => holds || lost('the lock is gone'), lost);
    }, LOOK_EVERY_MS);
    timer.unref();
  };
  const takeAgain = async (): Promise<void> => {
    const deadline = performance.now() + TAKE_AGAIN_WITHIN_MS;
    for (;;) {
      try {
        const again = await lock(url, id);
        if (released) return await drop(again);
        watch(again);
        say('holds its name again');
        return;
      } catch (error) {
        if (released) return;
        if (error instanceof ActorTaken) return onLost(error.message);
        if (performance.now() > deadline) return onLost(`the name cannot be held: ${String(error)}`);
      }
      await sleep(TRY_EVERY_MS);
    }
  };

  watch(await lock(url, id));
  return {
    id,
    async release() {
      released = true;
      clearInterval(timer);
      if (client) await drop(client);
    },
  };
}

async function lock(url: string, id: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: `closegate ${id}`.slice(0, 63),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
  });
  // A failing query reports by itself; until somebody watches the connection there is nobody else to tell.
  client.on('error', () => undefined);
  try {
    await client.connect();
    // The keepalives let Postgres notice within half a minute that a whole machine is gone.
    await client.query(`set lock_timeout = '${WAIT_FOR_NAME}'; set idle_session_timeout = 0;
      set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3`);
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [`closegate/process/${id}`]);
    return client;
  } catch (error) {
    await drop(client);
    if ((error as { code?: unknown }).code === '55P03') throw new ActorTaken(id);
    throw error;
  }
}

async function stillHolds(client: Client): Promise<boolean> {
  const held = await client.query(
    `select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted`,
  );
  return held.rowCount === 1;
}

async function drop(client: Client): Promise<void> {
  // It may be broken already; what it held is free either way.
  await client.end().catch(() => undefined);
}
