import { spawnSync } from 'node:child_process';
import { harmless } from '../cli/output.ts';
import { PROGRAM } from '../cli/stack/home.ts';
import type { Accuracy } from './accuracy.ts';
import type { Matching } from './accuracy/matching.ts';
import type { Score } from './scoring.ts';
import { type Check, type Ran, ratio } from './checks.ts';
import type { Injection } from './injection.ts';
import type { Spread } from './latency.ts';
import { CHECK_NAMES } from './oracle.ts';
import type { PolicyEnforcement } from './policy-scenarios.ts';
import { PERIOD } from './stack-run.ts';
import type { THRESHOLDS } from './thresholds.ts';

/** Everything that `report.json` holds; `report.md` says the same for people. */
export interface Report {
  readonly at: string;
  readonly commit: string;
  readonly tookMs: number;
  readonly pass: boolean;
  readonly checks: readonly Check[];
  readonly thresholds: typeof THRESHOLDS;
  readonly accuracy: Ran<Accuracy>;
  readonly matching: Ran<Matching>;
  readonly policy: Ran<PolicyEnforcement>;
  readonly injection: Ran<Injection>;
}

/** The commit that the program runs from, with a note when files were changed since; `unknown` outside a repository. */
export function commitOf(): string {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: PROGRAM, encoding: 'utf8' });
  const head = git('rev-parse', 'HEAD');
  if (head.status !== 0) return 'unknown';
  const changed = git('status', '--porcelain').stdout.trim() !== '';
  return `${head.stdout.trim()}${changed ? ' with local changes' : ''}`;
}

/** The report for an auditor. */
export function reportInWords(report: Report): string {
  const { accuracy, matching, policy, injection } = report;
  const parts = [
    `# Evals: ${report.pass ? 'PASS' : 'FAIL'}`,
    head(report),
    '## Verdict',
    table(
      ['suite', 'what', 'measured', 'required', ''],
      report.checks.map((one) => [
        one.suite,
        one.what,
        one.measured,
        one.required,
        one.pass ? 'PASS' : '**FAIL**',
      ]),
    ),
    '## Accuracy against truth.csv',
    'result' in accuracy ? accuracyPart(accuracy.result) : `Did not run: ${cell(accuracy.failure)}`,
    '## The rules by themselves',
    'result' in matching ? matchingPart(matching.result) : `Did not run: ${cell(matching.failure)}`,
    '## Policy enforcement',
    'result' in policy ? policyPart(policy.result) : `Did not run: ${cell(policy.failure)}`,
    '## A model that obeys hostile text',
    'result' in injection ? injectionPart(injection.result) : `Did not run: ${cell(injection.failure)}`,
    '## Latency',
    latencyPart(report),
    'What each suite can and cannot prove: `docs/evals.md`.',
  ];
  return `${parts.join('\n\n')}\n`;
}

function head({ at, commit, tookMs, accuracy }: Report): string {
  const told = 'result' in accuracy ? accuracy.result : null;
  return table(
    ['', ''],
    [
      ['date', at],
      ['commit', commit],
      ['policy (SHA-256)', told?.policyHash ?? 'unknown'],
      ['model in the accuracy suite', told?.model ?? 'unknown'],
      ['model in the injection suite', 'always-obeying script: follows every instruction that it reads'],
      ['took', `${(tookMs / 1000).toFixed(0)} s`],
    ],
  );
}

function accuracyPart(accuracy: Accuracy): string {
  const { score, settled, proposed, reasons, lines, open } = accuracy;
  const few = score.types.filter(({ f1 }) => f1 < 1).map(({ type }) => type);
  return [
    `The example company's ${PERIOD}, closed from its files up to the review: ${lines} lines. A match is right when the ` +
      'answer key has exactly its lines; pairings of indistinguishable lines count as equal. Exceptions are counted by line.',
    scoreTable(score),
    [
      `- macro-F1 ${ratio(score.macroF1)}${few.length > 0 ? ` (not perfect: ${few.join(', ')})` : ''}`,
      `- settled without a person: ${settled.count}, wrong: ${settled.wrong.length}${settled.wrong.map((one) => `\n  - ${cell(one)}`).join('')}`,
      `- proposed to people: ${proposed.count}, wrong: ${proposed.wrong}`,
      `- exceptions whose reason fits the key's: ${reasons.right} of ${reasons.of} (information)`,
      `- lines that nobody proposed or flagged: ${open} (information)`,
    ].join('\n'),
  ].join('\n\n');
}

function scoreTable({ types }: Score): string {
  return table(
    ['type', 'in the key', 'claimed', 'right', 'precision', 'recall', 'F1'],
    types.map(({ type, expected, claimed, right, precision, recall, f1 }) => [
      ...[type, String(expected), String(claimed), String(right)],
      ...[ratio(precision), ratio(recall), ratio(f1)],
    ]),
  );
}

function matchingPart({ sets }: Matching): string {
  return sets
    .map(({ name, accuracy, seconds }) => {
      const { cases, lines, score, pairPrecision, pairRecall, settled, settledWrong, wrong, missed } =
        accuracy;
      const some = (list: readonly string[]) =>
        list
          .slice(0, 20)
          .map((one) => `\n  - ${cell(one)}`)
          .join('') + (list.length > 20 ? '\n  - …' : '');
      return [
        `**${name}**: ${cases} cases, ${lines} lines, ${seconds.toFixed(1)} s`,
        scoreTable(score),
        [
          `- macro-F1 ${ratio(score.macroF1)}; pairs: precision ${ratio(pairPrecision)}, recall ${ratio(pairRecall)}`,
          `- settled: ${settled}, wrong: ${settledWrong.length}${some(settledWrong)}`,
          `- matches that are wrong: ${wrong.length}${some(wrong)}`,
          `- not found: ${missed.length}${some(missed)}`,
        ].join('\n'),
      ].join('\n\n');
    })
    .join('\n\n');
}

function policyPart({ scenarios }: PolicyEnforcement): string {
  return [
    'Each on a database of its own, judged by its answer, by the one new audit event, and by every state table before and ' +
      'after. Clauses are listed as the audit log quotes them.',
    table(
      ['scenario', 'outcome', 'clauses', ''],
      scenarios.map(({ name, outcome, codes, wrong }) => [
        name,
        outcome,
        codes.join(', '),
        wrong.length === 0 ? 'PASS' : `**FAIL** ${wrong.join('; ')}`,
      ]),
    ),
  ].join('\n\n');
}

function injectionPart(injection: Injection): string {
  const { trials, idle, calls, forbidden, outcomes, scenarios, leftToPeople, audited, violations } =
    injection;
  const counts = (some: Readonly<Record<string, number>>) =>
    Object.entries(some)
      .map(([name, count]) => `${name.replaceAll('_', ' ')} ${count}`)
      .join(', ');
  const found = new Map(violations.map(({ check, rows }) => [check, rows]));
  return [
    `${trials} trials (${idle} more conversations met no hostile text and do not count), ${calls} tool calls, of which ${forbidden} ` +
      'no model may make. Through the real workflows, agent worker, Anthropic SDK, MCP server and gate; judged by the ' +
      'tables of Postgres afterwards, never by what was said.',
    table(
      ['scenario', 'trials', 'forbidden calls'],
      scenarios.map((one) => [one.scenario.replaceAll('_', ' '), String(one.trials), String(one.forbidden)]),
    ),
    table(
      ['what must hold in the books', ''],
      CHECK_NAMES.map((check) => [
        check,
        found.has(check) ? `**FAIL** ${found.get(check)?.join('; ')}` : 'PASS',
      ]),
    ),
    [
      violations.length === 0
        ? `- 0 violations in ${trials} trials: by the rule of three a rate of at most 3/n = ${((3 / Math.max(trials, 3)) * 100).toFixed(1)} %, at 95 % confidence. ` +
          'The rule supposes independent trials drawn at random; these are scripted, so take it as a measure of how much was tried.'
        : `- **${violations.length} checks found violations.**`,
      `- what the model was answered: ${counts(outcomes)}`,
      `- what the audit log holds about it: ${counts(audited)}`,
      `- left to people, within its rights: ${leftToPeople.proposals} proposals, ${leftToPeople.exceptions} exceptions, ${leftToPeople.rejections} rejections`,
    ].join('\n'),
  ].join('\n\n');
}

function latencyPart({ accuracy, injection }: Report): string {
  if (!('result' in accuracy)) return 'Not measured.';
  const { latency, scripted, startMs, closeMs } = accuracy.result;
  const row = (what: string, { count, p50, p95 }: Spread) => [what, String(count), ms(p50), ms(p95)];
  const under = 'result' in injection ? injection.result.latency : null;
  return [
    scripted
      ? 'The models are scripted: these figures are of the machinery around a model, not of a model.'
      : 'Turns of the close include the real model; turns under attack are scripted.',
    table(
      ['from Temporal histories', 'count', 'p50', 'p95'],
      [
        row('model turn, close', latency.modelTurn),
        row('tool call, close', latency.toolCall),
        ...(under
          ? [row('model turn, under attack', under.modelTurn), row('tool call, under attack', under.toolCall)]
          : []),
      ],
    ),
    `- start of the whole stack on an empty folder: ${ms(startMs)}\n- close of all entities from files to review: ${ms(closeMs)}`,
  ].join('\n\n');
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(headers), `|${headers.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

// Ids and error texts may come from files: nothing of them may be read as markup.
function cell(text: string): string {
  return harmless(text, 600).replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
