import { certify, decertify } from '../../ledger/certify.ts';
import type { Answer, Call, Door } from '../../ledger/door.ts';
import { carryForward, flagException, resolveException } from '../../ledger/exceptions.ts';
import { type DocumentInput, importDocument } from '../../ledger/import.ts';
import { lockPeriod } from '../../ledger/lock.ts';
import { confirmMatch, proposeMatch, rejectMatch } from '../../ledger/matches.ts';
import { reopenPeriod } from '../../ledger/reopen.ts';
import { callBy } from '../harness/books.ts';
import { type Month, nextFile } from './books.ts';

/** Something that somebody does, to be run at the same time as other things. */
export interface Move {
  readonly what: string;
  readonly call: Call;
  run(door: Door): Promise<Answer>;
}

/** A source of choices, so that a failing sequence can be run again from its seed. */
export interface Choice {
  below(bound: number): number;
  of<T>(values: readonly T[]): T;
}

const PEOPLE = [
  'human:ana.ruiz',
  'human:jonas.weber',
  'human:mei.tan',
  'human:priya.raman',
  'human:tomas.lindqvist',
];
const PREPARERS = ['human:ana.ruiz', 'human:jonas.weber', 'llm:recon-operator'];
const WHY = 'As the evidence says.';

interface Standing {
  readonly runLocked: boolean;
  readonly accounts: readonly {
    readonly id: string;
    readonly state: string;
    readonly ledger: readonly string[];
    readonly statement: readonly string[];
    readonly proposed: readonly string[];
    readonly exceptions: readonly string[];
  }[];
}

/** Some moves that are plausible as the month stands now; several may be about the same thing. */
export async function movesFor(door: Door, month: Month, choice: Choice): Promise<Move[]> {
  const standing = await standingOf(door, month);
  const moves = Array.from({ length: 2 + choice.below(4) }, () => moveIn(standing, month, choice));
  const again = moves[0];
  // A client that lost its answer asks again at once.
  if (again && choice.below(4) === 0) moves.push({ ...again, what: `again: ${again.what}` });
  return moves;
}

function moveIn(standing: Standing, month: Month, choice: Choice): Move {
  const person = choice.of(PEOPLE);
  const account = choice.of(standing.accounts);
  const roll = choice.below(100);
  if (standing.runLocked ? roll < 40 : roll < 2) return reopen(month, person);
  if (roll < 6) return late(account.id, choice);
  if (roll < 10) return lock(month);
  const [proposed, exception] = [choiceOr(account.proposed, choice), choiceOr(account.exceptions, choice)];
  if (proposed && roll < 65) return decideOn(proposed, person, roll < 50);
  if (exception && roll < 80) return decideException(exception, person, roll % 2 === 0);
  const [ledger, statement] = [choiceOr(account.ledger, choice), choiceOr(account.statement, choice)];
  if (ledger && statement) return propose(account.id, [ledger, statement], choice.of(PREPARERS));
  const left = ledger ?? statement;
  if (left) return flag(account.id, left, choice.of(PREPARERS));
  if (account.state === 'CERTIFIED') return roll < 70 ? lock(month) : withdraw(account.id, person);
  return sign(account.id, person);
}

const move = (what: string, actor: string, run: (door: Door, call: Call) => Promise<Answer>): Move => {
  const call = callBy(actor, 'races');
  return { what: `${actor} ${what}`, call, run: (door) => run(door, call) };
};
const propose = (reconciliation: string, itemIds: string[], actor: string) =>
  move(`proposes ${itemIds.join('+')}`, actor, (door, call) =>
    proposeMatch(door, call, { reconciliation, itemIds, rationale: WHY }),
  );
const decideOn = (matchId: string, actor: string, yes: boolean) =>
  move(`${yes ? 'confirms' : 'rejects'} ${matchId}`, actor, (door, call) =>
    (yes ? confirmMatch : rejectMatch)(door, call, { matchId, rationale: WHY }),
  );
const flag = (reconciliation: string, item: string, actor: string) =>
  move(`flags ${item}`, actor, (door, call) =>
    flagException(door, call, {
      reconciliation,
      itemIds: [item],
      reasonCode: 'TIMING_DIFFERENCE',
      narrative: WHY,
    }),
  );
const decideException = (exceptionId: string, actor: string, carry: boolean) =>
  move(`${carry ? 'carries' : 'resolves'} exception ${exceptionId}`, actor, (door, call) =>
    (carry ? carryForward : resolveException)(door, call, { exceptionId, rationale: WHY }),
  );
const sign = (reconciliation: string, actor: string) =>
  move(`certifies ${reconciliation}`, actor, (door, call) =>
    certify(door, call, { reconciliation, rationale: WHY }),
  );
const withdraw = (reconciliation: string, actor: string) =>
  move(`decertifies ${reconciliation}`, actor, (door, call) =>
    decertify(door, call, { reconciliation, rationale: WHY }),
  );
const lock = ({ entity, period }: Month) =>
  move(`locks ${period}`, 'engine:close', (door, call) => lockPeriod(door, call, { entity, period }));
const until = new Date(Date.now() + 86_400_000).toISOString();
const reopen = ({ entity, period }: Month, actor: string) =>
  move(`reopens ${period}`, actor, (door, call) =>
    reopenPeriod(door, call, { entity, period, reason: WHY, until }),
  );
const late = (reconciliation: string, choice: Choice) => {
  const [side, file] = [choice.of(['ledger', 'statement'] as const), `late-${choice.below(1_000_000_000)}`];
  let input: Promise<DocumentInput> | undefined;
  return move(`imports ${file} into ${reconciliation}`, 'engine:close', async (door, call) => {
    // The same file when it is asked again, whatever was imported meanwhile.
    input ??= nextFile(door.db, reconciliation, side, ['5.00'], file);
    return await importDocument(door, call, await input);
  });
};

function choiceOr<T>(values: readonly T[], choice: Choice): T | null {
  return values.length === 0 ? null : choice.of(values);
}

async function standingOf({ db }: Door, month: Month): Promise<Standing> {
  const ids = [...month.reconciliations];
  const run = await db
    .selectFrom('runs')
    .select('state')
    .where('entity', '=', month.entity)
    .where('period', '=', month.period)
    .executeTakeFirstOrThrow();
  const states = await db
    .selectFrom('reconciliations')
    .select(['id', 'state'])
    .where('id', 'in', ids)
    .execute();
  const items = await db
    .selectFrom('items')
    .leftJoin('dispositions', (join) =>
      join.onRef('dispositions.item_id', '=', 'items.id').on('dispositions.live', '=', true),
    )
    .select(['items.id', 'side', 'reconciliation_id'])
    .where('reconciliation_id', 'in', ids)
    .where('dispositions.item_id', 'is', null)
    .orderBy('items.id')
    .execute();
  const matches = await db
    .selectFrom('matches')
    .select(['id', 'reconciliation_id'])
    .where('reconciliation_id', 'in', ids)
    .where('state', '=', 'PROPOSED')
    .orderBy('id')
    .execute();
  const exceptions = await db
    .selectFrom('exceptions')
    .select(['id', 'reconciliation_id'])
    .where('reconciliation_id', 'in', ids)
    .where('state', 'in', ['OPEN', 'CARRIED_FORWARD'])
    .orderBy('id')
    .execute();
  return {
    runLocked: run.state === 'LOCKED',
    accounts: states.map(({ id, state }) => {
      const here = <T extends { id: string; reconciliation_id: string }>(rows: readonly T[]) =>
        rows.filter((row) => row.reconciliation_id === id);
      const open = (side: string) => here(items).flatMap((item) => (item.side === side ? [item.id] : []));
      return {
        id,
        state,
        ledger: open('ledger'),
        statement: open('statement'),
        proposed: here(matches).map((match) => match.id),
        exceptions: here(exceptions).map((exception) => exception.id),
      };
    }),
  };
}
