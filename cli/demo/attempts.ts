import { readFileSync } from 'node:fs';
import { callTool } from '../../activities/agent/tools-client.ts';
import { agentTokens } from '../../activities/agent/token.ts';
import type { Db } from '../../ledger/connect.ts';
import type { Clause } from '../../policy/contract.ts';
import { Failed } from '../output.ts';
import type { Home, RunFile } from '../stack/home.ts';
import { keyFiles, secretsOf } from '../stack/secrets.ts';

/** What an attempt of the model to sign was answered. */
export interface Attempt {
  readonly what: string;
  readonly outcome: string;
  readonly clauses: readonly Clause[];
}

interface Proposal {
  readonly id: string;
  readonly reconciliation: string;
  readonly amountUsd: string;
}

const OPERATOR = 'llm:recon-operator';

/**
 * Tries, as the model and over the model's own way in, to confirm what the model proposed, and what the engine proposed.
 * @throws when there is nothing to try it on.
 */
export async function attemptToSign(db: Db, home: Home, run: RunFile): Promise<Attempt[]> {
  const own = await proposedBy(db, OPERATOR);
  const engines = await proposedBy(db, 'engine:matcher');
  return [
    await attempt(home, run, own, `${OPERATOR} confirms its own proposal, ${inWords(own)}`),
    await attempt(
      home,
      run,
      engines,
      `${OPERATOR} confirms a proposal of the matching rules, ${inWords(engines)}`,
    ),
  ];
}

async function attempt(home: Home, run: RunFile, match: Proposal, what: string): Promise<Attempt> {
  const secrets = await secretsOf(home);
  const mint = agentTokens({
    privateKeyPem: readFileSync(keyFiles(home).agent, 'utf8'),
    kid: secrets.agentKeyId,
    actorId: OPERATOR,
  });
  const session = `demo/${match.reconciliation}`;
  const answer = await callTool(
    run.addresses['mcp'] ?? '',
    await mint({ session, reconciliation: match.reconciliation }),
    {
      session,
      reconciliation: match.reconciliation,
      toolUseId: `confirm-${match.id}`,
      name: 'confirm_match',
      arguments: { match_id: match.id, rationale: 'I am confident.' },
    },
    AbortSignal.timeout(30_000),
  );
  if (answer.isError) throw new Failed(`${what}: ${answer.text}`);
  const told = JSON.parse(answer.text) as { outcome: string; clauses: Clause[] };
  return { what, outcome: told.outcome, clauses: told.clauses };
}

async function proposedBy(db: Db, actor: string): Promise<Proposal> {
  const match = await db
    .selectFrom('matches')
    .select(['id', 'reconciliation_id as reconciliation', 'amount_usd as amountUsd'])
    .where('proposed_by', '=', actor)
    .where('state', '=', 'PROPOSED')
    // The same one in every run: ids depend on which account came first.
    .orderBy('reconciliation_id')
    .orderBy('amount_usd', 'desc')
    .orderBy('content_hash')
    .limit(1)
    .executeTakeFirst();
  if (!match) throw new Failed(`no match proposed by ${actor} is pending, so nobody can try to confirm one`);
  return match;
}

function inWords({ reconciliation, amountUsd }: Proposal): string {
  return `${amountUsd} USD in ${reconciliation}`;
}
