import type { Command } from 'commander';
import { policyCheckCommand } from './policy-check.ts';
import { policyDiffCommand } from './policy-diff.ts';
import { policyExplainCommand } from './policy-explain.ts';
import { policyApproveCommand, policyListCommand } from './policy-versions.ts';

/** `policy check`, `policy explain`, `policy diff`, `policy approve`, `policy list`. */
export function policyCommands(program: Command): void {
  const policy = program
    .command('policy')
    .description('read a policy before it is in force, compare it, approve it, list its versions');
  policy.addCommand(policyCheckCommand());
  policy.addCommand(policyExplainCommand());
  policy.addCommand(policyDiffCommand());
  policy.addCommand(policyApproveCommand());
  policy.addCommand(policyListCommand());
}
