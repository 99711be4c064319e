import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { minorOf, show } from '../../matching/amounts.ts';
import { DEFAULT_SETTINGS, type Settings, SettingsError, parseSettings } from '../../matching/settings.ts';
import { currencyCode, formatAmount, roundTo } from '../../policy/currency.ts';
import { convert, rateTable } from '../../policy/fx.ts';
import { type CurrencyCode, MoneyError, decimal } from '../../policy/money.ts';
import { readRateFile } from '../../statements/rate-files.ts';
import { type InputLine, readLines } from '../match/lines-file.ts';
import { type Row, matchFiles, sharedAccounts } from '../match/match-lines.ts';
import { csvOf, jsonOf } from '../match/output.ts';
import { haveOppositeSigns, inverted } from '../match/signs.ts';
import { json, month } from '../options.ts';
import { Failed, WrongUse } from '../output.ts';

interface Options {
  readonly ledger: string;
  readonly statement: string;
  readonly rules?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly currency?: string;
  readonly period?: string;
  readonly rates?: string;
  readonly reporting: string;
  readonly statementSign: 'normal' | 'inverted';
}

const HELP = `
Input: CSV with id,date,amount,currency and optionally reference,counterparty,description,account,group. Other columns
are kept and shown with --json. Output: one row a match, then one an open line:
  match_id,match_type,status,score,rule,alternatives,ledger_ids,statement_ids,difference,reasons
Every line of the input stands in exactly one row, or the command fails. Nothing else is written, and no server is needed.

Example:
  closegate match --ledger ledger.csv --statement statement.csv --out matches.csv`;

/** `match`: the matcher on two files, without a close. */
export function matchCommand(program: Command): void {
  program
    .command('match')
    .description('match the lines of two CSV files by the rules, outside any close')
    .requiredOption('--ledger <file>', 'what the books say')
    .requiredOption('--statement <file>', 'what the bank or processor says')
    .option('--rules <file>', 'rules.yaml: windows, fees, holidays, and which rules may settle')
    .option('--out <file>', 'write the result there instead of printing it')
    .option('--currency <code>', 'of lines that name none')
    .option(
      '--rates <file>',
      "the ECB's rates (CSV or zip): compare lines of different currencies under one reference",
    )
    .addOption(
      new Option('--reporting <code>', 'currency in which different currencies are compared').default('USD'),
    )
    .addOption(
      new Option(
        '--statement-sign <sign>',
        'inverted: the statement has what is spent without a minus, as cards do',
      )
        .choices(['normal', 'inverted'])
        .default('normal'),
    )
    .option('--period <month>', 'refuse lines outside this month, such as 2026-03', month)
    .addOption(json())
    .addHelpText('after', HELP)
    .action(run);
}

function run(options: Options): void {
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  const settings = settingsOf(options.rules);
  const currency = options.currency === undefined ? null : codeOf(options.currency, '--currency');
  const period = options.period ?? null;
  const ledger = readLines(options.ledger, 'ledger', currency, period);
  const read = readLines(options.statement, 'statement', currency, period);
  const statement = options.statementSign === 'inverted' ? inverted(read) : read;
  say(`${ledger.length} ledger and ${statement.length} statement lines read`);
  if ([...ledger, ...statement].some(({ account }) => account !== null) && !sharedAccounts(ledger, statement))
    say('note: the two files have no account in common; accounts are left out of the matching');
  if (haveOppositeSigns(ledger, statement))
    say(
      `note: nearly all amounts have the other sign in ${basename(options.statement)}; if it counts that way, say ` +
        `--statement-sign ${options.statementSign === 'inverted' ? 'normal' : 'inverted'}`,
    );
  const reporting = codeOf(options.reporting, '--reporting');
  const rows = matchFiles(ledger, statement, {
    settings,
    exchange:
      options.rates === undefined
        ? null
        : { currency: reporting, tolerance: minorOf(settings.fx_tolerance, reporting) ?? 0n },
    base: options.rates === undefined ? ({ minor }) => minor : converter(options.rates, reporting),
    onRule: (account, rule, open) =>
      say(`${account === '' ? '' : `account ${account}, `}${rule.name}: ${open} lines open`),
  });
  write(options, rows);
  const of = (status: Row['status']) => rows.filter((row) => row.status === status).length;
  say(`${of('settled')} settled, ${of('proposed')} proposed, ${of('open')} lines open`);
}

function settingsOf(file: string | undefined): Settings {
  if (file === undefined) return DEFAULT_SETTINGS;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failed(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return parseSettings(text, basename(file));
  } catch (error) {
    if (error instanceof SettingsError) throw new Failed(error.message);
    throw error;
  }
}

function codeOf(text: string, option: string): CurrencyCode {
  try {
    return currencyCode(text);
  } catch (error) {
    if (error instanceof MoneyError) throw new WrongUse(`${option}: ${error.message}`);
    throw error;
  }
}

function converter(file: string, reporting: CurrencyCode): (line: InputLine) => bigint {
  const { rates } = readRateFile(file);
  const table = rateTable(rates.map((rate) => ({ ...rate, source: 'ECB' })));
  return ({ minor, currency, date }) => {
    if (currency === reporting) return minor;
    const converted = convert(table, decimal(show(minor, currency)), currency, reporting, date, MAX_AGE_DAYS);
    if (converted.status === 'missing')
      throw new Failed(
        `${basename(file)} has no rate for ${currency} on ${date} or the days before; get a file that covers the lines`,
      );
    return minorOf(formatAmount(roundTo(reporting, converted.amount), reporting), reporting) ?? minor;
  };
}

// Easter is the longest time without a rate.
const MAX_AGE_DAYS = 5;

function write(options: Options, rows: readonly Row[]): void {
  const text = options.json ? `${JSON.stringify(jsonOf(rows), null, 2)}\n` : [...csvOf(rows)].join('');
  if (options.out === undefined) {
    process.stdout.write(text);
    return;
  }
  // Whoever reads the file sees the whole result or none.
  const half = `${options.out}.new`;
  try {
    writeFileSync(half, text);
    renameSync(half, options.out);
  } catch (error) {
    rmSync(half, { force: true });
    throw new Failed(
      `${options.out} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
