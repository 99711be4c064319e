import { type Command, Option } from 'commander';
import { decertify } from '../../ledger/certify.ts';
import type { Call, Door } from '../../ledger/door.ts';
import { lockPeriod } from '../../ledger/lock.ts';
import { questionsToPeople } from '../../ledger/questions.ts';
import { type Reopening, reopenPeriod } from '../../ledger/reopen.ts';
import { sealNow } from '../../ledger/sealed.ts';
import { runId } from '../../ledger/streams.ts';
import { callOf, contextOf, tellAnswer, withDoor } from '../context.ts';
import { as, command, instant, month } from '../options.ts';
import { Failed, WrongUse, harmless } from '../output.ts';
import { type Acting, act, rationale } from './review.ts';

interface Asking extends Acting {
  readonly reason?: string;
  readonly until?: string;
  readonly escalation?: string;
}

/** `decertify`, `lock`, `reopen`: what undoes or ends a close. */
export function periodCommands(program: Command): void {
  program.addCommand(
    command(
      'decertify',
      'withdraw the certification of an account; it can be certified anew',
      'decertify --as human:mei.tan --rationale "A late invoice" US/2026-03/1010',
    )
      .argument('<reconciliation>', 'such as US/2026-03/1010')
      .addOption(as())
      .addOption(rationale())
      .action((reconciliation: string, options: Acting) =>
        act(options, `decertify ${reconciliation}`, (door) => ({
          reconciliation: Promise.resolve(reconciliation),
          answer: () =>
            decertify(door, callOf(options.as), { reconciliation, rationale: options.rationale ?? null }),
        })),
      ),
  );
  program.addCommand(
    command(
      'lock',
      'lock a period whose accounts are all certified; the close does so by itself, except after a reopening',
      'lock --as human:mei.tan US/2026-03',
    )
      .argument('<close>', 'entity and month, such as US/2026-03')
      .addOption(as())
      .action(async (close: string, options: Acting) => {
        const { answer, sealed } = await withDoor(contextOf(options), async (door) => {
          const locked = await lockPeriod(door, callOf(options.as), closeOf(close));
          return {
            answer: locked,
            sealed: locked.outcome === 'done' ? await sealNow(door.db, locked.receipt) : null,
          };
        });
        tellAnswer(options, answer, `lock ${close}`);
        if (answer.outcome !== 'done' || options.json) return;
        process.stdout.write(
          sealed === null
            ? '  not sealed yet: no sealer answered; `closegate status` says how far the audit log is sealed\n'
            : `  sealed: the checkpoint over ${sealed} rows covers it\n`,
        );
      }),
  );
  program.addCommand(
    command(
      'reopen',
      'reopen a locked period until an instant; two people ask for the same in the same words',
      'reopen US/2026-03 --as human:mei.tan --reason "Supplier credit note" --until 2026-04-20T18:00:00Z',
    )
      .argument('<close>', 'entity and month, such as US/2026-03')
      .addOption(as())
      .option('--reason <text>', 'why, in words that an auditor will read')
      .addOption(
        new Option(
          '--until <instant>',
          'when it counts as locked again, at most 31 days ahead, such as 2026-04-20T18:00:00Z',
        ).argParser(instant),
      )
      .option('--escalation <number>', 'agree to exactly what was asked there, as `closegate inbox` shows it')
      .action(async (close: string, options: Asking) => {
        const answer = await withDoor(contextOf(options), (door) =>
          reopen(door, callOf(options.as), close, options),
        );
        tellAnswer(options, answer, `reopen ${close}`);
        if (answer.outcome !== 'escalated' || options.json) return;
        process.stdout.write(
          `  a second person agrees with: closegate reopen ${close} --as human:YOU --escalation ${answer.escalation_id}\n`,
        );
      }),
  );
}

async function reopen(door: Door, call: Call, close: string, options: Asking) {
  const { reason, until, escalation } = options;
  if (escalation === undefined) {
    if (reason === undefined || until === undefined)
      throw new WrongUse('say why with --reason and until when with --until, or name the --escalation');
    return await reopenPeriod(door, call, { ...closeOf(close), reason, until });
  }
  if (reason !== undefined || until !== undefined)
    throw new WrongUse('--escalation has its own reason and expiry; give it alone');
  const asked = await questionOf(door, close, escalation);
  return await reopenPeriod(door, call, asked.reopening, asked.seen);
}

async function questionOf(door: Door, close: string, escalation: string) {
  if (!/^\d{1,18}$/.test(escalation))
    throw new WrongUse(`"${harmless(escalation)}" is no escalation's number`);
  const { entity, period } = closeOf(close);
  const [question] = await questionsToPeople(door.db, { escalation });
  if (question?.action !== 'REOPEN' || question.id !== runId(entity, period)) {
    throw new Failed(
      `escalation ${escalation} is no pending question to reopen ${close}; \`closegate inbox\` lists what waits`,
    );
  }
  const { reason, until } = question.asked;
  if (typeof reason !== 'string' || typeof until !== 'string')
    throw new Failed(`escalation ${escalation} does not say what was asked; ask anew`);
  const reopening: Reopening = { entity, period, reason, until };
  return { reopening, seen: { contentHash: question.contentHash, policyHash: question.policyHash } };
}

function closeOf(close: string): { entity: string; period: string } {
  const [entity = '', period = '', ...rest] = close.split('/');
  if (entity === '' || rest.length > 0)
    throw new WrongUse(`"${harmless(close)}" is not an entity and a month such as US/2026-03`);
  return { entity, period: month(period) };
}
