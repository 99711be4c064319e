import type { Command } from 'commander';
import { verifyAudit } from '../../ledger/verify-audit.ts';
import { contextOf, withDoor } from '../context.ts';
import { command } from '../options.ts';
import { print } from '../output.ts';
import { auditSealCommands } from './audit-seal.ts';

const EXIT = { intact: 0, broken: 2, 'cannot tell': 3 } as const;

/** `audit verify`. */
export function auditCommands(program: Command): void {
  const audit = program.command('audit').description('the audit log');
  auditSealCommands(audit);
  audit.addCommand(
    command(
      'verify',
      'recompute every chain; exit 0 intact, 2 broken, 3 cannot tell',
      'audit verify --dir my-company',
    )
      .option('--stream <stream>', 'one stream only')
      .action(async (options: { dir?: string; json?: boolean; stream?: string }) => {
        const found = await withDoor(contextOf(options), (door) =>
          verifyAudit(door.db, door.auditKey, options.stream ?? null),
        );
        const words = [
          `${found.verdict}: ${found.events} events in ${found.streams} streams${found.reason ? ` (${found.reason})` : ''}`,
          ...found.breaches.map((breach) => `  ${breach.stream} #${breach.seq}: ${breach.finding}`),
        ];
        const plain = { ...found, events: String(found.events), streams: String(found.streams) };
        print(options, plain, words.join('\n'));
        process.exitCode = EXIT[found.verdict];
      }),
  );
}
