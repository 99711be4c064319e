import { CommanderError, Command } from 'commander';
import { PolicyError } from '../policy/load.ts';
import { actorsCommands } from './commands/actors.ts';
import { auditCommands } from './commands/audit.ts';
import { calendarCommand } from './commands/calendar.ts';
import { closeCommand } from './commands/close.ts';
import { fxCommands } from './commands/fx.ts';
import { importCommand } from './commands/import.ts';
import { inboxCommand } from './commands/inbox.ts';
import { initCommand } from './commands/init.ts';
import { matchCommand } from './commands/match.ts';
import { periodCommands } from './commands/period.ts';
import { policyCommands } from './commands/policy.ts';
import { prepareCommand } from './commands/prepare.ts';
import { replayCommand } from './commands/replay.ts';
import { reviewCommands } from './commands/review.ts';
import { scheduleCommands } from './commands/schedule.ts';
import { serveCommands } from './commands/serve.ts';
import { stackCommands } from './commands/stack.ts';
import { sweepCommand } from './commands/sweep.ts';
import { Failed, WrongUse } from './output.ts';

const EXIT = { failed: 1, wrongUse: 2 } as const;

// Whoever reads may have had enough, as in `closegate … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const program = new Command('closegate')
  .description('A month-end close in which an AI does the work and can never sign it.')
  .showSuggestionAfterError()
  .exitOverride()
  .addHelpText(
    'after',
    '\nExit codes: 0 ok, 1 refused or failed, 2 wrong use.\n\nExample:\n  closegate close --dir my-company --period 2026-03',
  );

for (const add of [
  initCommand,
  closeCommand,
  importCommand,
  fxCommands,
  inboxCommand,
  matchCommand,
  reviewCommands,
  periodCommands,
  scheduleCommands,
  replayCommand,
  sweepCommand,
  auditCommands,
  policyCommands,
  actorsCommands,
  calendarCommand,
  serveCommands,
  prepareCommand,
  stackCommands,
]) {
  add(program);
}
everyCommand(program, (command) => command.exitOverride());

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  // Commander has printed its own message already; help and version are not errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.wrongUse;
  const wrong = error instanceof WrongUse;
  const message = error instanceof Error ? error.message : String(error);
  if (process.argv.includes('--json')) {
    const detail = error instanceof Failed ? error.detail : null;
    process.stdout.write(`${JSON.stringify({ error: message, detail }, null, 2)}\n`);
  }
  process.stderr.write(
    `closegate: ${error instanceof PolicyError ? `the policy was refused:\n${message}` : message}\n`,
  );
  // What nobody foresaw is a defect: the stack trace is for whoever mends it.
  if (process.env['CLOSEGATE_DEBUG'] && error instanceof Error)
    process.stderr.write(`${error.stack ?? ''}\n`);
  return wrong ? EXIT.wrongUse : EXIT.failed;
}

function everyCommand(command: Command, change: (command: Command) => void): void {
  for (const sub of command.commands) {
    change(sub);
    everyCommand(sub, change);
  }
}
