import { sql } from 'kysely';
import { CODES } from '../policy/contract.ts';
import { startTestServers } from '../tests/harness/servers.ts';
import { type Scenario, Stage } from './scenarios/stage.ts';
import { TOOLS } from './scenarios/tools.ts';
import { WHAT } from './scenarios/what.ts';
import { WHO } from './scenarios/who.ts';
import { endOnInterrupt } from './stack-run.ts';

/** How one scenario ended. `wrong` says in words what was not as expected; empty when everything was. */
export interface ScenarioResult {
  readonly name: string;
  readonly outcome: string;
  readonly codes: readonly string[];
  readonly wrong: readonly string[];
}

export interface PolicyEnforcement {
  readonly scenarios: readonly ScenarioResult[];
  /** Controls of the contract that no scenario made speak. */
  readonly uncovered: readonly string[];
}

/** All scenarios, in the order of the report. */
export const POLICY_SCENARIOS: readonly Scenario[] = [...WHO, ...WHAT, ...TOOLS];

/** Runs every scenario on a database of its own. */
export async function policySuite(): Promise<PolicyEnforcement> {
  const servers = await startTestServers();
  const { forget } = endOnInterrupt(() => servers.stop());
  try {
    Object.assign(process.env, servers.env);
    const scenarios: ScenarioResult[] = [];
    for (const scenario of POLICY_SCENARIOS) scenarios.push(await runScenario(scenario));
    const heard = new Set(scenarios.flatMap(({ codes }) => codes));
    return { scenarios, uncovered: CODES.filter((code) => !heard.has(code)) };
  } finally {
    for (const name of Object.keys(servers.env)) Reflect.deleteProperty(process.env, name);
    await servers.stop();
    forget();
  }
}

/** Runs one scenario and judges it by its answer, the audit log, and every state table before and after. */
export async function runScenario(scenario: Scenario): Promise<ScenarioResult> {
  const stage = await Stage.set(scenario);
  try {
    const attempt = await scenario.prepare(stage);
    const before = { tables: await stage.digests(), audit: await auditRows(stage) };
    const { outcome, codes: quoted } = await attempt();
    const after = { tables: await stage.digests(), audit: await auditRows(stage) };
    const events = after.audit.slice(before.audit.length);
    const codes = events[0]?.codes ?? [];

    const { expect } = scenario;
    const wrong: string[] = [];
    const check = (what: string, is: unknown, shouldBe: unknown) => {
      if (JSON.stringify(is) !== JSON.stringify(shouldBe))
        wrong.push(`${what}: ${JSON.stringify(is)}, expected ${JSON.stringify(shouldBe)}`);
    };
    check('answer', outcome, expect.outcome);
    check('clauses in the audit log', codes, expect.codes);
    // A settlement answers with counts; its clauses are in the audit log only.
    if (quoted.length > 0 || expect.decision !== 'batch')
      check('clauses in the answer', quoted, expect.codes);
    check(
      'new audit events',
      events.map(({ decision }) => decision),
      [expect.decision],
    );
    const changed = [...after.tables].flatMap(([table, digest]) =>
      before.tables.get(table) === digest ? [] : [table],
    );
    check('tables changed', [...changed].sort(), [...expect.changes].sort());
    for (const [table, states] of Object.entries(expect.states ?? {}))
      check(`states of ${table}`, await statesOf(stage, table), states);
    return { name: scenario.name, outcome, codes, wrong };
  } finally {
    await stage.database.close();
  }
}

async function auditRows(stage: Stage): Promise<{ decision: string | null; codes: string[] }[]> {
  return await stage.database.db
    .selectFrom('audit_events')
    .select(['decision', 'codes'])
    .orderBy('id')
    .execute();
}

async function statesOf(stage: Stage, table: string): Promise<string[]> {
  const { rows } = await sql<{ state: string }>`
    select distinct state from ${sql.table(table)} order by state`.execute(stage.database.db);
  return rows.map(({ state }) => state);
}
