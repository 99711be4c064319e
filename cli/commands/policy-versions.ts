import { basename } from 'node:path';
import type { Command } from 'commander';
import { approvePolicy, policyVersions } from '../../ledger/policy-versions.ts';
import { parsePolicy, readPolicyText } from '../../policy/load.ts';
import { callOf, contextOf, tellAnswer, withDoor } from '../context.ts';
import { as, command } from '../options.ts';
import { harmless, print, table } from '../output.ts';
import { type Acting, rationale } from './review.ts';

/** `policy approve`: the first of two people proposes by it, the second puts the version in force. */
export function policyApproveCommand(): Command {
  return command(
    'approve',
    'approve a policy file; with the second person other than its author it is in force',
    'policy approve my-company/policy.yaml --dir my-company --as human:tomas.lindqvist',
  )
    .argument('<file>', 'a policy.yaml')
    .addOption(as())
    .addOption(rationale())
    .action(async (file: string, options: Acting) => {
      const policy = parsePolicy(readPolicyText(file), basename(file));
      const answer = await withDoor(contextOf(options), (door) =>
        approvePolicy(door, callOf(options.as), { policy, rationale: options.rationale ?? null }),
      );
      tellAnswer(options, answer, `approve policy ${harmless(policy.content.version)}, hash ${policy.hash}`);
    });
}

/** `policy list`: every version that was registered, and which is in force. */
export function policyListCommand(): Command {
  return command(
    'list',
    'the registered versions: state, author, approvers, since when',
    'policy list --dir my-company',
  ).action(async (options: { dir?: string; json?: boolean }) => {
    const versions = await withDoor(contextOf(options), ({ db }) => policyVersions(db));
    const words = table(
      ['version', 'state', 'hash', 'author', 'approved by', 'since'],
      versions.map((one) => [
        harmless(one.version),
        one.state,
        one.hash,
        one.author,
        one.approvers.join(', ') ||
          (one.since === null ? '-' : `first version: ${one.approvedBy ?? 'nobody'}, by the file`),
        one.since ?? '-',
      ]),
    );
    print(options, versions, words);
  });
}
