import type { Command } from 'commander';
import { type Waiting, inbox } from '../../ledger/inbox.ts';
import { type Question, questionsToPeople } from '../../ledger/questions.ts';
import { standings } from '../../ledger/standing.ts';
import { contextOf, withDoor } from '../context.ts';
import { command, month } from '../options.ts';
import { harmless, print } from '../output.ts';

interface Options {
  dir?: string;
  json?: boolean;
  period?: string;
  entity?: string;
  reconciliation?: string;
}

/** `inbox`: matches, exceptions and questions that wait for people. */
export function inboxCommand(program: Command): void {
  program.addCommand(
    command('inbox', 'what waits for people', 'inbox --period 2026-03 --entity US')
      .option('--period <month>', 'one month only', month)
      .option('--entity <code>', 'one entity only')
      .option('--reconciliation <id>', 'one account only, such as US/2026-03/1010')
      .action(async (options: Options) => {
        const { dir: _dir, json: _json, ...only } = options;
        const { waiting, questions } = await withDoor(contextOf(options), async ({ db }) => ({
          waiting: await inbox(
            db,
            (await standings(db, only)).map((one) => one.reconciliation.id),
          ),
          questions: await questionsToPeople(db, only),
        }));
        const words = [...waiting.map(waitingInWords), ...questions.map(questionInWords)];
        print(
          options,
          [...waiting, ...questions],
          words.length > 0 ? `${words.join('\n')}\n\n${words.length} wait` : 'nothing waits',
        );
      }),
  );
}

function waitingInWords(one: Waiting): string {
  return [
    `${one.kind} ${one.id}  ${one.reconciliation}  ${one.what}  ${one.amountUsd} USD  by ${one.proposedBy}`,
    `  ${harmless(one.why, 200)}`,
    ...(one.clauses.length > 0 ? [`  escalated: ${one.clauses.join(', ')}`] : []),
    ...(one.kind === 'match' ? [`  content hash ${one.contentHash}`] : []),
    ...one.lines.map(
      (line) =>
        `    ${line.side.padEnd(9)} ${line.date} ${line.amount.padStart(14)} ${line.currency}  #${line.id}  ${harmless(line.text, 90)}${line.rate === null ? '' : `  (${line.rate.source} ${line.rate.published})`}`,
    ),
  ].join('\n');
}

function questionInWords(one: Question): string {
  const asked = Object.entries(one.asked).filter(([, value]) => value !== null);
  return [
    `escalation ${one.escalation}  ${one.action} ${one.kind} ${one.id}  asked by ${one.requestedBy} at ${one.at}`,
    ...asked.map(
      ([name, value]) =>
        `    ${name}: ${harmless(typeof value === 'string' ? value : JSON.stringify(value), 200)}`,
    ),
    `  escalated: ${one.clauses.join(', ')}`,
    ...(one.approvedBy.length > 0 ? [`  agreed so far: ${one.approvedBy.join(', ')}`] : []),
    ...(one.contentHash === null ? [] : [`  content hash ${one.contentHash}`]),
  ].join('\n');
}
