import { proxyActivities } from '@temporalio/workflow';
import type { AgentActivities } from '../activities/agent/contract.ts';
import type { CloseActivities } from '../activities/close/contract.ts';
import { QUEUES } from './queues.ts';

/** Short database work: retried until it works, quickly at first, never so often that it hurts a database that is down. */
export const close = proxyActivities<CloseActivities>({
  taskQueue: QUEUES.close,
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
});

/** Work that grows with the lines: long enough for a million of them, heartbeating where it goes file by file. */
export const bulk = proxyActivities<CloseActivities>({
  taskQueue: QUEUES.close,
  startToCloseTimeout: '30 minutes',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** A model turn: the SDK's own retries are off, so that waiting for an overloaded provider is durable. */
export const model = proxyActivities<AgentActivities>({
  taskQueue: QUEUES.agent,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '2 minutes', maximumAttempts: 30 },
});

/** A tool call: the idempotency key makes repeating it harmless. */
export const tool = proxyActivities<AgentActivities>({
  taskQueue: QUEUES.agent,
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 60 },
});
