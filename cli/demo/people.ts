import { join } from 'node:path';
import { certify } from '../../ledger/certify.ts';
import type { Answer, Call, Door } from '../../ledger/door.ts';
import { carryForward, flagException, resolveException } from '../../ledger/exceptions.ts';
import { openItems } from '../../ledger/items.ts';
import { confirmMatch, rejectMatch } from '../../ledger/matches.ts';
import { standings } from '../../ledger/standing.ts';
import { answerInWords, callOf } from '../context.ts';
import { Failed } from '../output.ts';
import { AnswerKey, type NamedMatch, REASON_CODES_OF_KEY, namedMatches } from './answer-key.ts';

/** What the demo's people did. */
export interface Reviewed {
  confirmed: number;
  rejected: number;
  flagged: number;
  resolved: number;
  carriedForward: number;
  certified: number;
  secondSignatures: number;
}

// In the order in which they are asked: the second signs where the policy wants two.
const REVIEWERS = ['human:mei.tan', 'human:tomas.lindqvist'];
const PREPARER = 'human:jonas.weber';

/**
 * Plays the demo's people. They know what the papers on their desks say, which here is the company's `truth.csv`: a
 * proposal that agrees with it is confirmed, another rejected; what is left is flagged, resolved or carried forward.
 */
export async function playThePeople(door: Door, companyDir: string, period: string): Promise<Reviewed> {
  const key = new AnswerKey(join(companyDir, 'truth.csv'));
  const done: Reviewed = {
    confirmed: 0,
    rejected: 0,
    flagged: 0,
    resolved: 0,
    carriedForward: 0,
    certified: 0,
    secondSignatures: 0,
  };
  for (const match of await namedMatches(door.db, period)) {
    if (match.state === 'PROPOSED') await review(door, match, key, done);
  }
  for (const { reconciliation } of await standings(door.db, { period })) {
    await flagWhatIsOpen(door, reconciliation.id, key, done);
    await resolveExceptions(door, reconciliation.id, done);
  }
  for (const { reconciliation } of await standings(door.db, { period })) {
    await untilDone(done, `certify ${reconciliation.id}`, (call) =>
      certify(door, call, {
        reconciliation: reconciliation.id,
        rationale: 'Ties out; every item is explained.',
      }),
    );
    done.certified += 1;
  }
  return done;
}

async function review(door: Door, match: NamedMatch, key: AnswerKey, done: Reviewed): Promise<void> {
  if (key.isMatch(match.entity, match.account, match.ledger, match.statement)) {
    await untilDone(done, `confirm match ${match.id}`, (call) =>
      confirmMatch(door, call, { matchId: match.id, rationale: 'Agrees to the documents.' }),
    );
    done.confirmed += 1;
    return;
  }
  await untilDone(done, `reject match ${match.id}`, (call) =>
    rejectMatch(door, call, { matchId: match.id, rationale: 'The documents show another event.' }),
  );
  done.rejected += 1;
}

async function flagWhatIsOpen(
  door: Door,
  reconciliation: string,
  key: AnswerKey,
  done: Reviewed,
): Promise<void> {
  const [entity = '', , account = ''] = reconciliation.split('/');
  for (;;) {
    const { items } = await openItems(door.db, reconciliation, { limit: 200 });
    if (items.length === 0) return;
    for (const item of items) {
      const reason = key.reasonOf(entity, account, item.side, item.external_id);
      const answer = await flagException(door, callOf(PREPARER), {
        reconciliation,
        itemIds: [item.id],
        reasonCode: REASON_CODES_OF_KEY[reason ?? ''] ?? 'OTHER',
        narrative: `By the documents: ${reason ?? 'belongs to an event that was not proposed whole'}.`,
      });
      if (answer.outcome !== 'done') throw new Failed(answerInWords(answer, `flag line ${item.id}`), answer);
      done.flagged += 1;
    }
  }
}

async function resolveExceptions(door: Door, reconciliation: string, done: Reviewed): Promise<void> {
  const open = await door.db
    .selectFrom('exceptions')
    .select(['id', 'reason_code'])
    .where('reconciliation_id', '=', reconciliation)
    .where('state', '=', 'OPEN')
    .orderBy('id')
    .execute();
  for (const { id, reason_code } of open) {
    const timing = reason_code === 'TIMING_DIFFERENCE';
    await untilDone(done, `resolve exception ${id}`, (call) =>
      timing
        ? carryForward(door, call, {
            exceptionId: id,
            rationale: 'Clears in April; seen on the later statement.',
          })
        : resolveException(door, call, { exceptionId: id, rationale: 'Explained; to be booked in April.' }),
    );
    if (timing) done.carriedForward += 1;
    else done.resolved += 1;
  }
}

/** One reviewer after the other acts until it is done: two where the policy wants two. */
async function untilDone(done: Reviewed, what: string, act: (call: Call) => Promise<Answer>): Promise<void> {
  let answer: Answer | null = null;
  for (const reviewer of REVIEWERS) {
    if (answer !== null) done.secondSignatures += 1;
    answer = await act(callOf(reviewer));
    if (answer.outcome === 'done') return;
    if (answer.outcome !== 'escalated') break;
  }
  if (answer) throw new Failed(answerInWords(answer, what), answer);
}
