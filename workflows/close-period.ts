import {
  ParentClosePolicy,
  condition,
  setCurrentDetails,
  setHandler,
  startChild,
  getExternalWorkflowHandle,
} from '@temporalio/workflow';
import { bulk, close } from './activities.ts';
import {
  type AccountPhase,
  type CloseStatus,
  closePeriodInput,
  pause,
  progressed,
  resume,
  status,
} from './contract.ts';
import { closeTable } from './details.ts';
import { reconcileWorkflowId } from './ids.ts';
import { parseInput } from './input.ts';
import { reconcileAccount } from './reconcile-account.ts';
import { show } from './visibility.ts';
import { slidingWindow } from './window.ts';

// Accounts whose machine work runs at the same time; those in review wait without cost.
const ACCOUNTS_AT_ONCE = 4;
const LOCK_AGAIN_AFTER = '10 minutes';

/**
 * Closes one entity's month: opens the run, imports its files, reconciles every account, and locks the period once
 * people have certified them all. Ends with the period locked.
 */
export async function closePeriod(raw: unknown): Promise<CloseStatus> {
  const { entity, period } = parseInput(closePeriodInput, raw, '{"entity": "US", "period": "2026-03"}');
  const phases = new Map<string, AccountPhase>();
  let paused = false;
  let state = 'opening';

  const report = (): CloseStatus => ({
    entity,
    period,
    state,
    paused,
    accounts: [...phases].map(([account, phase]) => ({ account, phase })),
  });
  const enter = (next: string) => {
    state = next;
    show({ state });
    setCurrentDetails(closeTable(report()));
  };
  setHandler(status, report, { description: 'Where the close and each account stand. No input.' });
  setHandler(
    progressed,
    (account, phase) => {
      // Only accounts of this close, and never back from an end: anybody may send a signal.
      if (phases.has(account)) phases.set(account, phase);
      setCurrentDetails(closeTable(report()));
    },
    { description: 'From an account to its close: it came a step further. Example: "1010", "in review"' },
  );
  const setPaused = (next: boolean) => {
    paused = next;
    setCurrentDetails(closeTable(report()));
    for (const [account, phase] of phases) {
      if (phase === 'waiting' || phase === 'certified' || phase === 'failed') continue;
      const child = getExternalWorkflowHandle(reconcileWorkflowId(`${entity}/${period}/${account}`));
      // An account that has just ended needs no message.
      void child.signal(next ? pause : resume).catch(() => undefined);
    }
  };
  setHandler(pause, () => setPaused(true), { description: 'Start no further machine work. No input.' });
  setHandler(resume, () => setPaused(false), { description: 'Go on after a pause. No input.' });

  show({ entity, period, state });
  const opened = await close.openRun.executeWithOptions({ summary: `open ${entity} ${period}` }, [
    { entity, period },
  ]);
  show({ policyHash: opened.policyHash });
  for (const { account } of opened.accounts) phases.set(account, 'waiting');
  enter('importing');
  await bulk.importPeriod.executeWithOptions(
    { summary: `import the files of ${entity} ${period}`, heartbeatTimeout: '2 minutes' },
    [{ entity, period }],
  );
  enter('reconciling');
  const accounts: Promise<void>[] = [];
  await slidingWindow(
    opened.accounts,
    ACCOUNTS_AT_ONCE,
    () => paused,
    async ({ account, reconciliation }) => {
      phases.set(account, 'matching');
      const child = await startChild(reconcileAccount, {
        workflowId: reconcileWorkflowId(reconciliation),
        args: [{ reconciliation }],
        parentClosePolicy: ParentClosePolicy.TERMINATE,
        staticSummary: `reconcile account ${account} of ${entity} for ${period}`,
      });
      const ended = child.result().then(
        () => void phases.set(account, 'certified'),
        (error: unknown) => {
          phases.set(account, 'failed');
          throw error;
        },
      );
      // Awaited below with the others; marked as handled here, or a failure during the window would be reported twice.
      ended.catch(() => undefined);
      accounts.push(ended);
      await condition(() => ['in review', 'certified', 'failed'].includes(phases.get(account) ?? ''));
    },
  );
  enter('in review');
  await Promise.all(accounts);
  enter('locking');
  for (;;) {
    const { locked, why } = await close.lockPeriod.executeWithOptions(
      { summary: `lock ${entity} ${period}` },
      [{ entity, period }],
    );
    if (locked) break;
    enter(`not locked: ${why ?? 'unknown'}`);
    await condition(() => false, LOCK_AGAIN_AFTER);
  }
  enter('locked');
  return report();
}
