import type { Command } from 'commander';
import { policyCheckCommand } from './policy-check.ts';
import { policyExplainCommand } from './policy-explain.ts';

/** `policy check`, `policy explain`. */
export function policyCommands(program: Command): void {
  const policy = program.command('policy').description('read a policy before it is in force');
  policy.addCommand(policyCheckCommand());
  policy.addCommand(policyExplainCommand());
}
