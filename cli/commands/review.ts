import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { certify } from '../../ledger/certify.ts';
import type { Answer, Door } from '../../ledger/door.ts';
import {
  type EntryLineInput,
  REASON_CODES,
  type ReasonCode,
  carryForward,
  flagException,
  getException,
  resolveException,
} from '../../ledger/exceptions.ts';
import { confirmMatch, getMatch, rejectMatch } from '../../ledger/matches.ts';
import { callOf, contextOf, tellAnswer, wake, withDoor } from '../context.ts';
import { as, command } from '../options.ts';
import { WrongUse } from '../output.ts';

/** Options of every command by which a person acts. */
export interface Acting {
  dir?: string;
  json?: boolean;
  as: string;
  rationale?: string;
}

/** `--rationale TEXT`. */
export const rationale = () => new Option('--rationale <text>', 'why, in words that an auditor will read');
const contentHash = () =>
  new Option(
    '--content-hash <hash>',
    'the version that you saw, as `closegate inbox` shows it: another one is refused as APPROVAL_STALE',
  );
const policyHash = () =>
  new Option(
    '--policy-hash <hash>',
    'the policy under which you approve: another one is refused as APPROVAL_STALE',
  );

interface Binding {
  readonly contentHash?: string;
  readonly policyHash?: string;
}
const seen = ({ contentHash: content, policyHash: policy }: Binding) => ({
  contentHash: content ?? null,
  policyHash: policy ?? null,
});

/** `confirm`, `reject`, `flag`, `resolve`, `certify`: what people do. */
export function reviewCommands(program: Command): void {
  program.addCommand(
    command(
      'confirm',
      'confirm a proposed match',
      'confirm --as human:mei.tan --rationale "Agrees to the remittance" 42',
    )
      .argument('<match>', 'the number that `closegate inbox` shows')
      .addOption(as())
      .addOption(rationale())
      .addOption(contentHash())
      .addOption(policyHash())
      .action((match: string, options: Acting & Binding) =>
        act(options, `confirm match ${match}`, (door) => ({
          reconciliation: getMatch(door.db, match).then((one) => one.reconciliation_id),
          answer: () =>
            confirmMatch(door, callOf(options.as), {
              matchId: match,
              rationale: options.rationale ?? null,
              ...seen(options),
            }),
        })),
      ),
  );
  program.addCommand(
    command(
      'reject',
      'reject a proposed match; its lines are open again',
      'reject --as human:mei.tan --rationale "Another invoice" 42',
    )
      .argument('<match>', 'the number that `closegate inbox` shows')
      .addOption(as())
      .addOption(rationale())
      .action((match: string, options: Acting) =>
        act(options, `reject match ${match}`, (door) => ({
          reconciliation: getMatch(door.db, match).then((one) => one.reconciliation_id),
          answer: () =>
            rejectMatch(door, callOf(options.as), { matchId: match, rationale: options.rationale ?? null }),
        })),
      ),
  );
  program.addCommand(
    command(
      'flag',
      'flag open lines as an exception',
      'flag --as human:mei.tan --reason TIMING_DIFFERENCE --rationale "Cheque not presented" US/2026-03/1010 17 18',
    )
      .argument('<reconciliation>', 'such as US/2026-03/1010')
      .argument('<items...>', 'line numbers')
      .addOption(as())
      .addOption(new Option('--reason <code>', 'the reason').choices([...REASON_CODES]).makeOptionMandatory())
      .addOption(rationale().makeOptionMandatory())
      .option('--entry <file>', 'a balanced journal entry as JSON: [{"account","debit","credit"}, …]')
      .action(
        (reconciliation: string, items: string[], options: Acting & { reason: ReasonCode; entry?: string }) =>
          act(options, `flag ${items.length} lines`, (door) => ({
            reconciliation: Promise.resolve(reconciliation),
            answer: () =>
              flagException(door, callOf(options.as), {
                reconciliation,
                itemIds: items,
                reasonCode: options.reason,
                narrative: options.rationale ?? '',
                adjustingEntry: entryFrom(options.entry),
              }),
          })),
      ),
  );
  program.addCommand(
    command(
      'resolve',
      'resolve an exception, or carry its lines into the next month',
      'resolve --as human:mei.tan --rationale "Book the fee" --entry fee.json 7',
    )
      .argument('<exception>', 'the number that `closegate inbox` shows')
      .addOption(as())
      .addOption(rationale().makeOptionMandatory())
      .option('--entry <file>', 'a balanced journal entry as JSON: [{"account","debit","credit"}, …]')
      .option('--carry-forward', 'a timing difference: it clears next month')
      .action((exception: string, options: Acting & { entry?: string; carryForward?: boolean }) =>
        act(options, `resolve exception ${exception}`, (door) => {
          const args = { exceptionId: exception, rationale: options.rationale ?? '' };
          return {
            reconciliation: getException(door.db, exception).then((one) => one.reconciliation_id),
            answer: () =>
              options.carryForward
                ? carryForward(door, callOf(options.as), args)
                : resolveException(door, callOf(options.as), {
                    ...args,
                    adjustingEntry: entryFrom(options.entry),
                  }),
          };
        }),
      ),
  );
  program.addCommand(
    command('certify', 'certify an account that ties out', 'certify --as human:mei.tan US/2026-03/1010')
      .argument('<reconciliation>', 'such as US/2026-03/1010')
      .addOption(as())
      .addOption(rationale())
      .addOption(contentHash())
      .addOption(policyHash())
      .action((reconciliation: string, options: Acting & Binding) =>
        act(options, `certify ${reconciliation}`, (door) => ({
          reconciliation: Promise.resolve(reconciliation),
          answer: () =>
            certify(door, callOf(options.as), {
              reconciliation,
              rationale: options.rationale ?? null,
              ...seen(options),
            }),
        })),
      ),
  );
}

/** One act of a person about one account; its workflow is woken afterwards. */
export async function act(
  options: Acting,
  what: string,
  prepare: (door: Door) => { reconciliation: Promise<string>; answer: () => Promise<Answer> },
): Promise<void> {
  const context = contextOf(options);
  const { answer, reconciliation } = await withDoor(context, async (door) => {
    const prepared = prepare(door);
    return { reconciliation: await prepared.reconciliation, answer: await prepared.answer() };
  });
  await wake(context, reconciliation);
  tellAnswer(options, answer, what);
}

const entrySchema = z.array(z.strictObject({ account: z.string(), debit: z.string(), credit: z.string() }));

function entryFrom(file: string | undefined): readonly EntryLineInput[] | null {
  if (file === undefined) return null;
  try {
    return entrySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new WrongUse(
      `${file} is not a journal entry like [{"account": "6800", "debit": "12.00", "credit": "0"}, …]: ${String(error)}`,
    );
  }
}
