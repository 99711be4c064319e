import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Command, Argument } from 'commander';
import { findActor } from '../../ledger/actors.ts';
import { mintToken } from '../../mcp-server/tokens.ts';
import { contextOf, withDoor } from '../context.ts';
import { memoryEnvironmentOf, nodeFlagsOf } from '../node-flags.ts';
import { as, command } from '../options.ts';
import { Failed, print } from '../output.ts';
import { keyFiles, secretsOf } from '../stack/secrets.ts';

const WORKERS = {
  close: 'workers/close.ts',
  agent: 'workers/agent.ts',
  sealer: 'workers/sealer.ts',
} as const;
const HUMAN_TOKEN_SECONDS = 8 * 60 * 60;

/** `mcp serve`, `mcp token`, `worker`: the processes by themselves, configured by their environment. */
export function serveCommands(program: Command): void {
  const mcp = program.command('mcp').description('the seven tools over MCP');
  mcp.addCommand(
    command(
      'serve',
      'run the mcp-server in the foreground, configured by its environment (docker-compose.yml shows it)',
      'mcp serve',
    ).action(() => runEntry('cli/processes/mcp-server.ts')),
  );
  mcp.addCommand(
    command('token', "a token for a person's own MCP client", 'mcp token --as human:mei.tan')
      .addOption(as())
      .action(async (options: { dir?: string; json?: boolean; as: string }) => {
        const context = contextOf(options);
        const actor = await withDoor(context, ({ db }) => findActor(db, options.as));
        if (!actor?.active || actor.kind !== 'human')
          throw new Failed(`${options.as} is no active person in actors.yaml`);
        const secrets = await secretsOf(context.home);
        const token = await mintToken({
          privateKeyPem: readFileSync(keyFiles(context.home).people, 'utf8'),
          kid: secrets.peopleKeyId,
          sub: options.as,
          sid: `mcp/${options.as}`,
          ttlSeconds: HUMAN_TOKEN_SECONDS,
        });
        print(options, { token, url: context.run?.addresses['mcp'] ?? null }, token);
      }),
  );
  program.addCommand(
    command('worker', 'run one worker in the foreground, configured by its environment', 'worker close')
      .addArgument(new Argument('<which>', 'which worker').choices(Object.keys(WORKERS)))
      .action((which: keyof typeof WORKERS) => runEntry(WORKERS[which])),
  );
}

async function runEntry(entry: string): Promise<void> {
  const child = spawn(
    process.execPath,
    [...nodeFlagsOf(entry), fileURLToPath(new URL(`../../${entry}`, import.meta.url))],
    {
      stdio: 'inherit',
      env: { ...process.env, ...memoryEnvironmentOf(entry) },
    },
  );
  // A terminal's Ctrl-C reaches the child by itself; a kill is passed on.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.exitCode = await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}
