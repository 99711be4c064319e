import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DeterminismViolationError } from '@temporalio/workflow';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { Failed } from './output.ts';

/** What a replay found. */
export interface Replayed {
  readonly ok: boolean;
  readonly events: number;
  readonly finding: string | null;
}

/**
 * Replays a history against the workflows as they are now.
 * @param json as `temporal workflow show --output json` writes it.
 * @throws {Failed} when it is no history.
 */
export async function replayHistory(json: string, workflowId: string): Promise<Replayed> {
  let history: ReturnType<typeof historyFromJSON>;
  try {
    history = historyFromJSON(JSON.parse(json));
  } catch (error) {
    throw new Failed(`${workflowId} is no workflow history in JSON: ${String(error)}`);
  }
  const events = history.events?.length ?? 0;
  if (events === 0) throw new Failed(`${workflowId} is a history without events`);
  quiet();
  try {
    await Worker.runReplayHistory(
      { workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)) },
      history,
      workflowId,
    );
    return { ok: true, events, finding: null };
  } catch (error) {
    if (!(error instanceof DeterminismViolationError)) throw error;
    return { ok: false, events, finding: error.message };
  }
}

let isQuiet = false;
function quiet(): void {
  if (isQuiet) return;
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  isQuiet = true;
}
