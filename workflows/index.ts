export { closePeriod } from './close-period.ts';
export { investigate } from './investigate.ts';
export { monthEndClose } from './month-end-close.ts';
export { reconcileAccount } from './reconcile-account.ts';
