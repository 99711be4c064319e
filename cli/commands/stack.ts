import { spawn } from 'node:child_process';
import { mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { outOfTheOrdinary } from '../../ledger/standing.ts';
import { attentionInWords } from '../attention.ts';
import { sealStanding } from '../../ledger/sealed.ts';
import { contextOf, withDoor } from '../context.ts';
import { command } from '../options.ts';
import { Failed, print } from '../output.ts';
import { sealAsJson, sealInWords } from './audit-seal.ts';
import { diagnose } from '../stack/doctor.ts';
import { type Home, type RunFile, homeOf, readRunFile } from '../stack/home.ts';
import { endProcess, isAlive, markOf } from '../stack/processes.ts';
import { endLeftovers, runningStack, Stack } from '../stack/stack.ts';

interface Common {
  dir?: string;
  json?: boolean;
}

/** `up`, `down`, `status`, `doctor`, and the hidden `supervise`. */
export function stackCommands(program: Command): void {
  program.addCommand(
    command(
      'up',
      'start the stack in the background: Postgres, Temporal, mcp-server, workers',
      'up --dir my-company',
    ).action(async (options: Common) => {
      const run = await up(homeOf(options.dir), (line) => process.stderr.write(`${line}\n`));
      print(options, run.addresses, addressesInWords(run));
    }),
  );
  program.addCommand(
    command('down', 'end the stack; --reset also deletes its databases and keys', 'down --dir my-company')
      .option('--reset', 'delete databases, keys and logs of this company (its own files stay)')
      .action(async (options: Common & { reset?: boolean }) => {
        const home = homeOf(options.dir);
        const was = await down(home);
        if (options.reset) rmSync(home.stateDir, { recursive: true, force: true });
        const words = [
          was ? 'ended the stack' : 'nothing was running',
          ...(options.reset ? ['deleted its data'] : []),
        ];
        print(options, { ended: was, reset: options.reset ?? false }, words.join('; '));
      }),
  );
  program.addCommand(
    command(
      'status',
      'say what runs and where, and what is out of the ordinary',
      'status --dir my-company',
    ).action(async (options: Common) => {
      const context = contextOf(options);
      const { run } = context;
      if (!run) throw new Failed('the stack is not up; start it with `closegate up`');
      const processes = { postgres: run.postgres?.mark, temporal: run.temporal?.mark, ...run.processes };
      const states = Object.fromEntries(
        Object.entries(processes).map(([name, mark]) => [
          name,
          isAlive(mark) ? `running (pid ${mark.pid})` : 'not running',
        ]),
      );
      const words = Object.entries(states).map(([name, state]) => `${name.padEnd(18)} ${state}`);
      const books = await withDoor(context, async ({ db }) => ({
        ...(await outOfTheOrdinary(db)),
        audit: await sealStanding(db),
      })).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
      const loud =
        typeof books === 'string' ? [`the books cannot be read: ${books}`] : attentionInWords(books);
      if (typeof books !== 'string') words.push('', sealInWords(books.audit));
      print(
        options,
        {
          processes: states,
          addresses: run.addresses,
          ...(typeof books === 'string'
            ? { reopened: null, decertified: null, audit: null, books_error: books }
            : { ...books, audit: sealAsJson(books.audit) }),
        },
        `${[...loud, ...(loud.length > 0 ? [''] : []), ...words].join('\n')}\n\n${addressesInWords(run)}`,
      );
    }),
  );
  program.addCommand(
    command('doctor', 'say what is wrong with this machine or this stack', 'doctor').action(
      async (options: Common) => {
        const findings = await diagnose(options.dir);
        const words = findings.map(
          (finding) => `${finding.ok ? 'ok  ' : 'BAD '} ${finding.what}: ${finding.finding}`,
        );
        print(options, findings, words.join('\n'));
        if (findings.some((finding) => !finding.ok)) process.exitCode = 1;
      },
    ),
  );
  program.addCommand(
    command(
      'supervise',
      'run the stack in the foreground until a signal ends it',
      'supervise --dir my-company',
    ).action(async (options: Common) => {
      await supervise(homeOf(options.dir));
    }),
    { hidden: true },
  );
}

/** Starts the stack under a supervisor of its own and waits until it is ready. A running one is kept. */
export async function up(home: Home, say: (line: string) => void): Promise<RunFile> {
  const existing = runningStack(home);
  if (existing?.ready) return existing;
  mkdirSync(join(home.stateDir, 'log'), { recursive: true });
  const logFile = join(home.stateDir, 'log', 'supervisor.log');
  const log = openSync(logFile, 'a');
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const supervisor = spawn(process.execPath, [main, 'supervise', '--dir', home.companyDir], {
    stdio: ['ignore', log, 'pipe'],
    detached: true,
    env: process.env,
  });
  const mark = markOf(supervisor.pid, 'the supervisor');
  const { stderr } = supervisor;
  stderr?.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().trimEnd().split('\n')) say(line);
  });
  for (;;) {
    const run = readRunFile(home);
    if (run?.ready && run.supervisor.pid === mark.pid) {
      stderr?.destroy();
      supervisor.unref();
      return run;
    }
    if (!isAlive(mark))
      throw new Failed(`the stack did not start: why stands above; its logs are in ${dirname(logFile)}`);
    await sleep(50);
  }
}

/** Ends a stack, whoever supervises it, or what a crash left of it. */
export async function down(home: Home): Promise<boolean> {
  const run = readRunFile(home);
  if (!run) return false;
  // The supervisor ends everything in order and removes the file; only after a crash is there something left to do.
  await endProcess(run.supervisor, 'SIGTERM', 60_000);
  await endLeftovers(home);
  return true;
}

async function supervise(home: Home): Promise<void> {
  const existing = runningStack(home);
  if (existing)
    throw new Failed(`a stack runs for ${home.companyDir} already (pid ${existing.supervisor.pid})`);
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  // Whoever started us stops listening once we are ready.
  process.stderr.on('error', () => undefined);
  const stack = new Stack(home, (line) => process.stderr.write(`${line}\n`));
  const started = stack.start();
  // A signal that comes meanwhile ends the start, too; its failure is then of no interest.
  started.catch(() => undefined);
  if ((await Promise.race([started, ended])) !== undefined) await ended;
  await stack.stop();
}

function addressesInWords(run: RunFile): string {
  return [
    `Temporal UI   ${run.addresses['temporal_ui'] ?? run.addresses['temporal'] ?? '(external)'}`,
    `MCP server    ${run.addresses['mcp'] ?? ''}`,
    `Postgres      ${(run.addresses['auditor'] ?? '').replace(/:[^:@]+@/, ':…@') || '(external)'}`,
  ].join('\n');
}
