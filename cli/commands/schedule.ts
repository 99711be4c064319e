import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Command } from 'commander';
import { policyInForce } from '../../ledger/policy-in-force.ts';
import { calendarOf } from '../../policy/lookups.ts';
import { loadCompany } from '../../statements/company.ts';
import { monthEndClose } from '../../workflows/month-end-close.ts';
import { QUEUES } from '../../workflows/queues.ts';
import { contextOf, withDoor, withTemporal } from '../context.ts';
import { command } from '../options.ts';
import { Failed, print } from '../output.ts';

interface Applied {
  readonly schedule: string;
  readonly zone: string;
  readonly at: string;
  readonly change: 'created' | 'updated';
}

/** `schedule apply`. */
export function scheduleCommands(program: Command): void {
  const schedule = program.command('schedule').description('month-end schedules');
  schedule.addCommand(
    command(
      'apply',
      'one schedule per entity: on the first of a month it closes the month before',
      'schedule apply --dir my-company',
    )
      .option('--hour <hour>', "the entity's local hour, 0 to 23", '6')
      .action(async (options: { dir?: string; json?: boolean; hour: string }) => {
        const hour = /^(\d|1\d|2[0-3])$/.test(options.hour) ? Number.parseInt(options.hour, 10) : null;
        if (hour === null) throw new Failed(`--hour ${options.hour} is not an hour from 0 to 23`);
        const context = contextOf(options);
        const company = loadCompany(context.home.companyDir);
        const policy = await withDoor(context, ({ db }) => policyInForce(db));
        const applied = await withTemporal(context, async (client) => {
          const done: Applied[] = [];
          for (const { code } of company.entities) {
            const calendar = calendarOf(policy, code);
            if (!calendar) throw new Failed(`policy.yaml has no close_calendar for ${code}`);
            done.push(await apply(client, code, calendar.zone, hour));
          }
          return done;
        });
        const words = applied.map((one) => `${one.change} ${one.schedule}: ${one.at}, ${one.zone}`);
        print(options, applied, words.join('\n'));
      }),
  );
}

async function apply(client: Client, entity: string, zone: string, hour: number): Promise<Applied> {
  const scheduleId = `month-end/${entity}`;
  const definition = {
    // No schedule can say "last day of the month", so it fires on the first for the month before.
    spec: { calendars: [{ dayOfMonth: 1, hour, minute: 0 }], timezone: zone },
    action: {
      type: 'startWorkflow' as const,
      workflowType: monthEndClose,
      taskQueue: QUEUES.close,
      workflowId: `month-end/${entity}`,
      args: [{ entity }] as [unknown],
    },
    // The default, SKIP, would drop a month whose predecessor still runs; a server that was down catches up.
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: '10 days' },
  };
  const at = `on day 1 at ${String(hour).padStart(2, '0')}:00`;
  try {
    await client.schedule.create({ scheduleId, ...definition });
    return { schedule: scheduleId, zone, at, change: 'created' };
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(scheduleId).update((previous) => ({ ...previous, ...definition }));
    return { schedule: scheduleId, zone, at, change: 'updated' };
  }
}
