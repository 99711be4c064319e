import { type Command, Option } from 'commander';
import { sweep } from '../../workers/sweep.ts';
import { contextOf, withDoor, withTemporal } from '../context.ts';
import { command } from '../options.ts';
import { print } from '../output.ts';

/** `sweep`. */
export function sweepCommand(program: Command): void {
  program.addCommand(
    command('sweep', 'runs that Postgres calls running and Temporal does not know', 'sweep --dir my-company')
      .addOption(
        new Option('--as <actor>', 'who looks, for the record, such as human:mei.tan').env(
          'CLOSEGATE_ACTOR_ID',
        ),
      )
      .action(async (options: { dir?: string; json?: boolean; as?: string }) => {
        const context = contextOf(options);
        // Without a name it is the program that looked; looking needs no authority.
        const by = { actorId: options.as ?? 'engine:sweeper', trigger: 'command' } as const;
        const orphans = await withDoor(context, (door) =>
          withTemporal(context, (client) => sweep(door, client, by)),
        );
        const words = orphans.map((orphan) => `${orphan.run}: ${orphan.finding}`);
        print(
          options,
          orphans,
          words.length > 0 ? words.join('\n') : 'no orphans: Postgres and Temporal agree',
        );
        if (orphans.length > 0) process.exitCode = 1;
      }),
  );
}
