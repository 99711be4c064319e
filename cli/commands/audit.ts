import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { exportAudit } from '../../ledger/export/export-audit.ts';
import { verifyAudit } from '../../ledger/verify-audit.ts';
import { verifyExport } from '../../ledger/verify/export.ts';
import type { Verification } from '../../ledger/verify/finding.ts';
import { auditKeys, copiesIn, receiptsFromTemporal, verifierAtHand, withAuditor } from '../audit-means.ts';
import { contextOf, withTemporal } from '../context.ts';
import { command, month } from '../options.ts';
import { WrongUse, harmless, print } from '../output.ts';
import { PROGRAM } from '../stack/home.ts';
import { auditRestoredCommand } from './audit-restored.ts';
import { auditSealCommands } from './audit-seal.ts';

const EXIT = { intact: 0, broken: 2, 'cannot tell': 3 } as const;

interface VerifyFlags {
  readonly dir?: string;
  readonly json?: boolean;
  readonly stream?: string;
  readonly export?: string;
  readonly checkpoints?: string;
  readonly verifier?: string;
  readonly receiptsFromTemporal?: boolean;
}

/** `audit`: verification, export, and the seal. */
export function auditCommands(program: Command): void {
  const audit = program.command('audit').description('the audit log');
  auditSealCommands(audit);
  auditRestoredCommand(audit);
  audit.addCommand(
    command(
      'verify',
      'recompute every chain and every checkpoint; exit 0 intact, 2 broken, 3 cannot tell',
      'audit verify --dir my-company --checkpoints /mnt/checkpoints',
    )
      .option('--stream <stream>', 'one stream only, without checkpoints')
      .option('--export <folder>', 'verify an export, without a database and a network')
      .option('--checkpoints <folder>', 'copies of checkpoints that are kept elsewhere')
      .option('--verifier <key>', "whose signature counts: the key or its file (default: the company's own)")
      .option('--receipts-from-temporal', 'also compare the receipts in workflow histories')
      .action(async (flags: VerifyFlags) => {
        const found = await verification(flags);
        const plain = JSON.parse(
          JSON.stringify(found, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
        ) as unknown;
        print(flags, plain, verificationInWords(found));
        process.exitCode = EXIT[found.verdict];
      }),
  );
  audit.addCommand(
    command(
      'export',
      "write a close's evidence to a folder that a stranger can verify",
      'audit export --entity US --period 2026-03 --out evidence-us-2026-03',
    )
      .requiredOption('--entity <entity>', 'the entity')
      .requiredOption('--period <period>', 'the month, such as 2026-03', month)
      .requiredOption('--out <folder>', 'a folder that does not exist yet')
      .option('--sample <number>', 'how many decisions are drawn', count, 25)
      .option('--seed <text>', 'what the draw depends on (default: entity and period)')
      .option('--verifier <key>', "whose signature counts: the key or its file (default: the company's own)")
      .action(async (flags: VerifyFlags & ExportFlags) => {
        const { entity, period, out, sample } = flags;
        const context = contextOf(flags);
        const evals = join(PROGRAM, 'evals', 'results');
        const made = await withAuditor(context, (db) =>
          exportAudit(db, {
            ...{ entity, period, out },
            sample: { count: sample, seed: flags.seed ?? `${entity} ${period}` },
            verifier: verifierAtHand(flags.verifier, context.home),
            evals: existsSync(evals) ? evals : null,
          }),
        );
        const words = [
          `exported ${made.events} events to ${out}`,
          made.checkpoint === null
            ? '  no checkpoint yet: `closegate audit seal` asks for one'
            : `  sealed by a checkpoint over ${made.checkpoint} events of the whole log`,
          `  note this down: SHA-256 of manifest.json is ${made.manifest}`,
        ];
        print(flags, { ...made, events: String(made.events) }, words.join('\n'));
      }),
  );
}

interface ExportFlags {
  readonly entity: string;
  readonly period: string;
  readonly out: string;
  readonly sample: number;
  readonly seed?: string;
}

async function verification(flags: VerifyFlags): Promise<Verification> {
  const copies = copiesIn(flags.checkpoints);
  if (flags.export !== undefined) {
    if (flags.stream !== undefined || flags.receiptsFromTemporal)
      throw new WrongUse('--export goes with --checkpoints and --verifier only');
    return await verifyExport(flags.export, {
      keys: auditKeys(null),
      verifier: verifierAtHand(flags.verifier, null),
      copies,
    });
  }
  if (flags.stream !== undefined && copies)
    throw new WrongUse('checkpoints cover all streams: leave either --stream or --checkpoints out');
  const context = contextOf(flags);
  const means = {
    stream: flags.stream ?? null,
    verifier: verifierAtHand(flags.verifier, context.home),
    copies,
  };
  const keys = auditKeys(context.home);
  return await withAuditor(context, async (db) =>
    flags.receiptsFromTemporal
      ? await withTemporal(context, (client) =>
          verifyAudit(db, keys, { ...means, receipts: receiptsFromTemporal(client) }),
        )
      : await verifyAudit(db, keys, means),
  );
}

/** What was found, for people: the verdict, each breach with its place, and what the verdict does not cover. */
export function verificationInWords(found: Verification): string {
  const { verdict, events, streams, reason, checkpoints, breaches, remarks } = found;
  const last = checkpoints?.last;
  return [
    `${verdict}: ${events} events in ${streams} streams${reason ? ` (${reason})` : ''}`,
    ...(last
      ? [`  ${checkpoints.held} checkpoints fit, the last over ${last.size} events at ${last.at}`]
      : []),
    ...breaches.map((breach) => {
      const place = breach.seq === '' ? breach.stream : `${breach.stream} #${breach.seq}`;
      const since = breach.since === null ? '' : `, recorded ${breach.since}`;
      const good = breach.lastGood
        ? `; the last checkpoint that holds before it covers ${breach.lastGood.size} events at ${breach.lastGood.at}`
        : '';
      return `  ${harmless(place, 160)} [${breach.kind}]: ${harmless(breach.finding, 300)}${since}${good}`;
    }),
    ...remarks.map((remark) => `  ${harmless(remark, 300)}`),
  ].join('\n');
}

function count(value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number.parseInt(value, 10);
  throw new InvalidArgumentError('It is a whole number.');
}
