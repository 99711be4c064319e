import { join } from 'node:path';
import type { Door } from '../ledger/door.ts';
import { register } from '../ledger/register.ts';
import { loadPolicy } from '../policy/load.ts';
import { loadActors } from '../statements/actors.ts';
import { loadCompany } from '../statements/company.ts';
import { readRateFile } from '../statements/rate-files.ts';
import { harmless } from './output.ts';

/**
 * Reads a company's folder (company.yaml, actors.yaml, policy.yaml, rates) and registers what changed.
 * Everything is read and checked before anything is written. What the folder says otherwise than the registry, and only
 * people can decide, is told.
 * @returns which parts changed.
 */
export async function registerCompany(
  door: Door,
  dir: string,
  tell: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<readonly string[]> {
  const company = loadCompany(dir);
  const policy = loadPolicy(join(dir, 'policy.yaml'));
  const actors = loadActors(dir);
  const rates = company.fx.flatMap((file) => readRateFile(join(dir, file)).rates);
  const { changed, differences } = await register(
    door,
    { actorId: 'engine:close', sessionId: 'register', toolCallId: policy.hash },
    {
      policy,
      actors,
      rates,
      entities: company.entities.map(({ code, name, currency }) => ({ id: code, name, currency })),
      accounts: company.entities.flatMap((entity) =>
        entity.accounts.map((account) => ({
          entity: entity.code,
          code: account.code,
          name: account.name,
          currency: account.currency,
          statement_currency: account.statement.currency,
          kind: account.kind,
          counterparty_entity: account.counterparty?.entity ?? null,
          counterparty_account: account.counterparty?.account ?? null,
        })),
      ),
    },
  );
  for (const line of differences) tell(harmless(line, 400));
  return changed;
}
