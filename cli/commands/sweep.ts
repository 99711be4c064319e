import type { Command } from 'commander';
import { findOrphans } from '../../workers/sweep.ts';
import { contextOf, withDoor, withTemporal } from '../context.ts';
import { command } from '../options.ts';
import { print } from '../output.ts';

/** `sweep`. */
export function sweepCommand(program: Command): void {
  program.addCommand(
    command(
      'sweep',
      'runs that Postgres calls running and Temporal does not know',
      'sweep --dir my-company',
    ).action(async (options: { dir?: string; json?: boolean }) => {
      const context = contextOf(options);
      const orphans = await withDoor(context, ({ db }) =>
        withTemporal(context, (client) => findOrphans(db, client)),
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
