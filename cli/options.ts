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

/** A command with its description, an example that `--help` shows, and the options all commands share. */
export function command(name: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .addOption(dir())
    .addOption(json())
    .addHelpText('after', `\nExample:\n  closegate ${example}`);
}
