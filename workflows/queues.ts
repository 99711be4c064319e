/** Task queues: the close worker's and the agent worker's. */
export const QUEUES = { close: 'close', agent: 'agent' } as const;
