import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { contextOf, temporalAddress } from '../context.ts';
import { command } from '../options.ts';
import { Failed, WrongUse, print } from '../output.ts';
import { replayHistory } from '../replay.ts';
import { BIN_DIR } from '../stack/home.ts';
import { findTemporalCli } from '../stack/temporal-cli.ts';

/** `replay`. */
export function replayCommand(program: Command): void {
  program.addCommand(
    command(
      'replay',
      "run a recorded history against today's code; exit 1 when it would decide otherwise",
      'replay close/US/2026-03',
    )
      .argument('[workflow]', 'a workflow id')
      .option('--file <file>', 'a history as `temporal workflow show --output json` writes it')
      .action(
        async (workflow: string | undefined, options: { dir?: string; json?: boolean; file?: string }) => {
          if ((workflow === undefined) === (options.file === undefined)) {
            throw new WrongUse('name either a workflow id or --file FILE');
          }
          const history =
            options.file === undefined ? await download(options, workflow ?? '') : read(options.file);
          const result = await replayHistory(history, workflow ?? options.file ?? '');
          const words = result.ok ? `replays: ${result.events} events` : `does not replay: ${result.finding}`;
          print(options, result, words);
          if (!result.ok) process.exitCode = 1;
        },
      ),
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failed(`${file} cannot be read: ${String(error)}`);
  }
}

// The CLI's JSON, because a history fetched and stringified by the SDK does not replay.
async function download(options: { dir?: string }, workflow: string): Promise<string> {
  const cli = await findTemporalCli(BIN_DIR, () => undefined);
  const address = temporalAddress(contextOf(options));
  const shown = spawnSync(
    cli.path,
    ['workflow', 'show', '-w', workflow, '--output', 'json', '--address', address],
    {
      encoding: 'utf8',
      maxBuffer: 200 * 1024 * 1024,
    },
  );
  if (shown.status !== 0)
    throw new Failed(`the history of ${workflow} could not be had: ${shown.stderr.trim()}`);
  return shown.stdout;
}
