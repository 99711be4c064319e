import type { Client } from '@temporalio/client';

/** Milliseconds; `count` is how many were measured. */
export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
}

/** What Temporal recorded of the investigations of one stack. */
export interface Latency {
  /** From the worker's start on a model turn to its answer. */
  readonly modelTurn: Spread;
  /** From the worker's start on a tool call to its answer: sign in, call, transaction, audit row. */
  readonly toolCall: Spread;
}

/** Reads start and completion of every model turn and tool call from the histories of all `investigate` workflows. */
export async function latencyOf(client: Client): Promise<Latency> {
  const took = { modelTurn: [] as number[], toolCall: [] as number[] };
  for await (const { workflowId, runId } of client.workflow.list({ query: "WorkflowType = 'investigate'" })) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const names = new Map<string, string>();
    const started = new Map<string, number>();
    for (const { eventId, eventTime, ...event } of events ?? []) {
      const at = milliseconds(eventTime);
      const scheduled = event.activityTaskScheduledEventAttributes;
      if (scheduled) names.set(String(eventId), scheduled.activityType?.name ?? '');
      const start = event.activityTaskStartedEventAttributes;
      if (start) started.set(String(start.scheduledEventId), at);
      const completed = event.activityTaskCompletedEventAttributes;
      const id = String(completed?.scheduledEventId);
      const [name, from] = [names.get(id), started.get(id)];
      if (!completed || from === undefined) continue;
      if (name === 'modelTurn' || name === 'toolCall') took[name].push(at - from);
    }
  }
  return { modelTurn: spreadOf(took.modelTurn), toolCall: spreadOf(took.toolCall) };
}

/** Percentiles by the nearest rank. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (percent: number) => sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: rank(50), p95: rank(95) };
}

function milliseconds(time: Timestamp | null | undefined): number {
  // Seconds are a Long, or absent for the epoch.
  return Number.parseInt(time?.seconds?.toString() ?? '0', 10) * 1_000 + (time?.nanos ?? 0) / 1_000_000;
}

interface Timestamp {
  readonly seconds?: { toString(): string } | null;
  readonly nanos?: number | null;
}
