import { readFileSync } from 'node:fs';
import { createAgentActivities } from '../activities/agent/index.ts';
import { agentTokens } from '../activities/agent/token.ts';
import { QUEUES } from '../workflows/queues.ts';
import { claimProcess } from './claim-process.ts';
import { CannotStart, required } from './environment.ts';
import { runWorker } from './run-worker.ts';

// The agent worker: model turns and tool calls. Holds the model key and its own signing key, and no database.
const DATABASE_SETTINGS = [
  'DATABASE_URL',
  'DATABASE_ADMIN_URL',
  'PGHOST',
  'PGPASSWORD',
  'PGSERVICE',
  'CLOSEGATE_AUDIT_KEY',
];

try {
  const held = DATABASE_SETTINGS.filter((name) => process.env[name] !== undefined);
  if (held.length > 0) {
    throw new CannotStart(
      `${held.join(', ')} must not reach the agent worker: it acts through the tools only; unset it`,
    );
  }
  const baseURL = process.env['ANTHROPIC_BASE_URL'];
  const anthropic = { apiKey: required('ANTHROPIC_API_KEY'), ...(baseURL ? { baseURL } : {}) };
  const mcpUrl = required('CLOSEGATE_MCP_URL');
  const actorId = process.env['CLOSEGATE_ACTOR_ID'] ?? 'llm:recon-operator';
  const token = agentTokens({
    privateKeyPem: readFileSync(required('CLOSEGATE_AGENT_KEY_FILE'), 'utf8'),
    kid: required('CLOSEGATE_AGENT_KEY_ID'),
    actorId,
  });
  // A token for no reconciliation: it is good for holding the name and for nothing else.
  const name = await claimProcess(
    mcpUrl,
    () => token({ session: `process/${actorId}`, reconciliation: 'none' }),
    (reason) => {
      process.stderr.write(`agent-worker: ${reason}\n`);
      process.exit(1);
    },
  );
  await runWorker(
    'agent-worker',
    {
      taskQueue: QUEUES.agent,
      activities: createAgentActivities({ anthropic, mcpUrl, token }),
      maxConcurrentActivityTaskExecutions: 8,
    },
    async () => name.release(),
  );
} catch (error) {
  process.stderr.write(`agent-worker: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
