import { runMcpServer } from '../../mcp-server/run.ts';
import { temporalClient, wakeOver } from '../wake.ts';

// The tools' server as a process of the stack: it also wakes the workflow whose books a tool changed.
try {
  const address = process.env['TEMPORAL_ADDRESS'];
  const wake = address ? wakeOver(await temporalClient(address)) : undefined;
  const server = await runMcpServer(process.env, wake && ((reconciliation) => void wake(reconciliation)));
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
  process.on('disconnect', end);
} catch (error) {
  process.stderr.write(`mcp-server: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
