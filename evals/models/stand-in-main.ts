import { startMessagesApi } from './messages-api.ts';
import { standInOperator } from './stand-in-operator.ts';

// The stand-in operator as a process: serves on CLOSEGATE_STANDIN_PORT until a signal, or until its parent is gone.
try {
  const given = process.env['CLOSEGATE_STANDIN_PORT'] ?? '0';
  if (!/^\d{1,5}$/.test(given))
    throw new Error(`CLOSEGATE_STANDIN_PORT is "${given.slice(0, 20)}", not a port`);
  const api = await startMessagesApi({ model: standInOperator, port: Number.parseInt(given, 10) });
  process.send?.({ ready: true, port: api.port });
  process.stdout.write(`${JSON.stringify({ process: 'stand-in-operator', ready: true, port: api.port })}\n`);
  const end = () => void api.close().then(() => process.exit(0));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  process.once('disconnect', end);
} catch (error) {
  process.stderr.write(`stand-in operator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
