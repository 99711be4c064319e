import { closeWindow, isWithin } from '../calendar.ts';
import type { CalendarEntity, CloseWindow } from '../calendar.ts';
import { calendarOf } from '../lookups.ts';
import { fits } from '../match-state.ts';
import { type Control, actsTo, isAutomation } from './facts.ts';

/** PERIOD_LOCKED: nothing changes in a locked period, except that it is reopened. */
export const periodLocked: Control = ({ request }) =>
  request.periodLocked && !actsTo(request, 'READ', 'REOPEN') ? 'deny' : null;

/** OUTSIDE_CLOSE_WINDOW: automation changes something outside the entity's window. No calendar means no window. */
export const outsideCloseWindow: Control = ({ request, policy }) => {
  if (!isAutomation(request.actor) || actsTo(request, 'READ')) return null;
  const calendar = calendarOf(policy, request.entity);
  return calendar !== null && isOpen(calendar, request.period, request.at) ? null : 'deny';
};

// A bulk settlement asks about one period at one instant very many times; a calendar does not change.
interface Answered {
  readonly period: string;
  readonly window: CloseWindow;
  readonly at: string;
  readonly open: boolean;
}
const answered = new WeakMap<CalendarEntity, Answered>();

function isOpen(calendar: CalendarEntity, period: string, at: string): boolean {
  const known = answered.get(calendar);
  if (known?.period === period && known.at === at) return known.open;
  try {
    const window = known?.period === period ? known.window : closeWindow(calendar, period);
    const open = isWithin(window, at);
    answered.set(calendar, { period, window, at, open });
    return open;
  } catch {
    // A period or an instant that cannot be read lies in no window.
    return false;
  }
}

/** STATE_INVALID: the subject's state does not fit the action, or the subject itself stands in the way. */
export const stateInvalid: Control = ({ request: { action, subject } }) => {
  if (action === 'READ') return null;
  if (subject === null) return action === 'IMPORT' ? null : 'deny';
  return fits(action, subject.kind, subject.state) && subject.obstacle === null ? null : 'deny';
};

/** APPROVAL_STALE: the caller approves another version of the subject, or approved under another policy. */
export const approvalStale: Control = ({ request, policy }) => {
  if (!actsTo(request, 'CONFIRM', 'RESOLVE', 'CERTIFY', 'REOPEN', 'APPROVE_POLICY', 'CHANGE_ACTORS'))
    return null;
  const { approvedContentHash, approvedPolicyHash, subject } = request;
  const otherContent = approvedContentHash !== null && approvedContentHash !== (subject?.contentHash ?? null);
  const otherPolicy = approvedPolicyHash !== null && approvedPolicyHash !== policy.hash;
  return otherContent || otherPolicy ? 'deny' : null;
};
