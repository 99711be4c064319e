import { Command, Option } from 'commander';
import { PeriodError, parsePeriod } from '../policy/period.ts';
import { WrongUse } from './output.ts';

/** `--json`, on every command. */
export const json = () => new Option('--json', 'print one JSON document instead of words');

/** `--dir DIR`: the company's folder. */
export const dir = () => new Option('--dir <dir>', "the company's folder (default: the current one)");

/** `--as ACTOR`: who acts. */
export const as = () =>
  new Option('--as <actor>', 'who you are, such as human:mei.tan')
    .env('CLOSEGATE_ACTOR_ID')
    .makeOptionMandatory();

/** A month given on the command line. */
export function month(value: string): string {
  try {
    return parsePeriod(value);
  } catch (error) {
    if (error instanceof PeriodError) throw new WrongUse(error.message);
    throw error;
  }
}

/** An instant given on the command line, with its offset from UTC; in UTC as ISO 8601 writes it. */
export function instant(value: string): string {
  const written = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(value);
  if (!written || Number.isNaN(Date.parse(value)))
    throw new WrongUse(
      `"${value.slice(0, 40)}" is not an instant with its offset, such as 2026-04-20T18:00:00Z`,
    );
  return new Date(value).toISOString();
}

/** A command with its description, an example that `--help` shows, and the options all commands share. */
export function command(name: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .addOption(dir())
    .addOption(json())
    .addHelpText('after', `\nExample:\n  closegate ${example}`);
}
