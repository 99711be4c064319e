import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signerOf, verifierOf, verifierText } from '../../ledger/checkpoint.ts';
import { generateKeyPair } from '../../mcp-server/tokens.ts';
import type { Home } from './home.ts';

/** Passwords and keys of an embedded stack. Made once; readable by their owner only. */
export interface Secrets {
  readonly postgresPassword: string;
  readonly enginePassword: string;
  readonly auditorPassword: string;
  readonly sealerPassword: string;
  readonly auditKeyId: string;
  /** Hex. Never written to the database. */
  readonly auditKey: string;
  /** Signs for `llm:` actors and no other; the agent worker alone gets its file. */
  readonly agentKeyId: string;
  /** Signs for `human:` actors; used by `closegate mcp token`. */
  readonly peopleKeyId: string;
}

export const keyFiles = (home: Home) => ({
  agent: join(home.stateDir, 'keys', 'agent.pem'),
  people: join(home.stateDir, 'keys', 'people.pem'),
  jwks: join(home.stateDir, 'keys', 'jwks.json'),
  /** Signs the audit log's checkpoints; the sealer alone gets it. */
  sealer: join(home.stateDir, 'keys', 'sealer.pem'),
  /** Whose signature counts on checkpoints: for whoever verifies. */
  verifier: join(home.stateDir, 'keys', 'verifier.txt'),
  /** What the audit log is called since it was restored; not there before that. */
  origin: join(home.stateDir, 'keys', 'log-origin'),
});

/** The audit log's name on its checkpoints, as long as it was never restored. */
export const LOG_ORIGIN = 'closegate.local/audit';

/** The audit log's name: the environment's, the one that it has since a restore, or the usual one. */
export function logOrigin(home: Home): string {
  const { origin } = keyFiles(home);
  const kept = existsSync(origin) ? readFileSync(origin, 'utf8').trim() : '';
  return process.env['CLOSEGATE_LOG_ORIGIN'] || kept || LOG_ORIGIN;
}

/** Keeps the name that the log has since it was restored, for the sealer's next start. */
export function keepLogOrigin(home: Home, origin: string): void {
  writePrivate(keyFiles(home).origin, `${origin}\n`);
}

/** The stack's secrets, made on first use. */
export async function secretsOf(home: Home): Promise<Secrets> {
  const file = join(home.stateDir, 'keys', 'secrets.json');
  if (existsSync(file)) {
    const known = JSON.parse(readFileSync(file, 'utf8')) as Secrets;
    // A home from before there was a sealer.
    return known.sealerPassword ? known : keep(file, home, known);
  }
  mkdirSync(join(home.stateDir, 'keys'), { recursive: true, mode: 0o700 });
  const id = randomBytes(4).toString('hex');
  const agent = await generateKeyPair(`agent-${id}`, ['llm:']);
  const people = await generateKeyPair(`people-${id}`, ['human:']);
  const files = keyFiles(home);
  writePrivate(files.agent, agent.privateKeyPem);
  writePrivate(files.people, people.privateKeyPem);
  writePrivate(files.jwks, JSON.stringify({ keys: [agent.publicJwk, people.publicJwk] }, null, 2));
  return keep(file, home, {
    postgresPassword: randomBytes(18).toString('hex'),
    enginePassword: randomBytes(18).toString('hex'),
    auditorPassword: randomBytes(18).toString('hex'),
    auditKeyId: `audit-${id}`,
    auditKey: randomBytes(32).toString('hex'),
    agentKeyId: agent.kid,
    peopleKeyId: people.kid,
  });
}

function keep(file: string, home: Home, others: Omit<Secrets, 'sealerPassword'>): Secrets {
  const files = keyFiles(home);
  makeSealerKey(files.sealer, files.verifier);
  const secrets = { ...others, sealerPassword: randomBytes(18).toString('hex') };
  // Last, and whole: whoever finds this file finds the keys as well.
  writePrivate(`${file}.new`, JSON.stringify(secrets, null, 2));
  renameSync(`${file}.new`, file);
  return secrets;
}

/** Makes the key that signs checkpoints, and writes beside it whose signature counts. */
export function makeSealerKey(keyFile: string, verifierFile: string): void {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  writePrivate(keyFile, pem);
  writePrivate(verifierFile, `${verifierText(verifierOf(signerOf(LOG_ORIGIN, pem)))}\n`);
}

function writePrivate(file: string, content: string): void {
  writeFileSync(file, content, { mode: 0o600 });
}
