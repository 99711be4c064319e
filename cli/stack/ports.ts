import { connect, createServer } from 'node:net';

/**
 * The first free port of 127.0.0.1 from `preferred` upwards. `CLOSEGATE_PORT_OFFSET` moves all of a stack's ports away
 * from another's: two that start in the same instant could otherwise both find the same one free.
 */
export async function freePort(wanted: number, taken: ReadonlySet<number> = new Set()): Promise<number> {
  const preferred = wanted + offset();
  for (let port = preferred; port < preferred + 200; port += 1) {
    if (!taken.has(port) && (await canListen(port))) return port;
  }
  throw new Error(
    `no free port between ${preferred} and ${preferred + 199} on 127.0.0.1; end what holds them, or free one`,
  );
}

function offset(): number {
  const text = process.env['CLOSEGATE_PORT_OFFSET'] ?? '0';
  if (!/^\d{1,5}$/.test(text))
    throw new Error(`CLOSEGATE_PORT_OFFSET is "${text.slice(0, 20)}", not a whole number`);
  return Number.parseInt(text, 10);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** True when something accepts connections there. */
export function isListening(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.setTimeout(1_000, () => answer(false));
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
