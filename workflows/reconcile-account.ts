import {
  type Workflow,
  condition,
  continueAsNew,
  executeChild,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { bulk, close } from './activities.ts';
import {
  type AccountPhase,
  type AccountStatus,
  type ReconcileAccountInput,
  pause,
  progressed,
  reconcileAccountInput,
  resume,
  reviewed,
  status,
} from './contract.ts';
import { accountTable } from './details.ts';
import { investigateWorkflowId } from './ids.ts';
import { parseInput } from './input.ts';
import { investigate } from './investigate.ts';
import { show } from './visibility.ts';
import { slidingWindow } from './window.ts';

const PACKETS_AT_ONCE = 2;
// Waking up is only quicker: a decision whose message was lost is found by looking again.
const LOOK_AGAIN_AFTER = '10 minutes';

/**
 * Reconciles one account: matches by rules, lets the model investigate what is left, then waits for people until the
 * account is certified.
 */
export async function reconcileAccount(raw: ReconcileAccountInput): Promise<AccountStatus> {
  const input = parseInput(reconcileAccountInput, raw, '{"reconciliation": "US/2026-03/1010"}');
  const { reconciliation } = input;
  const [entity = '', period = '', account = ''] = reconciliation.split('/');
  let phase: AccountPhase = 'matching';
  let { paused } = input;
  let looks = 1;
  const packets = { done: 0, total: 0 };
  let counts = { lines: '0', matched: '0', awaitingReview: '0', openExceptions: '0', pendingApprovals: 0 };

  const report = (): AccountStatus => ({ reconciliation, phase, paused, packets: { ...packets }, ...counts });
  const enter = async (next: AccountPhase) => {
    phase = next;
    setCurrentDetails(accountTable(report()));
    show({ state: phase, pendingApprovals: counts.pendingApprovals });
    const parent = workflowInfo().parent;
    // A close that is gone needs no news; an account started by itself has none.
    if (parent)
      await getExternalWorkflowHandle(parent.workflowId)
        .signal(progressed, account, phase)
        .catch(() => undefined);
  };
  setHandler(status, report, { description: 'Where the account stands. No input.' });
  setHandler(
    reviewed,
    () => {
      looks += 1;
      return 'will look again';
    },
    { description: 'Look again at what people decided. Carries no decision itself. No input.' },
  );
  setHandler(pause, () => void (paused = true), { description: 'Start no further investigation. No input.' });
  setHandler(resume, () => void (paused = false), { description: 'Go on after a pause. No input.' });

  show({ entity, period });
  if (input.phase === 'match') {
    await enter('matching');
    await bulk.matchAccount.executeWithOptions({ summary: `match ${reconciliation} by rules` }, [
      { reconciliation },
    ]);
    const work = await close.makePackets.executeWithOptions({ summary: 'bundle what is open' }, [
      { reconciliation },
    ]);
    packets.total = work.packets.length;
    await enter('investigating');
    await slidingWindow(
      work.packets,
      PACKETS_AT_ONCE,
      () => paused,
      async (packet) => {
        await executeChild(investigate, {
          workflowId: investigateWorkflowId(packet.id),
          args: [{ reconciliation, packet: { ...packet, itemIds: [...packet.itemIds] }, agent: work.agent }],
          staticSummary: `investigate ${packet.itemIds.length} open lines of ${reconciliation}`,
        });
        packets.done += 1;
        setCurrentDetails(accountTable(report()));
      },
    );
    await close.beginReview.executeWithOptions({ summary: 'open the review' }, [{ reconciliation }]);
  }
  await enter('in review');
  for (;;) {
    const seen = looks;
    const now = await close.reviewState.executeWithOptions({ summary: 'look at what people decided' }, [
      { reconciliation },
    ]);
    const { lines, matched, awaitingReview, openExceptions, pendingApprovals } = now;
    counts = { lines, matched, awaitingReview, openExceptions, pendingApprovals };
    setCurrentDetails(accountTable(report()));
    show({ pendingApprovals });
    if (now.state === 'CERTIFIED') break;
    await condition(() => looks !== seen, LOOK_AGAIN_AFTER);
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<Workflow>({ reconciliation, phase: 'review', paused });
    }
  }
  await enter('certified');
  return report();
}
