import { type Command, Option } from 'commander';
import { type RateFile, importRates } from '../../ledger/fx-import.ts';
import { policyInForce } from '../../ledger/policy-in-force.ts';
import { publishedRates, ratesFor } from '../../ledger/rates.ts';
import { currencyCode, exponentOf, formatAmount, roundTo } from '../../policy/currency.ts';
import { plainDate } from '../../policy/dates.ts';
import { convert } from '../../policy/fx.ts';
import { type CurrencyCode, type Decimal, decimal } from '../../policy/money.ts';
import { firstDay, lastDay } from '../../policy/period.ts';
import { readRateFile } from '../../statements/rate-files.ts';
import { callOf, contextOf, tellAnswer, withDoor } from '../context.ts';
import { as, command, month } from '../options.ts';
import { Failed, WrongUse, harmless, print, table } from '../output.ts';
import { type Acting, rationale } from './review.ts';

/** `fx import`, `fx list`, `fx rate`: the exchange rates of the books. */
export function fxCommands(program: Command): void {
  const fx = program.command('fx').description('exchange rates: import them, look at them, convert by them');
  fx.addCommand(importCommand());
  fx.addCommand(listCommand());
  fx.addCommand(rateCommand());
}

function importCommand(): Command {
  return command(
    'import',
    "import the European Central Bank's reference rates: eurofxref.csv or eurofxref-hist.csv, also zipped",
    'fx import eurofxref-hist.zip --dir my-company --as human:mei.tan',
  )
    .argument('<files...>', 'as the ECB publishes them; all of them or nothing')
    .option('--correct', 'change recorded rates that the ECB published anew; needs --rationale')
    .addOption(as())
    .addOption(rationale())
    .action(async (paths: string[], options: Acting & { correct?: boolean }) => {
      const { correct = false } = options;
      if (correct && !options.rationale?.trim()) throw new WrongUse('--correct needs a --rationale');
      const files = paths.map(readRateFile);
      const answer = await withDoor(contextOf(options), (door) =>
        importRates(door, callOf(options.as), { files, correct, rationale: options.rationale ?? null }),
      );
      // Nobody is asked about a file of rates: with a T3 import nobody could ever answer.
      if (answer.outcome === 'escalated')
        throw new Failed('the policy wants two people for `import`, and rates are imported by one', answer);
      tellAnswer(options, answer, inWords(files, answer.outcome === 'done' ? answer.result : {}));
    });
}

function inWords(files: readonly RateFile[], result: Readonly<Record<string, unknown>>): string {
  const names = files.map(({ fileName }) => harmless(fileName)).join(', ');
  const { rates, first, last, currencies, imported, already_there: there, corrected } = result;
  if (!Array.isArray(currencies)) return `import rates of ${names}`;
  return (
    `import rates of ${names}: ${String(rates)} rates of ${currencies.length} currencies, ${String(first)} to ${String(last)}: ` +
    `${String(imported)} new, ${String(there)} there already, ${String(corrected)} corrected`
  );
}

function listCommand(): Command {
  return command(
    'list',
    'the recorded rates of a currency in a month',
    'fx list --currency USD --period 2026-03',
  )
    .addOption(new Option('--currency <code>', 'such as USD').argParser(currency).makeOptionMandatory())
    .requiredOption('--period <month>', 'the month, such as 2026-03', month)
    .action(async (options: { dir?: string; json?: boolean; currency: CurrencyCode; period: string }) => {
      const { source, rates } = await withDoor(contextOf(options), async ({ db }) => {
        const { fx } = (await policyInForce(db)).content;
        const span = { from: firstDay(options.period), to: lastDay(options.period) };
        return {
          source: fx.source,
          rates: await publishedRates(db, { source: fx.source, currency: options.currency, ...span }),
        };
      });
      const rows = rates.map((one) => ({ ...one, rate: one.rate.toFixed() }));
      const unit = `${options.currency} for 1 EUR`;
      print(
        options,
        rows,
        rows.length === 0
          ? `no ${source} rates of ${options.currency} for ${options.period}; \`closegate fx import\` brings them`
          : table(
              ['source', 'date', unit],
              rows.map((one) => [one.source, one.date, one.rate]),
              [unit],
            ),
      );
    });
}

interface Rate {
  readonly dir?: string;
  readonly json?: boolean;
  readonly date: string;
}

function rateCommand(): Command {
  return command(
    'rate',
    'convert an amount as a close would: at the latest rate up to a date; exit 1 when that is stale or missing',
    'fx rate 100.00 SGD EUR --date 2026-03-29',
  )
    .argument('<amount>', 'such as 100.00', amount)
    .argument('<from>', 'its currency', currency)
    .argument('<to>', 'the other currency', currency)
    .requiredOption('--date <day>', 'such as 2026-03-29', day)
    .action(async (given: Decimal, from: CurrencyCode, to: CurrencyCode, options: Rate) => {
      const { date } = options;
      const { policy, rates } = await withDoor(contextOf(options), async ({ db }) => {
        const inForce = await policyInForce(db);
        const { source } = inForce.content.fx;
        return {
          policy: inForce,
          rates: await ratesFor(db, { source, currencies: [from, to], from: date, to: date }),
        };
      });
      const { source, max_age_days: maxAgeDays } = policy.content.fx;
      const found = convert(rates, given, from, to, date, maxAgeDays);
      const asked = { amount: given.toFixed(), from, to, date, max_age_days: maxAgeDays };
      if (found.status !== 'fresh') process.exitCode = 1;
      if (found.status === 'missing') {
        const words = `missing: no ${source} rate of ${found.currency} up to ${date}; \`closegate fx import\` brings it`;
        print(options, { ...asked, status: 'missing', missing: found.currency }, words);
        return;
      }
      const converted = formatAmount(roundTo(to, found.amount), to);
      print(
        options,
        {
          ...asked,
          status: found.status,
          converted,
          rate: found.rate.toFixed(),
          published: found.date,
          age_days: found.ageDays,
          source: found.source,
        },
        [
          `${given.toFixed(Math.max(given.decimalPlaces(), exponentOf(from)))} ${from} = ${converted} ${to}`,
          `  rate       ${found.rate.toFixed()} ${to} for 1 ${from}`,
          `  source     ${found.source}, published for ${found.date}`,
          `  age        ${found.ageDays} days on ${date}, at most ${maxAgeDays} by the policy: ${found.status}`,
        ].join('\n'),
      );
    });
}

function currency(value: string): CurrencyCode {
  return wrongUseOf(() => currencyCode(value));
}
function amount(value: string): Decimal {
  return wrongUseOf(() => decimal(value));
}
function day(value: string): string {
  return wrongUseOf(() => plainDate(value));
}

function wrongUseOf<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error));
  }
}
