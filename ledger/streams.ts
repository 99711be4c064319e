/** A reconciliation's id: `US/2026-03/1010`. */
export function reconciliationId(entity: string, period: string, account: string): string {
  return `${entity}/${period}/${account}`;
}

/** The run's id, which is also its workflow's: `close/US/2026-03`. */
export function runId(entity: string, period: string): string {
  return `close/${entity}/${period}`;
}

/** The audit stream of a reconciliation. Its head is the lock under which the reconciliation is changed. */
export function reconciliationStream(reconciliation: string): string {
  return `reconciliation/${reconciliation}`;
}

/** The audit stream of a run: opening, locking. */
export function runStream(entity: string, period: string): string {
  return `run/${entity}/${period}`;
}

/** Policy versions, actors, the company's accounts, rates. */
export const REGISTRY_STREAM = 'registry';

/** Refused identities and calls that never reached a reconciliation. */
export const ACCESS_STREAM = 'access';

/** What the recovery sweeper found. */
export const SWEEPER_STREAM = 'sweeper';

/** What the sealer did, and what it refused to seal. */
export const SEAL_STREAM = 'seal';
