import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { Failed, print } from '../output.ts';
import { PROGRAM } from '../stack/home.ts';

/** `init`: a commented starter for one's own company. */
export function initCommand(program: Command): void {
  program
    .command('init')
    .description('write a commented starter: company, policy, actors, a CSV mapping and an inbox')
    .argument('<dir>', 'a new or empty folder')
    .option('--json', 'print one JSON document instead of words')
    .addHelpText('after', '\nExample:\n  closegate init my-company')
    .action((dir: string, options: { json?: boolean }) => {
      const target = resolve(dir);
      if (existsSync(target) && readdirSync(target).length > 0) {
        throw new Failed(`${target} is not empty; name a new folder, nothing was written`);
      }
      mkdirSync(target, { recursive: true });
      cpSync(join(PROGRAM, 'examples', 'starter'), target, { recursive: true });
      const words = [
        `wrote ${target}`,
        '  company.yaml   entities, accounts, which file belongs to which account',
        '  policy.yaml    who may do what; what settles by itself',
        '  actors.yaml    people, the model, the engine',
        '  inbox/         your files, one folder a month',
        '',
        'What now:',
        `  closegate close --dir ${dir} --period 2026-03     closes the sample month`,
      ];
      print(options, { dir: target }, words.join('\n'));
    });
}
