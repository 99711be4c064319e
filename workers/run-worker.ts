import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { required } from './environment.ts';

/**
 * Runs one worker until it is told to end: by a signal, or because the supervisor that started it is gone.
 * What it is doing then gets the grace time to finish; what does not finish is done again by the next worker.
 */
export async function runWorker(
  name: string,
  options: Omit<WorkerOptions, 'connection' | 'namespace'>,
  cleanUp: () => Promise<void> = async () => {},
): Promise<void> {
  // The supervisor ends us in order; the SDK's own handlers would end the worker without cleaning up.
  Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('WARN') });
  const connection = await NativeConnection.connect({ address: required('TEMPORAL_ADDRESS') });
  const worker = await Worker.create({
    connection,
    namespace: process.env['TEMPORAL_NAMESPACE'] ?? 'default',
    shutdownGraceTime: '10 seconds',
    ...options,
  });
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    worker.shutdown();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
  process.on('disconnect', end);
  process.send?.({ ready: true });
  process.stdout.write(`${JSON.stringify({ process: name, ready: true })}\n`);
  try {
    await worker.run();
  } finally {
    await connection.close();
    await cleanUp();
    if (process.connected) process.disconnect();
  }
}
