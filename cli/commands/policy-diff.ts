import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Db } from '../../ledger/connect.ts';
import { type Finding, type HistorySummary, type Judgement, replayHistory } from '../../ledger/history.ts';
import { policyByHash, policyInForce } from '../../ledger/policy-in-force.ts';
import { policyVersions } from '../../ledger/policy-versions.ts';
import {
  type PolicyDifference,
  type PolicyValue,
  actsBesideTheGate,
  policyDifferences,
} from '../../policy/diff.ts';
import { type Policy, parsePolicy, readPolicyText } from '../../policy/load.ts';
import { contextOf, withDoor } from '../context.ts';
import { command, month } from '../options.ts';
import { WrongUse, harmless, print, table } from '../output.ts';

interface Options {
  readonly dir?: string;
  readonly json?: boolean;
  readonly againstHistory?: boolean;
  readonly period?: string;
  readonly entity?: string;
}

/** `policy diff`: exit 0 when nothing differs or would change, 1 when something does. */
export function policyDiffCommand(): Command {
  return command(
    'diff',
    'what differs between two policies, and which past decisions would have gone otherwise under the second',
    'policy diff in-force my-company/policy.yaml --against-history --period 2026-03 --dir my-company',
  )
    .argument('<a>', 'a policy file, `in-force`, or the hash of a registered version or its beginning')
    .argument('<b>', 'the other, named likewise')
    .option('--against-history', 'ask the gate again about every decision in the audit log, under <b>')
    .option('--period <month>', 'decisions about one month only', month)
    .option('--entity <code>', 'decisions about one entity only')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing differs (with --against-history: no past outcome would change), 1 something does, or the\n' +
        'log does not give what it recorded, 2 wrong use.',
    )
    .action(async (a: string, b: string, options: Options) => {
      const { againstHistory = false, period, entity } = options;
      if (!againstHistory && (period !== undefined || entity !== undefined))
        throw new WrongUse('--period and --entity belong to --against-history');
      if (!againstHistory && isFile(a) && isFile(b)) {
        tellDifferences(options, fromFile(a), fromFile(b));
        return;
      }
      await withDoor(contextOf(options), async ({ db }) => {
        const [before, after] = [await policyNamed(db, a), await policyNamed(db, b)];
        if (!againstHistory) tellDifferences(options, before, after);
        else await tellHistory(db, options, before, after);
      });
    });
}

const isFile = (name: string): boolean => statSync(name, { throwIfNoEntry: false })?.isFile() === true;
const fromFile = (file: string): Policy => parsePolicy(readPolicyText(file), basename(file));

async function policyNamed(db: Db, name: string): Promise<Policy> {
  if (name === 'in-force') return await policyInForce(db);
  if (isFile(name)) return fromFile(name);
  const found = /^[0-9a-f]{4,64}$/.test(name)
    ? (await policyVersions(db)).filter(({ hash }) => hash.startsWith(name))
    : [];
  const [version, ...more] = found;
  if (!version)
    throw new WrongUse(
      `${harmless(name, 120)} is neither a file, nor \`in-force\`, nor the beginning of a registered version's hash; \`closegate policy list\` shows them`,
    );
  if (more.length > 0)
    throw new WrongUse(`${name} begins the hashes of ${found.length} registered versions; give more of it`);
  return await policyByHash(db, version.hash);
}

function tellDifferences(options: Options, a: Policy, b: Policy): void {
  const differences = policyDifferences(a.content, b.content);
  print(options, { ...about(a, b), differences: asJson(differences) }, inWords(a, b, differences));
  process.exitCode = differences.length > 0 ? 1 : 0;
}

async function tellHistory(db: Db, options: Options, a: Policy, b: Policy): Promise<void> {
  const differences = policyDifferences(a.content, b.content);
  const beside = differences.filter(actsBesideTheGate).map(({ pointer }) => pointer);
  const { period, entity } = options;
  const only = { ...(period === undefined ? {} : { period }), ...(entity === undefined ? {} : { entity }) };
  const write = (text: string) => process.stdout.write(text);
  // Findings are written as they come: a long history has more of them than memory.
  let separator = '\n';
  if (options.json) {
    const head = { ...about(a, b), differences: asJson(differences), not_replayed: beside };
    write(`${JSON.stringify(head, null, 2).slice(0, -2)},\n  "findings": [`);
  } else write(`${inWords(a, b, differences)}\n\n`);
  const summary = await replayHistory(db, b, only, (finding) => {
    write(options.json ? `${separator}    ${JSON.stringify(finding)}` : `${findingInWords(finding)}\n`);
    separator = ',\n';
  });
  if (options.json)
    write(`${separator === '\n' ? '' : '\n  '}],\n  "summary": ${JSON.stringify(summary)}\n}\n`);
  else write(`${summaryInWords(summary, beside)}\n`);
  process.exitCode = summary.changed + summary.defects + summary.edited > 0 ? 1 : 0;
}

const about = (a: Policy, b: Policy) => ({
  a: { version: a.content.version, hash: a.hash },
  b: { version: b.content.version, hash: b.hash },
});

const asJson = (differences: readonly PolicyDifference[]) =>
  differences.map(({ pointer, before, after }) => ({ pointer, a: before ?? null, b: after ?? null }));

function inWords(a: Policy, b: Policy, differences: readonly PolicyDifference[]): string {
  const named = (letter: string, { content, hash }: Policy) =>
    `${letter}  version ${harmless(content.version)}, hash ${hash}`;
  return [
    named('A', a),
    named('B', b),
    ...(differences.length === 0 ? ['they say the same'] : []),
    ...differences.flatMap(({ pointer, before, after }) => [
      harmless(pointer, 200),
      ...side('A', before, after),
      ...side('B', after, before),
    ]),
  ].join('\n');
}

// Of two lists, what only one of them has; the whole list where only the order differs.
function side(letter: string, value: PolicyValue | undefined, beside: PolicyValue | undefined): string[] {
  if (value === undefined) return [`  ${letter}  (not there)`];
  const shown = (one: PolicyValue) => harmless(JSON.stringify(one), 300);
  if (!Array.isArray(value) || !Array.isArray(beside)) return [`  ${letter}  ${shown(value)}`];
  const only = (value as PolicyValue[]).filter((one) => !(beside as PolicyValue[]).includes(one));
  const reordered = value.length === beside.length && only.length === 0;
  if (reordered) return [`  ${letter}  ${shown(value)}`];
  return only.length === 0 ? [] : [`  ${letter}  only here: ${only.map(shown).join(', ')}`];
}

function findingInWords(finding: Finding): string {
  const { stream, seq, at, action, actor, subject, amount_usd: dollars } = finding;
  const what = `${action} ${subject ?? ''}${dollars === null ? '' : `, ${dollars} USD`}, by ${harmless(actor)}`;
  const where = `${harmless(stream, 120)} #${seq}  ${at}  ${harmless(what, 300)}`;
  if (finding.kind === 'edited') return `EDITED   ${where}\n  not replayed: ${harmless(finding.why, 200)}`;
  const { recorded, replayed } = finding;
  return finding.kind === 'defect'
    ? `DEFECT   ${where}\n  recorded ${judged(recorded)}\n  its own policy version now gives ${judged(replayed)}`
    : `CHANGES  ${where}\n  then     ${judged(recorded)}\n  under B  ${judged(replayed)}`;
}

const judged = ({ outcome, codes }: Judgement): string => [outcome, ...codes].join(' ');

function summaryInWords(summary: HistorySummary, beside: readonly string[]): string {
  const rows = Object.entries(summary.by_action)
    .sort()
    .map(([action, one]) => [action, ...[one.decisions, one.changed, one.other_clauses].map(String)]);
  const { rebuilt, cannot_be_replayed: without, edited, defects } = summary;
  const numbers = ['decisions', 'changed', 'other clauses'];
  return [
    table(['action', ...numbers], rows, numbers),
    '',
    `${summary.changed} outcomes would change; each decision was judged on the facts recorded then`,
    `${rebuilt} decisions of settlements by rule were rebuilt from their matches`,
    `${without} decisions cannot be replayed: their facts were not recorded`,
    ...(edited > 0
      ? [`${edited} EDITED events were not replayed; \`closegate audit verify\` says more`]
      : []),
    ...(defects > 0 ? [`${defects} DEFECTS: a policy version does not give what it once gave`] : []),
    ...(beside.length > 0
      ? [`not replayed, because these act before the gate or beside it: ${beside.join(', ')}`]
      : []),
  ].join('\n');
}
