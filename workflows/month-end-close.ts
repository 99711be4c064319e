import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { close } from './activities.ts';
import { closePeriod } from './close-period.ts';
import { monthEndCloseInput } from './contract.ts';
import { closeWorkflowId } from './ids.ts';
import { parseInput } from './input.ts';

/**
 * What a schedule starts: the close of the month before, in the entity's own zone. The close runs on by itself; a month
 * that is being closed already is left alone, because a schedule's own ids do not tell one month from another.
 */
export async function monthEndClose(raw: unknown): Promise<string> {
  const { entity } = parseInput(monthEndCloseInput, raw, '{"entity": "US"}');
  const at = workflowInfo().startTime.toISOString();
  const period = await close.priorPeriod.executeWithOptions({ summary: `the month before ${at}` }, [
    { entity, at },
  ]);
  const workflowId = closeWorkflowId(entity, period);
  try {
    await startChild(closePeriod, {
      workflowId,
      args: [{ entity, period }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      staticSummary: `close ${entity} ${period}`,
    });
    return `started ${workflowId}`;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return `${workflowId} was started before`;
    throw error;
  }
}
