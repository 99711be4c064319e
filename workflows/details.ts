import type { AccountStatus, CloseStatus } from './contract.ts';

/** The close as a Markdown table for the UI's details. */
export function closeTable(close: CloseStatus): string {
  const rows = close.accounts.map(({ account, phase }) => `| ${account} | ${phase} | ${waitsFor(phase)} |`);
  return [
    `**${close.entity} ${close.period}: ${close.state}${close.paused ? ' (paused)' : ''}**`,
    '',
    '| account | phase | waits for |',
    '|---|---|---|',
    ...rows,
    '',
    `Review: \`closegate inbox --entity ${close.entity} --period ${close.period}\``,
  ].join('\n');
}

/** One account as a Markdown table for the UI's details. */
export function accountTable(account: AccountStatus): string {
  return [
    `**${account.reconciliation}: ${account.phase}${account.paused ? ' (paused)' : ''}**`,
    '',
    '| lines | matched | await review | open exceptions | pending approvals | packets |',
    '|---|---|---|---|---|---|',
    `| ${account.lines} | ${account.matched} | ${account.awaitingReview} | ${account.openExceptions} | ${account.pendingApprovals} | ${account.packets.done} of ${account.packets.total} |`,
    '',
    `Review: \`closegate inbox --reconciliation ${account.reconciliation}\``,
  ].join('\n');
}

function waitsFor(phase: string): string {
  if (phase === 'in review') return 'people: confirm, resolve, certify';
  if (phase === 'certified') return 'nobody';
  if (phase === 'failed') return 'an engineer: see the failure';
  return 'the machine';
}
