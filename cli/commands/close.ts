import type { Command } from 'commander';
import { loadCompany } from '../../statements/company.ts';
import { type CloseReport, runClose } from '../close.ts';
import { withDoor } from '../context.ts';
import { command, month } from '../options.ts';
import { Failed, print } from '../output.ts';
import { standingTable } from '../standing-table.ts';
import { registerCompany } from '../register-company.ts';
import { checkPeriod, readPeriod } from '../../activities/close/files.ts';
import { homeOf } from '../stack/home.ts';
import { runningStack } from '../stack/stack.ts';
import { up } from './stack.ts';

/** `close`: runs a month's close up to the review by people. */
export function closeCommand(program: Command): void {
  program.addCommand(
    command(
      'close',
      "run a month's close until people have to decide",
      'close --dir my-company --period 2026-03',
    )
      .requiredOption('--period <month>', 'the month to close, such as 2026-03', month)
      .option('--entity <code>', 'one entity only (default: all)')
      .action(async (options: { dir?: string; json?: boolean; period: string; entity?: string }) => {
        const home = homeOf(options.dir);
        const entities = entitiesOf(home.companyDir, options.entity);
        // Read everything first: a wrong file is told at once, before anything is started or written.
        for (const entity of entities)
          await checkPeriod(await readPeriod(loadCompany(home.companyDir), entity, options.period));
        const say = (line: string) => process.stderr.write(`${line}\n`);
        const was = runningStack(home);
        const run = await up(home, say);
        // A stack that was up before has the folder's former content registered.
        if (was) await withDoor({ home, run }, (door) => registerCompany(door, home.companyDir));
        const reports = await runClose({ home, run }, entities, options.period, say);
        const { rows, words } = await withDoor({ home, run }, (door) =>
          standingTable(door.db, { period: options.period }),
        );
        print(options, { reports, accounts: rows }, `${words}\n\n${nextSteps(options)}`);
        failOn(reports);
      }),
  );
}

function entitiesOf(companyDir: string, only: string | undefined): string[] {
  const known = loadCompany(companyDir).entities.map((entity) => entity.code);
  if (only === undefined) return known;
  if (!known.includes(only)) {
    throw new Failed(
      `there is no entity "${only}" in ${companyDir}/company.yaml; it has ${known.join(', ')}`,
    );
  }
  return [only];
}

function failOn(reports: readonly CloseReport[]): void {
  const failed = reports.filter((report) => report.failure !== null);
  if (failed.length === 0) return;
  throw new Failed(failed.map((report) => `${report.entity}: ${report.failure ?? ''}`).join('\n'), reports);
}

function nextSteps(options: { dir?: string; period: string }): string {
  const at = options.dir ? ` --dir ${options.dir}` : '';
  return [
    'What now:',
    `  closegate inbox${at} --period ${options.period}                what waits for whom`,
    `  closegate confirm${at} --as human:YOU MATCH            confirm a proposed match (reject likewise)`,
    `  closegate resolve${at} --as human:YOU EXCEPTION        resolve an exception, or carry it forward`,
    `  closegate certify${at} --as human:YOU ENTITY/${options.period}/ACCOUNT`,
    `  closegate down${at}                                    end the stack; the close goes on at the next \`up\``,
  ].join('\n');
}
