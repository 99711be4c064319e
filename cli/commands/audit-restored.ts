import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Verifier, openCheckpoint } from '../../ledger/checkpoint.ts';
import { NotRestored, type Restore, recordRestore } from '../../ledger/restore.ts';
import { notesOf } from '../../ledger/verify/note-files.ts';
import type { KeptNote } from '../../ledger/verify/tree.ts';
import { verifierAtHand } from '../audit-means.ts';
import { contextOf, withDoor } from '../context.ts';
import { as, command } from '../options.ts';
import { Failed, WrongUse, print } from '../output.ts';
import { keepLogOrigin } from '../stack/secrets.ts';
import { checkpointDir } from '../stack/stack.ts';

interface Flags {
  readonly dir?: string;
  readonly json?: boolean;
  readonly as: string;
  readonly rationale: string;
  readonly checkpoints?: string;
  readonly verifier?: string;
}

/** `audit restored`: says that the books were restored from a backup, so that sealing goes on under another name. */
export function auditRestoredCommand(audit: Command): void {
  audit.addCommand(
    command(
      'restored',
      'record that the database was restored from a backup, so that the sealer may go on',
      'audit restored --as human:mei.tan --rationale "Disk failed on 2 April; backup of 1 April." --dir my-company',
    )
      .addOption(as())
      .requiredOption('--rationale <text>', 'what happened, and which backup was put back')
      .option(
        '--checkpoints <folder>',
        'copies that know what the backup does not (default: the usual folder)',
      )
      .option('--verifier <key>', "whose signature counts: the key or its file (default: the company's own)")
      .action(async (flags: Flags) => {
        const context = contextOf(flags);
        const verifier = verifierAtHand(flags.verifier, context.home);
        if (!verifier) throw new Failed('no verifier key is at hand to read the copies: give --verifier');
        const folder = flags.checkpoints ?? checkpointDir(context.home);
        const lost = await lastOf(folder, verifier);
        const { origin, receipt } = await withDoor(context, (door) =>
          recordRestore(door, { actorId: flags.as, rationale: flags.rationale, lost }).catch(
            (error: unknown) => {
              throw error instanceof NotRestored ? new Failed(error.message) : error;
            },
          ),
        );
        keepLogOrigin(context.home, origin);
        const words = [
          `recorded as ${receipt.stream} #${receipt.seq}: the books lack what was sealed up to ${lost.size} events at ${lost.at}`,
          `  the log goes on as ${origin}: \`closegate down\`, then \`closegate up\`; elsewhere start the sealer with`,
          `  CLOSEGATE_LOG_ORIGIN=${origin}`,
          `  keep ${folder} as it is: it is what shows what is missing`,
        ];
        print(flags, { origin, receipt, lost_checkpoint: String(lost.size) }, words.join('\n'));
      }),
  );
}

const AFTER_RESTORE = /^restored-([1-9]\d{0,3})$/;

/** The last checkpoint that a folder of copies knows, of the name that the log had last. */
async function lastOf(folder: string, verifier: Verifier): Promise<Restore['lost']> {
  if (!existsSync(folder)) throw new WrongUse(`--checkpoints: ${folder} is not a folder`);
  const times = readdirSync(folder)
    .flatMap((name) => AFTER_RESTORE.exec(name)?.[1] ?? [])
    .map((number) => Number.parseInt(number, 10))
    .sort((a, b) => b - a);
  for (const place of [...times.map((number) => join(folder, `restored-${number}`)), folder]) {
    let last: KeptNote | null = null;
    for await (const note of notesOf(place, place, true)) last = note;
    if (last) return { ...openCheckpoint(verifier, last.note), note: last.note };
  }
  throw new Failed(`${folder} holds no checkpoint: nothing shows that anything is missing`);
}
