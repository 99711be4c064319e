import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Door } from '../ledger/door.ts';
import { register } from '../ledger/register.ts';
import { parseEcbCsv } from '../policy/ecb-csv.ts';
import { loadPolicy } from '../policy/load.ts';
import { loadActors } from '../statements/actors.ts';
import { loadCompany } from '../statements/company.ts';

/**
 * Reads a company's folder (company.yaml, actors.yaml, policy.yaml, rates) and registers what changed.
 * Everything is read and checked before anything is written.
 * @returns which parts changed.
 */
export async function registerCompany(door: Door, dir: string): Promise<string[]> {
  const company = loadCompany(dir);
  const policy = loadPolicy(join(dir, 'policy.yaml'));
  const actors = loadActors(dir);
  const rates = company.fx.flatMap((file) => parseEcbCsv(readFileSync(join(dir, file), 'utf8'), file));
  return await register(
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
}
