/** `close/US/2026-03` */
export function closeWorkflowId(entity: string, period: string): string {
  return `close/${entity}/${period}`;
}

/** `reconcile/US/2026-03/1010`, from the reconciliation `US/2026-03/1010`. */
export function reconcileWorkflowId(reconciliation: string): string {
  return `reconcile/${reconciliation}`;
}

/** `investigate/US/2026-03/1010/p1`, from the packet `US/2026-03/1010/p1`. */
export function investigateWorkflowId(packet: string): string {
  return `investigate/${packet}`;
}
