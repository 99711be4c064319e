import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Answer, Call, Door } from '../ledger/door.ts';
import { Failed, print } from './output.ts';
import { type Home, type RunFile, homeOf } from './stack/home.ts';
import { doorOf, runningStack } from './stack/stack.ts';
import { temporalClient, wakeOver } from './wake.ts';

/** What a command works on: a company's home and the stack that runs for it. */
export interface Context {
  readonly home: Home;
  readonly run: RunFile | null;
}

/** The context of `--dir`. */
export function contextOf(options: { dir?: string }): Context {
  const home = homeOf(options.dir);
  return { home, run: runningStack(home) };
}

/** Runs `work` with the books open. */
export async function withDoor<T>(context: Context, work: (door: Door) => Promise<T>): Promise<T> {
  const door = await doorOf(context.home, context.run);
  try {
    return await work(door);
  } finally {
    await door.db.destroy();
  }
}

/** Runs `work` with a Temporal client. */
export async function withTemporal<T>(context: Context, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await temporalClient(temporalAddress(context));
  try {
    return await work(client);
  } finally {
    await client.connection.close();
  }
}

export function temporalAddress(context: Context): string {
  const address = process.env['TEMPORAL_ADDRESS'] ?? context.run?.addresses['temporal'];
  if (!address)
    throw new Failed('the stack is not up; start it with `closegate up`, or set TEMPORAL_ADDRESS');
  return address;
}

/** A person's call from the command line: each command is a call of its own. */
export function callOf(actorId: string): Call {
  return { actorId, sessionId: `cli/${actorId}`, toolCallId: randomUUID() };
}

/** Tells the reconciliation's workflow to look again; does nothing where no Temporal is known. */
export async function wake(context: Context, reconciliation: string): Promise<void> {
  if (!process.env['TEMPORAL_ADDRESS'] && !context.run?.addresses['temporal']) return;
  await withTemporal(context, (client) => wakeOver(client)(reconciliation));
}

/** Prints an answer; a denied or refused call is exit code 1. */
export function tellAnswer(options: { json?: boolean }, answer: Answer, what: string): void {
  print(options, answer, answerInWords(answer, what));
  if (answer.outcome === 'denied' || answer.outcome === 'refused') process.exitCode = 1;
}

/** An answer in words, clauses verbatim with their pointers. */
export function answerInWords(answer: Answer, what: string): string {
  const receipt = `  recorded as ${answer.receipt.stream} #${answer.receipt.seq}`;
  const clauses = 'clauses' in answer ? answer.clauses : [];
  const quoted = clauses.map(
    (clause) => `  ${clause.code} (policy.yaml#${clause.pointer})\n    "${clause.text}"`,
  );
  switch (answer.outcome) {
    case 'done':
      return [`${what}: done`, receipt].join('\n');
    case 'escalated':
      return [`${what}: waits for people (escalation ${answer.escalation_id})`, ...quoted, receipt].join(
        '\n',
      );
    case 'denied':
      return [`${what}: DENIED`, ...(answer.detail ? [`  ${answer.detail}`] : []), ...quoted, receipt].join(
        '\n',
      );
    case 'refused':
      return [`${what}: refused`, `  ${answer.reason}`, receipt].join('\n');
  }
}
