import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ACTIONS, type Action, type Actor, type GateRequest, type Outcome } from '../../policy/contract.ts';
import { amountOf, currencyCode, formatAmount } from '../../policy/currency.ts';
import { evaluate } from '../../policy/gate.ts';
import { type Policy, loadPolicy } from '../../policy/load.ts';
import {
  calendarOf,
  dualLimitOf,
  materialityOf,
  rolesFor,
  sensitivityOf,
  tierOf,
} from '../../policy/lookups.ts';
import { closeWindow } from '../../policy/calendar.ts';
import { MoneyError, type Usd, usd } from '../../policy/money.ts';
import { loadActors } from '../../statements/actors.ts';
import { as, command, instant, month } from '../options.ts';
import { WrongUse, harmless, print } from '../output.ts';
import { homeOf } from '../stack/home.ts';
import { usualSubject } from './usual-subject.ts';

interface Options {
  readonly dir?: string;
  readonly json?: boolean;
  readonly action: Action;
  readonly as: string;
  readonly entity: string;
  readonly period: string;
  readonly at?: string;
  readonly account?: string;
  readonly amountUsd?: Usd;
  readonly cumulativeUsd?: Usd;
  readonly proposer?: string;
  readonly approved: readonly string[];
  readonly rule?: string;
  readonly ambiguous?: boolean;
  readonly state?: string;
  readonly rationale?: string;
  readonly fx: GateRequest['fx'];
  readonly locked?: boolean;
}

/** `policy explain`: what the gate would answer, from policy.yaml and actors.yaml alone. */
export function policyExplainCommand(): Command {
  return command(
    'explain',
    'what would happen to this action by this actor, and why; nothing is done or recorded',
    'policy explain --dir my-company --action confirm --as llm:recon-operator --entity US --period 2026-03 --account 1010 --amount-usd 12000.00 --proposer engine:matcher',
  )
    .addOption(new Option('--action <action>', 'what is done').argParser(actionOf).makeOptionMandatory())
    .addOption(as())
    .requiredOption('--entity <entity>', 'such as US')
    .requiredOption('--period <month>', 'the month, such as 2026-03', month)
    .option('--at <instant>', 'when, such as 2026-04-01T12:00:00Z (default: now)', instant)
    .option('--account <account>', 'such as 1010')
    .option('--amount-usd <amount>', 'such as 12000.00 (default: no amount)', amount)
    .option(
      '--cumulative-usd <amount>',
      'the sum for the same person, counterparty, account and period (default: the amount)',
      amount,
    )
    .option('--proposer <actor>', 'who proposed, flagged or prepared it (default: nobody)')
    .option('--approved <actor>', 'who has approved this very version before; may be repeated', all, [])
    .option('--rule <rule>', 'the matching rule it comes from (default: none)')
    .option('--ambiguous', 'other solutions are as good')
    .option('--state <state>', 'the state it is in (default: the one that the action starts from)')
    .option('--rationale <text>', 'the reason given')
    .addOption(
      new Option('--fx <rate>', 'the rate that the amount needs')
        .choices(['not_needed', 'fresh', 'stale', 'missing'])
        .default('not_needed'),
    )
    .option('--locked', 'the period is locked')
    .action((options: Options) => {
      const { companyDir } = homeOf(options.dir);
      const policy = loadPolicy(join(companyDir, 'policy.yaml'));
      const request = requestFrom(options, policy, loadActors(companyDir));
      const outcome = evaluate(request, policy);
      const grounds = groundsOf(request, policy);
      const { subject } = request;
      const supposed = {
        at: request.at,
        state: subject === null ? null : `${subject.kind} ${subject.state}`,
        proposer: subject?.proposer?.id ?? null,
        approved_by: subject?.approvals.map(({ actor }) => actor.id) ?? [],
        rule: subject?.rule ?? null,
        ambiguous: subject?.ambiguous ?? false,
        amount_usd: inUsd(request.amountUsd),
        cumulative_usd: inUsd(request.cumulativeUsd),
        fx: request.fx,
        rationale: request.rationale,
        period_locked: request.periodLocked,
      };
      const found = { outcome: outcome.kind, clauses: outcome.clauses, grounds, supposed };
      print(
        options,
        { policy: { version: policy.content.version, hash: policy.hash }, ...found },
        inWords(request, outcome, { ...grounds }, supposed),
      );
    });
}

function requestFrom(options: Options, policy: Policy, actors: readonly Actor[]): GateRequest {
  const find = (id: string) => actors.find((actor) => actor.id === id);
  const known = (id: string): Actor => {
    const actor = find(id);
    if (actor) return actor;
    throw new WrongUse(
      `${harmless(id)} is not in actors.yaml; it has ${actors.map((each) => each.id).join(', ')}`,
    );
  };
  const usual = usualSubject(options.action);
  const contentHash = 'the version at hand';
  return {
    action: options.action,
    at: options.at ?? new Date().toISOString(),
    // Somebody unknown may ask: the gate has an answer to that.
    actor: find(options.as) ?? null,
    actorId: options.as,
    entity: options.entity,
    period: options.period,
    account: options.account ?? null,
    periodLocked: options.locked ?? options.action === 'REOPEN',
    subject: usual && {
      kind: usual.kind,
      state: options.state?.toUpperCase() ?? usual.state,
      proposer: options.proposer === undefined ? null : known(options.proposer),
      contentHash,
      approvals: options.approved.map((id) => ({ actor: known(id), contentHash, policyHash: policy.hash })),
      rule: options.rule ?? null,
      ambiguous: options.ambiguous ?? false,
      obstacle: null,
    },
    amountUsd: options.amountUsd ?? null,
    cumulativeUsd: options.cumulativeUsd ?? options.amountUsd ?? null,
    fx: options.fx,
    rationale: options.rationale ?? null,
    adjustment: null,
    closedAccounts: [],
    approvedPolicyHash: null,
    approvedContentHash: null,
  };
}

/** What of the policy the answer rests on. */
function groundsOf(request: GateRequest, policy: Policy) {
  const { action, entity, account, period } = request;
  const sensitivity = sensitivityOf(policy, entity, account);
  const calendar = calendarOf(policy, entity);
  const window = calendar && closeWindow(calendar, period);
  return {
    tier: tierOf(policy, action, sensitivity),
    sensitivity,
    roles: rolesFor(policy, action, sensitivity),
    materiality_usd: inUsd(materialityOf(policy, entity)),
    dual_approval_usd: inUsd(dualLimitOf(policy)),
    window: window && `${window.opensAt} to ${window.closesAt ?? 'open end'}`,
  };
}

const ANSWER = {
  allow: 'ALLOWED',
  require_human_approval: 'WAITS FOR PEOPLE',
  deny: 'DENIED',
} as const satisfies Record<Outcome['kind'], string>;

function inWords(
  request: GateRequest,
  outcome: Outcome,
  grounds: Readonly<Record<string, Shown>>,
  supposed: Readonly<Record<string, Shown>>,
): string {
  const where = [request.entity, request.period, request.account].filter((part) => part !== null).join('/');
  const lines = (title: string, values: Readonly<Record<string, Shown>>) => [
    title,
    ...Object.entries(values).map(([name, value]) => `  ${name.padEnd(18)}${shown(value)}`),
  ];
  return [
    `${harmless(request.actorId)}, ${request.action.toLowerCase()} in ${harmless(where)}: ${ANSWER[outcome.kind]}`,
    ...outcome.clauses.map(
      ({ code, pointer, text }) => `  ${code} (policy.yaml#${pointer})\n    "${harmless(text, 2000)}"`,
    ),
    ...lines('policy', grounds),
    ...lines('supposed', supposed),
  ].join('\n');
}

type Shown = string | boolean | readonly string[] | null;

function shown(value: Shown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value === null || value.length === 0) return 'none';
  return harmless(typeof value === 'string' ? value : value.join(', '), 200);
}

const USD = currencyCode('USD');
const inUsd = (value: Usd | null): string | null => value && formatAmount(value, USD);

const all = (value: string, before: readonly string[]): string[] => [...before, value];

function actionOf(value: string): Action {
  const action = ACTIONS.find((each) => each === value.toUpperCase().replaceAll('-', '_'));
  if (action) return action;
  throw new InvalidArgumentError(`It is one of ${ACTIONS.map((each) => each.toLowerCase()).join(', ')}.`);
}

function amount(value: string): Usd {
  try {
    const read = amountOf(value, USD);
    if (!read.isNegative()) return usd(read);
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    throw new InvalidArgumentError(`${error.message}.`);
  }
  throw new InvalidArgumentError('An amount is not negative here: give its size.');
}
