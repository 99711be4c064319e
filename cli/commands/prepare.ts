import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { Client } from 'pg';
import { connect } from '../../ledger/connect.ts';
import { generateKeyPair } from '../../mcp-server/tokens.ts';
import { migrate } from '../../migrations/migrate.ts';
import { auditKeyFromEnvironment, required } from '../../workers/environment.ts';
import { command } from '../options.ts';
import { print } from '../output.ts';
import { registerCompany } from '../register-company.ts';
import { homeOf } from '../stack/home.ts';
import { makeSealerKey } from '../stack/secrets.ts';

/** `prepare`: makes somebody else's Postgres ready, once, before the processes of docker-compose.yml start. */
export function prepareCommand(program: Command): void {
  program.addCommand(
    command(
      'prepare',
      'make an external Postgres ready: migrate (DATABASE_ADMIN_URL), set the roles’ passwords, make signing keys, register the company',
      'prepare --dir /company --keys /keys',
    )
      .requiredOption(
        '--keys <dir>',
        'where the signing keys go: agent/agent.pem, people/people.pem, server/jwks.json, sealer/sealer.pem',
      )
      .action(async (options: { dir?: string; json?: boolean; keys: string }) => {
        const home = homeOf(options.dir);
        const auditKey = auditKeyFromEnvironment();
        const enginePassword = required('CLOSEGATE_ENGINE_PASSWORD');
        const applied = await prepareDatabase(required('DATABASE_ADMIN_URL'), {
          closegate_engine: enginePassword,
          closegate_auditor: required('CLOSEGATE_AUDITOR_PASSWORD'),
          closegate_sealer: required('CLOSEGATE_SEALER_PASSWORD'),
        });
        const madeKeys = await makeKeys(options.keys);
        const engine = new URL(required('DATABASE_ADMIN_URL'));
        engine.username = 'closegate_engine';
        engine.password = enginePassword;
        const db = connect(engine.href, 1);
        try {
          const changed = await registerCompany({ db, auditKey }, home.companyDir);
          const words = [
            `migrations applied: ${applied.join(', ') || 'none'}`,
            `keys: ${madeKeys ? 'made' : 'there already'}`,
            `registered: ${changed.join(', ') || 'nothing new'}`,
          ];
          print(options, { applied, madeKeys, changed }, words.join('\n'));
        } finally {
          await db.destroy();
        }
      }),
  );
}

async function prepareDatabase(
  adminUrl: string,
  passwords: Readonly<Record<string, string>>,
): Promise<string[]> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const applied = await migrate(client);
    for (const [role, password] of Object.entries(passwords))
      await client.query(`alter role ${role} password ${client.escapeLiteral(password)}`);
    return applied;
  } finally {
    await client.end();
  }
}

/** One folder a reader, so that each process can be given its own and no other. */
async function makeKeys(folder: string): Promise<boolean> {
  const sealer = join(folder, 'sealer', 'sealer.pem');
  if (!existsSync(sealer)) {
    mkdirSync(dirname(sealer), { recursive: true });
    makeSealerKey(sealer, join(folder, 'sealer', 'verifier.txt'));
  }
  const jwks = join(folder, 'server', 'jwks.json');
  if (existsSync(jwks)) return false;
  const agent = await generateKeyPair('agent', ['llm:']);
  const people = await generateKeyPair('people', ['human:']);
  for (const [file, content] of [
    [join(folder, 'agent', 'agent.pem'), agent.privateKeyPem],
    [join(folder, 'people', 'people.pem'), people.privateKeyPem],
    [jwks, JSON.stringify({ keys: [agent.publicJwk, people.publicJwk] })],
  ] as const) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o600 });
  }
  return true;
}
