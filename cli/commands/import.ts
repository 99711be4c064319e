import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { checkPeriod, readPeriod } from '../../activities/close/files.ts';
import { type DocumentInput, importDocument, importKey } from '../../ledger/import.ts';
import { openRun } from '../../ledger/runs.ts';
import { formatAmount } from '../../policy/currency.ts';
import { sum } from '../../policy/money.ts';
import { parseCamt053 } from '../../statements/camt053.ts';
import { loadCompany } from '../../statements/company.ts';
import { checkControlTotals } from '../../statements/statement.ts';
import { answerInWords, contextOf, withDoor } from '../context.ts';
import { command, month } from '../options.ts';
import { Failed, WrongUse, print, table } from '../output.ts';
import { registerCompany } from '../register-company.ts';

interface Options {
  dir?: string;
  json?: boolean;
  period?: string;
  entity?: string;
  check?: boolean;
}

/** `import`: a month's files without starting its close, or a look at camt.053 files. */
export function importCommand(program: Command): void {
  program.addCommand(
    command(
      'import',
      "import a month's files without starting its close; with files, only read and check them",
      'import --dir my-company --period 2026-03',
    )
      .argument('[files...]', 'camt.053 files to read and check; nothing is written')
      .option('--period <month>', 'the month of the inbox', month)
      .option('--entity <code>', 'one entity only (default: all)')
      .option('--check', 'read and check everything, write nothing')
      .action(async (files: string[], options: Options) => {
        if (files.length > 0) checkFiles(files, options);
        else await importMonth(options);
      }),
  );
}

function checkFiles(files: readonly string[], options: Options): void {
  const found = files.flatMap((file) =>
    parseCamt053(readBytes(file), basename(file)).map((statement) => {
      if (statement.opening !== null && statement.closing !== null)
        checkControlTotals(statement, basename(file));
      const money = (amount: typeof statement.opening) =>
        amount === null ? '-' : formatAmount(amount, statement.currency);
      return {
        file: basename(file),
        account: statement.account ?? '-',
        currency: statement.currency,
        lines: String(statement.lines.length),
        opening: money(statement.opening),
        total: money(sum(statement.lines.map((line) => line.amount))),
        closing: money(statement.closing),
      };
    }),
  );
  const headers = ['file', 'account', 'currency', 'lines', 'opening', 'total', 'closing'] as const;
  const rows = found.map((one) => headers.map((header) => one[header]));
  print(options, found, table(headers, rows, ['lines', 'opening', 'total', 'closing']));
}

async function importMonth(options: Options): Promise<void> {
  const { period } = options;
  if (period === undefined) throw new WrongUse('name the month with --period, or files to check');
  const context = contextOf(options);
  const company = loadCompany(context.home.companyDir);
  const entities = options.entity === undefined ? company.entities.map((one) => one.code) : [options.entity];
  // All of it is read before any of it is written.
  const documents: { entity: string; documents: DocumentInput[] }[] = [];
  const rows: string[][] = [];
  for (const entity of entities) {
    const read = await readPeriod(company, entity, period);
    const counts = await checkPeriod(read);
    documents.push({ entity, documents: read });
    read.forEach(({ reconciliation, side, fileName }, index) => {
      rows.push([reconciliation, side, fileName, String(counts[index])]);
    });
  }
  if (!options.check) {
    await withDoor(context, async (door) => {
      await registerCompany(door, context.home.companyDir);
      for (const one of documents) {
        // The same keys as the close's own import: a file imported by hand is not imported again by the close.
        const session = `close/${one.entity}/${period}`;
        await openRun(
          door,
          { actorId: 'engine:close', sessionId: session, toolCallId: 'open-run' },
          one.entity,
          period,
        );
        for (const document of one.documents) {
          const call = { actorId: 'engine:import', sessionId: session, toolCallId: importKey(document) };
          const answer = await importDocument(door, call, document);
          if (answer.outcome !== 'done')
            throw new Failed(answerInWords(answer, `import ${document.fileName}`), answer);
        }
      }
    });
  }
  const words = table(['reconciliation', 'side', 'file', 'lines'], rows, ['lines']);
  print(options, rows, `${words}\n\n${options.check ? 'checked; nothing was written' : 'imported'}`);
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failed(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
