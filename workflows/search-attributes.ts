/** The search attributes of a close, by name and Temporal's type. */
export const SEARCH_ATTRIBUTES = {
  CloseEntity: 'Keyword',
  ClosePeriod: 'Keyword',
  CloseState: 'Keyword',
  PendingApprovals: 'Int',
  PolicyHash: 'Keyword',
} as const;
