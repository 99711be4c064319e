import { z } from 'zod';
import { proposeMatch } from '../../ledger/matches.ts';
import { afterChange } from '../change.ts';
import { CHANGES, defineTool } from '../define-tool.ts';
import { requireScope } from '../identity.ts';
import { answerShape, id, rationale, reconciliationArgument } from '../shapes.ts';

export const proposeMatchTool = defineTool({
  name: 'propose_match',
  title: 'Propose a match',
  description:
    'Proposes that open lines belong together: a ledger line with a statement line, one with many, or a posting with ' +
    'its reversal. A person decides; above the limits of the policy the proposal is recorded and escalated. ' +
    'Every line must be open and of this reconciliation.',
  input: {
    reconciliation: reconciliationArgument,
    item_ids: z.array(id).min(2).max(500).describe('The lines that belong together.'),
    rationale: rationale.describe(
      'Why, for an auditor: amounts, dates and references that agree, and what differs.',
    ),
  },
  output: answerShape,
  annotations: CHANGES,
  async handler({ reconciliation, item_ids: itemIds, rationale: why }, context) {
    requireScope(context.caller, reconciliation);
    const answer = await proposeMatch(context.door, context.call, {
      reconciliation,
      itemIds,
      rationale: why,
    });
    return afterChange(answer, reconciliation, context);
  },
});
