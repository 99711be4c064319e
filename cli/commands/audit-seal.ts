import { type Command, InvalidArgumentError } from 'commander';
import { checkpointOf, proveConsistency, proveInclusion } from '../../ledger/proofs.ts';
import { type SealStanding, COUNTED, requestSeal } from '../../ledger/sealed.ts';
import { contextOf, withDoor } from '../context.ts';
import { command } from '../options.ts';
import { Failed, print } from '../output.ts';

interface Common {
  readonly dir?: string;
  readonly json?: boolean;
}

/** `audit seal`, `audit checkpoint`, `audit prove`: the Merkle tree over the log, and what it proves. */
export function auditSealCommands(audit: Command): void {
  audit.addCommand(
    command(
      'seal',
      'ask the sealer for a checkpoint now; it seals by itself every minute and at every lock',
      'audit seal',
    ).action(async (options: Common) => {
      const standing = await withDoor(contextOf(options), ({ db }) => requestSeal(db));
      if (standing.waiting > 0n)
        throw new Failed(
          `${sealInWords(standing)}; no checkpoint came: is a sealer running (\`closegate status\`), or does its log say that it refused?`,
        );
      print(options, sealAsJson(standing), sealInWords(standing));
    }),
  );
  audit.addCommand(
    command('checkpoint', 'print a checkpoint as it was signed: a C2SP signed note', 'audit checkpoint')
      .option('--size <rows>', 'the one over so many rows; the last one unless told', rows)
      .action(async (options: Common & { size?: string }) => {
        const found = await withDoor(contextOf(options), ({ db }) => checkpointOf(db, options.size ?? null));
        print(options, found, found.note.trimEnd());
      }),
  );
  const prove = audit
    .command('prove')
    .description('proofs of RFC 9162, as JSON, for somebody who has a checkpoint');
  prove.addHelpText(
    'after',
    '\nExample:\n  closegate audit prove inclusion --stream run/US/2026-03 --seq 2 --dir my-company',
  );
  prove.addCommand(
    command(
      'inclusion',
      "prove that an event is in the last checkpoint's tree",
      'audit prove inclusion --stream run/US/2026-03 --seq 2',
    )
      .requiredOption('--stream <stream>', 'its audit stream')
      .requiredOption('--seq <number>', 'its number in the stream', rows)
      .action(async (options: Common & { stream: string; seq: string }) => {
        const proof = await withDoor(contextOf(options), ({ db }) =>
          proveInclusion(db, options.stream, options.seq),
        );
        print(options, proof, JSON.stringify(proof, null, 2));
      }),
  );
  prove.addCommand(
    command(
      'consistency',
      "prove that a checkpoint's tree is the beginning of a later one's",
      'audit prove consistency --from 420',
    )
      .requiredOption('--from <rows>', 'the size of the earlier checkpoint', rows)
      .option('--to <rows>', 'the size of the later one; the last one unless told', rows)
      .action(async (options: Common & { from: string; to?: string }) => {
        const proof = await withDoor(contextOf(options), ({ db }) =>
          proveConsistency(db, options.from, options.to ?? null),
        );
        print(options, proof, JSON.stringify(proof, null, 2));
      }),
  );
}

/** How far the log is sealed, in one line. */
export function sealInWords({ size, sealedAt, waiting, since }: SealStanding): string {
  const sealed =
    size === null ? 'no checkpoint yet' : `sealed over ${size} rows at ${sealedAt?.toISOString() ?? ''}`;
  const many = waiting >= COUNTED ? `${COUNTED} events or more` : `${waiting} events`;
  return waiting === 0n
    ? `audit log: ${sealed}`
    : `audit log: ${sealed}; ${many} not covered by a checkpoint, the oldest from ${since?.toISOString() ?? ''}`;
}

/** The same for programs. */
export function sealAsJson({ size, sealedAt, waiting, since }: SealStanding) {
  return { size, sealed_at: sealedAt, waiting: String(waiting), since };
}

function rows(value: string): string {
  if (/^[1-9]\d{0,17}$/.test(value)) return value;
  throw new InvalidArgumentError('It is a whole number above zero.');
}
