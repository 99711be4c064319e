import { activityInfo, heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { hashOf } from '../../ledger/canonical.ts';
import { type Answer, type Call, type Door, resultText } from '../../ledger/door.ts';
import { importDocument, importKey } from '../../ledger/import.ts';
import { lockPeriod } from '../../ledger/lock.ts';
import { sealNow } from '../../ledger/sealed.ts';
import { beginReview, finishPacket, makePackets } from '../../ledger/packets.ts';
import { policyInForce } from '../../ledger/policy-in-force.ts';
import { NotFound, getReconciliation } from '../../ledger/reconciliations.ts';
import { CannotOpen, openRun, wasLocked } from '../../ledger/runs.ts';
import { settleByRules } from '../../ledger/settle.ts';
import { runId } from '../../ledger/streams.ts';
import { tieOut } from '../../ledger/tie-out.ts';
import { matchInThread } from '../../matching/in-thread.ts';
import { calendarOf } from '../../policy/lookups.ts';
import { previousPeriod } from '../../policy/period.ts';
import type { Company } from '../../statements/company.ts';
import { ConfigError } from '../../statements/config-file.ts';
import { StatementError } from '../../statements/statement.ts';
import type { CloseActivities } from './contract.ts';
import { readPeriod } from './files.ts';

/** What the close worker's activities work with; `company` is read anew so that a corrected folder needs no restart. */
export interface CloseDependencies {
  readonly door: Door;
  readonly company: () => Company;
}

const ENGINE = 'engine:close';
const MATCHER = 'engine:matcher';
const IMPORTER = 'engine:import';

/** The activities of the close worker. */
export function createCloseActivities({ door, company }: CloseDependencies): CloseActivities {
  return {
    openRun: ({ entity, period }) =>
      faultsAreFinal(() => openRun(door, call(ENGINE, 'open-run'), entity, period)),

    importPeriod: ({ entity, period }) =>
      faultsAreFinal(async () => {
        const documents = await readPeriod(company(), entity, period);
        let lines = 0;
        for (const document of documents) {
          const answer = await importDocument(door, call(IMPORTER, importKey(document)), document);
          requireDone(answer, `${document.fileName} for ${document.reconciliation}`);
          lines += Number.parseInt(resultText(answer, 'lines'), 10);
          heartbeat({ file: document.fileName, lines });
        }
        return { documents: documents.length, lines };
      }),

    async matchAccount({ reconciliation }) {
      const answer = await settleByRules(door, call(MATCHER, await matchKey(door, reconciliation)), {
        reconciliation,
        matcher: matchInThread,
      });
      const [settled, proposed] = [resultText(answer, 'settled'), resultText(answer, 'proposed')];
      return { settled, proposed, receipt: answer.receipt };
    },

    async makePackets({ reconciliation }) {
      const packets = await makePackets(door, call(ENGINE, 'packets'), reconciliation);
      const { agent } = (await policyInForce(door.db)).content;
      return {
        packets,
        agent: {
          model: agent.model,
          maxTurns: agent.max_turns,
          maxTokensPerTurn: agent.max_tokens_per_turn,
          maxInputTokens: agent.max_input_tokens,
        },
      };
    },

    async finishPacket({ packet, ...how }) {
      await finishPacket(door, call(ENGINE, 'finish-packet'), { id: packet, ...how });
    },

    beginReview: ({ reconciliation }) => beginReview(door, call(ENGINE, 'begin-review'), reconciliation),

    async reviewState({ reconciliation }) {
      const { state } = await getReconciliation(door.db, reconciliation);
      const tie = await tieOut(door.db, reconciliation);
      return {
        state,
        lines: tie.lines,
        matched: tie.matched,
        awaitingReview: tie.awaiting_review,
        openExceptions: tie.open_exceptions,
        open: tie.open,
        pendingApprovals: Number.parseInt(tie.pending_escalations, 10),
        difference: tie.difference,
      };
    },

    async lockPeriod({ entity, period }) {
      // A person was faster, or the period is even reopened by now: then locking it again is up to people.
      if (await wasLocked(door.db, runId(entity, period))) return { locked: true, why: null };
      const answer = await lockPeriod(door, call(ENGINE, `lock/${activityInfo().activityId}`), {
        entity,
        period,
      });
      // A locked period is sealed with it, not a minute later.
      if (answer.outcome === 'done') await sealNow(door.db, answer.receipt);
      return answer.outcome === 'done'
        ? { locked: true, why: null }
        : { locked: false, why: answer.outcome === 'denied' ? answer.detail : answer.outcome };
    },

    async priorPeriod({ entity, at }) {
      const calendar = calendarOf(await policyInForce(door.db), entity);
      if (!calendar) throw final('InvalidInput', `policy.yaml has no close_calendar for ${entity}`);
      const month = new Intl.DateTimeFormat('sv-SE', {
        timeZone: calendar.zone,
        year: 'numeric',
        month: '2-digit',
      });
      return previousPeriod(month.format(new Date(at)));
    },
  };
}

// The workflow's id, never its run's: a reset or a retry must land on the same keys.
function call(actorId: string, toolCallId: string): Call {
  return { actorId, sessionId: activityInfo().workflowExecution?.workflowId ?? 'no-workflow', toolCallId };
}

// One settlement for what is imported: a retry lands on it, and a late file makes another. Carried-in items come before
// the first of an account's documents or not at all.
async function matchKey(door: Door, reconciliation: string): Promise<string> {
  const documents = await door.db
    .selectFrom('documents')
    .select(['side', 'sha256'])
    .where('reconciliation_id', '=', reconciliation)
    .orderBy('id')
    .execute();
  return `match/${hashOf(documents.map(({ side, sha256 }) => [side, sha256]))}`;
}

function requireDone(answer: Answer, what: string): void {
  if (answer.outcome === 'done') return;
  const clauses = 'clauses' in answer ? answer.clauses.map((clause) => `${clause.code}: ${clause.text}`) : [];
  const detail = answer.outcome === 'denied' && answer.detail ? [answer.detail] : [];
  throw final('ImportRefused', `${what} was ${answer.outcome}: ${[...detail, ...clauses].join('; ')}`);
}

/** What a person must mend fails for good; everything else is Temporal's to retry. */
async function faultsAreFinal<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StatementError) throw final('ImportRefused', error.message);
    if (error instanceof ConfigError || error instanceof NotFound) throw final('InvalidInput', error.message);
    if (error instanceof CannotOpen) throw final('CannotOpen', error.message);
    throw error;
  }
}

function final(type: string, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}
