import { basename } from 'node:path';
import { Command } from 'commander';
import { readPolicyText } from '../../policy/load.ts';
import { reviewPolicy } from '../../policy/review.ts';
import { json } from '../options.ts';
import { harmless, print } from '../output.ts';

/** `policy check`: exit 0 usable, 1 not. */
export function policyCheckCommand(): Command {
  return new Command('check')
    .description('check a policy file: shape, pointers, secrets, rules that can never have an effect')
    .argument('<file>', 'a policy.yaml')
    .option('--strict', 'warnings fail too')
    .addOption(json())
    .addHelpText('after', '\nExample:\n  closegate policy check my-company/policy.yaml')
    .action((file: string, options: { json?: boolean; strict?: boolean }) => {
      const { policy, remarks } = reviewPolicy(readPolicyText(file), basename(file));
      const errors = remarks.filter(({ level }) => level === 'error').length;
      const warnings = remarks.length - errors;
      const ok = errors === 0 && !(options.strict && warnings > 0);
      const version = policy?.content.version ?? null;
      const hash = policy?.hash ?? null;
      const words = [
        ...remarks.map(({ level, message }) => `${level}: ${harmless(message, 400)}`),
        `${harmless(file, 200)}: ${ok ? 'ok' : 'NOT USABLE'}, ${count(errors, 'error')}, ${count(warnings, 'warning')}`,
        ...(hash === null ? [] : [`  version ${harmless(version ?? '')}, hash ${hash}`]),
      ];
      print(options, { file, ok, version, hash, remarks }, words.join('\n'));
      process.exitCode = ok ? 0 : 1;
    });
}

const count = (howMany: number, what: string): string => `${howMany} ${what}${howMany === 1 ? '' : 's'}`;
