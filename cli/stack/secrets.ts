import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair } from '../../mcp-server/tokens.ts';
import type { Home } from './home.ts';

/** Passwords and keys of an embedded stack. Made once; readable by their owner only. */
export interface Secrets {
  readonly postgresPassword: string;
  readonly enginePassword: string;
  readonly auditorPassword: string;
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
});

/** The stack's secrets, made on first use. */
export async function secretsOf(home: Home): Promise<Secrets> {
  const file = join(home.stateDir, 'keys', 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  mkdirSync(join(home.stateDir, 'keys'), { recursive: true, mode: 0o700 });
  const id = randomBytes(4).toString('hex');
  const agent = await generateKeyPair(`agent-${id}`, ['llm:']);
  const people = await generateKeyPair(`people-${id}`, ['human:']);
  const files = keyFiles(home);
  writePrivate(files.agent, agent.privateKeyPem);
  writePrivate(files.people, people.privateKeyPem);
  writePrivate(files.jwks, JSON.stringify({ keys: [agent.publicJwk, people.publicJwk] }, null, 2));
  const secrets: Secrets = {
    postgresPassword: randomBytes(18).toString('hex'),
    enginePassword: randomBytes(18).toString('hex'),
    auditorPassword: randomBytes(18).toString('hex'),
    auditKeyId: `audit-${id}`,
    auditKey: randomBytes(32).toString('hex'),
    agentKeyId: agent.kid,
    peopleKeyId: people.kid,
  };
  // Last, and whole: whoever finds this file finds the keys as well.
  writePrivate(`${file}.new`, JSON.stringify(secrets, null, 2));
  renameSync(`${file}.new`, file);
  return secrets;
}

function writePrivate(file: string, content: string): void {
  writeFileSync(file, content, { mode: 0o600 });
}
