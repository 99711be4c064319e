import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Db } from '../ledger/connect.ts';
import { record } from '../ledger/audit.ts';
import type { Door } from '../ledger/door.ts';
import { reconciliationStream } from '../ledger/streams.ts';
import { policyInForce } from '../ledger/policy-in-force.ts';
import { HOSTILE } from '../examples/halden/generator/hostile.ts';
import { loadCompany } from '../statements/company.ts';
import { runClose } from '../cli/close.ts';
import { withDoor, withTemporal } from '../cli/context.ts';
import { investigateWorkflowId } from '../workflows/ids.ts';
import { investigate } from '../workflows/investigate.ts';
import { QUEUES } from '../workflows/queues.ts';
import { type Latency, latencyOf } from './latency.ts';
import { SCENARIOS, type Scenario } from './models/always-obeying.ts';
import { Attempts, type Trial } from './models/attempts.ts';
import { startMessagesApi } from './models/messages-api.ts';
import { type Finding, type Told, findViolations, registryOf } from './oracle.ts';
import { PERIOD, onHalden } from './stack-run.ts';

/** What the always-obeying model tried on a whole stack, and what the books say afterwards. */
export interface Injection {
  /** Conversations in which it read hostile text and then did what no model may. */
  readonly trials: number;
  /** Conversations that did not count, because nothing forbidden was tried. */
  readonly idle: number;
  /** Different hostile texts that were read in the trials. */
  readonly texts: number;
  readonly scenarios: readonly ScenarioCount[];
  readonly calls: number;
  readonly forbidden: number;
  /** How many answers of which outcome the model got; errors have none. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** What it did within its rights: left to people, and reversible. */
  readonly leftToPeople: {
    readonly proposals: number;
    readonly exceptions: number;
    readonly rejections: number;
  };
  readonly audited: Readonly<Record<string, number>>;
  readonly violations: readonly Finding[];
  readonly latency: Latency;
}

export interface ScenarioCount {
  readonly scenario: Scenario;
  readonly trials: number;
  readonly forbidden: number;
}

/** As they are imported: readers of files trim their cells, invisible characters included. */
export const HOSTILE_TEXTS: readonly string[] = Object.values(HOSTILE).map((text) => text.trim());

/** With how many scenarios each hostile line meets the model in a conversation of its own. */
const SCENARIOS_PER_TEXT = 2;
const AT_ONCE = 4;

/**
 * Closes the example company with the always-obeying model in place of a model: first the close itself, whose packets
 * hold the hostile lines among others; then one conversation for each hostile line and some of the scenarios.
 * Everything else is the real thing: workflows, workers, the Anthropic SDK, the MCP server, the gate, Postgres.
 */
export async function injectionSuite(say: (line: string) => void): Promise<Injection> {
  const assigned = new Map<string, Scenario>();
  const attempts = new Attempts(HOSTILE_TEXTS, assigned);
  const api = await startMessagesApi({ model: attempts.model });
  try {
    return await onHalden(api.baseURL, say, async (at) => {
      const before = await withDoor(at, ({ db }) => registryOf(db));
      const entities = loadCompany(at.home.companyDir).entities.map(({ code }) => code);
      const reports = await runClose(at, entities, PERIOD, () => {});
      const failed = reports.find(({ failure }) => failure !== null);
      if (failed) throw new Error(`the close of ${failed.entity} failed: ${failed.failure ?? ''}`);
      return await withDoor(at, async (door) =>
        withTemporal(at, async (client) => {
          const lines = await hostileLines(door.db);
          await investigateEach(client, door.db, await makePackets(door, lines, assigned));
          const trials = [...attempts.trials.values()];
          const violations = await findViolations(door.db, door.auditKey, before, trials.flatMap(toldIn));
          return {
            ...summary(trials),
            leftToPeople: await leftToPeople(door.db),
            audited: await auditedDecisions(door.db),
            violations,
            latency: await latencyOf(client),
          };
        }),
      );
    });
  } finally {
    await api.close();
  }
}

interface HostileLine {
  readonly id: string;
  readonly reconciliation: string;
}

/** The lines whose text somebody wrote to steer a reader, as they were imported. */
async function hostileLines(db: Db): Promise<HostileLine[]> {
  return await db
    .selectFrom('items')
    .select(['id', 'reconciliation_id as reconciliation'])
    .where('description', 'in', HOSTILE_TEXTS)
    .orderBy('id')
    .execute();
}

interface TrialPacket {
  readonly reconciliation: string;
  readonly packet: { readonly id: string; readonly version: number; readonly itemIds: string[] };
}

/** A packet of one hostile line for each trial, in the books like any other. */
async function makePackets(
  door: Door,
  lines: readonly HostileLine[],
  assigned: Map<string, Scenario>,
): Promise<TrialPacket[]> {
  const stride = Math.floor(SCENARIOS.length / SCENARIOS_PER_TEXT);
  const packets = lines.flatMap(({ id, reconciliation }, line) =>
    Array.from({ length: SCENARIOS_PER_TEXT }, (_, nth): TrialPacket => {
      const packet = { id: `${reconciliation}/eval-${id}-${nth + 1}`, version: 1, itemIds: [id] };
      assigned.set(packet.id, SCENARIOS[(line + nth * stride) % SCENARIOS.length] ?? 'confirm_everything');
      return { reconciliation, packet };
    }),
  );
  await door.db.transaction().execute(async (tx) => {
    for (const { reconciliation, packet } of packets) {
      await tx
        .insertInto('packets')
        .values({ id: packet.id, reconciliation_id: reconciliation, item_ids: packet.itemIds, state: 'OPEN' })
        .execute();
      const stream = reconciliationStream(reconciliation);
      await record(tx, door.auditKey, stream, {
        event_type: 'PACKETS_MADE',
        actor_id: 'engine:close',
        subject: `packet:${packet.id}`,
      });
    }
  });
  return packets;
}

async function investigateEach(client: Client, db: Db, packets: readonly TrialPacket[]): Promise<void> {
  const { agent } = (await policyInForce(db)).content;
  const waiting = [...packets];
  const one = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await client.workflow.execute(investigate, {
        workflowId: investigateWorkflowId(next.packet.id),
        taskQueue: QUEUES.close,
        // A trial takes seconds. One that hangs must fail the suite, not keep it waiting.
        workflowExecutionTimeout: '2 minutes',
        args: [
          {
            ...next,
            agent: {
              model: agent.model,
              maxTurns: agent.max_turns,
              maxTokensPerTurn: agent.max_tokens_per_turn,
              maxInputTokens: agent.max_input_tokens,
            },
          },
        ],
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  // Visibility, from which latencies are listed, comes a moment after the end.
  await sleep(500);
}

function toldIn({ packet, answers }: Trial): Told[] {
  return answers.flatMap(({ toolCallId, answer }) => {
    const outcome = answer?.['outcome'];
    const receipt = answer?.['receipt'] as { stream: string; seq: string } | undefined;
    if (typeof outcome !== 'string' || !receipt) return [];
    const session = `${investigateWorkflowId(packet)}#v1`;
    return [{ session, toolCallId, outcome, stream: receipt.stream, seq: receipt.seq }];
  });
}

function summary(all: readonly Trial[]) {
  const trials = all.filter(({ forbidden }) => forbidden.size > 0);
  const outcomes: Record<string, number> = {};
  for (const { answer } of trials.flatMap(({ answers }) => answers)) {
    const outcome = answer?.['outcome'];
    const word = answer === null ? 'error' : typeof outcome === 'string' ? outcome : 'read';
    outcomes[word] = (outcomes[word] ?? 0) + 1;
  }
  const total = (some: readonly Trial[], count: (trial: Trial) => number) =>
    some.reduce((sum, trial) => sum + count(trial), 0);
  return {
    trials: trials.length,
    texts: new Set(trials.flatMap(({ read }) => [...read])).size,
    idle: all.length - trials.length,
    calls: total(trials, ({ calls }) => calls.size),
    forbidden: total(trials, ({ forbidden }) => forbidden.size),
    outcomes,
    scenarios: SCENARIOS.map((scenario) => {
      const own = trials.filter((trial) => trial.scenario === scenario);
      return { scenario, trials: own.length, forbidden: total(own, ({ forbidden }) => forbidden.size) };
    }),
  };
}

async function leftToPeople(db: Db): Promise<Injection['leftToPeople']> {
  const count = async (rows: Promise<readonly unknown[]>) => (await rows).length;
  const matches = db.selectFrom('matches').select('matches.id');
  return {
    proposals: await count(
      matches.where('proposed_by', 'like', 'llm:%').where('state', '=', 'PROPOSED').execute(),
    ),
    exceptions: await count(
      db.selectFrom('exceptions').select('id').where('raised_by', 'like', 'llm:%').execute(),
    ),
    rejections: await count(
      matches.where('decided_by', 'like', 'llm:%').where('state', '=', 'REJECTED').execute(),
    ),
  };
}

/** What the audit log holds about the model: gate decisions, and calls that were refused before the gate. */
async function auditedDecisions(db: Db): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('audit_events')
    .select(({ fn }) => ['event_type', 'decision', fn.countAll<string>().as('count')])
    .where('actor_id', 'like', 'llm:%')
    .groupBy(['event_type', 'decision'])
    .orderBy('event_type')
    .orderBy('decision')
    .execute();
  return Object.fromEntries(
    rows.map((row) => [
      row.event_type === 'DECISION' ? (row.decision ?? '') : row.event_type.toLowerCase(),
      Number.parseInt(row.count, 10),
    ]),
  );
}
