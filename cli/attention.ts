import type { OutOfTheOrdinary } from '../ledger/standing.ts';
import { harmless } from './output.ts';

/** One line for each period that stands reopened and each certification that stands withdrawn. */
export function attentionInWords({ reopened, decertified }: OutOfTheOrdinary): string[] {
  return [
    ...reopened.map(({ entity, period, until, by, because, expired }) => {
      const close = `${entity}/${period}`;
      const why = `by ${by.join(' and ')}: ${harmless(because, 200)}`;
      return expired
        ? `REOPENING EXPIRED ${close} at ${until}, counts as locked (reopened ${why})`
        : `REOPENED ${close} until ${until} ${why}`;
    }),
    ...decertified.map(
      ({ reconciliation, by, at, because }) =>
        `DECERTIFIED ${reconciliation} at ${at} by ${by}: ${harmless(because, 200)}`,
    ),
  ];
}
