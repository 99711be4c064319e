import { join } from 'node:path';
import type { Command } from 'commander';
import { type CloseWindow, closeWindow, localTime, overlapOf } from '../../policy/calendar.ts';
import { loadPolicy } from '../../policy/load.ts';
import { type Company, loadCompany } from '../../statements/company.ts';
import { command, month } from '../options.ts';
import { print, table } from '../output.ts';
import { homeOf } from '../stack/home.ts';

interface EntityWindow extends CloseWindow {
  readonly entity: string;
  readonly zone: string;
}

interface Overlap extends CloseWindow {
  readonly entities: readonly [string, string];
  /** Intercompany accounts between the two whose sides are in different currencies. */
  readonly crossCurrency: readonly string[];
}

/** `calendar`. */
export function calendarCommand(program: Command): void {
  program.addCommand(
    command(
      'calendar',
      'when programs may work on a month: the window of each entity, and where windows overlap',
      'calendar --dir my-company --period 2026-03',
    )
      .requiredOption('--period <month>', 'the month, such as 2026-03', month)
      .action((options: { dir?: string; json?: boolean; period: string }) => {
        const { companyDir } = homeOf(options.dir);
        const { content } = loadPolicy(join(companyDir, 'policy.yaml'));
        const company = loadCompany(companyDir);
        const windows = Object.entries(content.close_calendar.entities).map(
          ([entity, calendar]): EntityWindow => ({
            entity,
            zone: calendar.zone,
            ...closeWindow(calendar, options.period),
          }),
        );
        const overlaps = overlapsOf(windows, company);
        const found = {
          period: options.period,
          windows: windows.map((one) => ({ ...one, ...localOf(one) })),
          overlaps,
        };
        print(options, found, inWords(options.period, windows, overlaps));
      }),
  );
}

const OPEN_ENDED = 'stays open';

function localOf({ opensAt, closesAt, zone }: EntityWindow) {
  return {
    opensLocal: localTime(opensAt, zone),
    closesLocal: closesAt === null ? null : localTime(closesAt, zone),
  };
}

function overlapsOf(windows: readonly EntityWindow[], company: Company): Overlap[] {
  return windows.flatMap((one, index) =>
    windows.slice(index + 1).flatMap((other): Overlap[] => {
      const overlap = overlapOf(one, other);
      if (overlap === null) return [];
      const crossCurrency = [
        ...crossCurrencyOf(company, one.entity, other.entity),
        ...crossCurrencyOf(company, other.entity, one.entity),
      ];
      return [{ entities: [one.entity, other.entity], ...overlap, crossCurrency }];
    }),
  );
}

function crossCurrencyOf(company: Company, from: string, to: string): string[] {
  const accounts = company.entities.find(({ code }) => code === from)?.accounts ?? [];
  return accounts
    .filter(({ counterparty, ledger, statement }) => {
      return counterparty?.entity === to && ledger.currency !== statement.currency;
    })
    .map(
      ({ code, counterparty, ledger, statement }) =>
        `${from}/${code} with ${to}/${counterparty?.account} (${ledger.currency}, ${statement.currency})`,
    );
}

function inWords(period: string, windows: readonly EntityWindow[], overlaps: readonly Overlap[]): string {
  const utc = (instant: string | null) => (instant === null ? OPEN_ENDED : localTime(instant, 'UTC'));
  const rows = windows.map((one) => {
    const { opensLocal, closesLocal } = localOf(one);
    return [
      one.entity,
      one.zone,
      opensLocal,
      closesLocal ?? OPEN_ENDED,
      utc(one.opensAt).replace(' +00:00', ''),
      utc(one.closesAt).replace(' +00:00', ''),
    ];
  });
  const pairs = overlaps.map(({ entities, opensAt, closesAt, crossCurrency }) => [
    entities.join(' + '),
    utc(opensAt).replace(' +00:00', ''),
    utc(closesAt).replace(' +00:00', ''),
    crossCurrency.join('; ') || 'none',
  ]);
  return [
    `Close windows for ${period}: programs work within them, people at any time`,
    '',
    table(['entity', 'zone', 'opens (local)', 'closes (local)', 'opens (UTC)', 'closes (UTC)'], rows),
    '',
    ...(pairs.length === 0
      ? ['No two windows overlap.']
      : [
          table(
            ['open together', 'from (UTC)', 'until (UTC)', 'cross-currency postings between them'],
            pairs,
          ),
        ]),
  ].join('\n');
}
