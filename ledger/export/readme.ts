import type { ExportOptions } from './export-audit.ts';

/** The page that a stranger reads first. */
export function readme(
  { entity, period, sample, verifier }: ExportOptions,
  { events, checkpoint }: { events: bigint; checkpoint: bigint | null },
): string {
  const sealed =
    checkpoint === null
      ? 'No checkpoint was signed yet: what these chains say rests on nobody having rewritten them as a whole.'
      : `The last checkpoint covers ${checkpoint} events of the whole log.`;
  return `# Evidence of the close of ${entity}, ${period}

${events} audit events: everything that was decided in this close, by whom, under which policy, and what was refused.
${sealed}

## Check it yourself

    closegate audit verify --export . --verifier FILE
    python3 verify_export.py . "$(cat FILE)"

Both work without a database and without a network. \`FILE\` is the verifier key that you were given by somebody you
trust, on another way than this folder.${verifier ? ' `verifier.txt` is the one that came with it: compare the two.' : ''}
Exit code 0 means intact, 2 changed, 3 cannot tell. The format is described in closegate's \`docs/audit-export.md\`,
so that you can write a third program.

## What is in it

| file | what it is |
|---|---|
| \`events.jsonl\` | all events of the streams of this close (\`run/…\`, \`reconciliation/…\`), of the registry (policy, actors, accounts, rates), of refused access and of the seal, each stream from its first event; of the last three also what other closes caused |
| \`events.csv\` | the same to read, without the signed bytes |
| \`sample.csv\` | ${sample.count} decisions of this close at most, drawn by the seed "${sample.seed}" |
| \`actors.json\` | who may act, with roles and who answers for whom |
| \`policies/\` | every policy version verbatim, and since when each was in force |
| \`escalations.csv\`, \`approvals.csv\` | what was asked of people, and who agreed to what |
| \`certifications.csv\` | which account was certified by whom, with its balances |
| \`sweeper.csv\` | events of the program that looks for closes that came to a halt |
| \`evals/\` | reports on the model's work, if there were any |
| \`checkpoints/\`, \`leaves\` | signed tree heads, and all leaf hashes, so that you can recompute each root |
| \`proofs/\` | that the lock and each certification are in the tree; that each checkpoint continues the one before |
| \`manifest.json\` | SHA-256 and size of each file, and where each stream ends |

## Draw the sample again

For each event of \`events.jsonl\` whose type is DECISION and whose entity and period are this close's: SHA-256 over the
seed's UTF-8 bytes followed by the 32 bytes of \`row_hash\`. Sort by it; the first ones are the sample. Choose a seed of
your own with \`closegate audit export --seed TEXT\`.

## What it cannot show

- Events after the last checkpoint are protected by their chain and by an HMAC, whose key is not in here.
- The manifest is not signed. Note its SHA-256, which the export printed; or compare the checkpoints with copies kept
  elsewhere (\`--checkpoints DIR\`).
- In CSV files a text that begins with \`=\`, \`+\`, \`-\` or \`@\` has an apostrophe before it. \`events.jsonl\` is unchanged.
`;
}
