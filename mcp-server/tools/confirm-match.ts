import { z } from 'zod';
import { confirmMatch, getMatch } from '../../ledger/matches.ts';
import { afterChange } from '../change.ts';
import { DECIDES, defineTool } from '../define-tool.ts';
import { requireScope } from '../identity.ts';
import { answerShape, id, rationale } from '../shapes.ts';

export const confirmMatchTool = defineTool({
  name: 'confirm_match',
  title: 'Confirm a match',
  description:
    'Asks to confirm a proposed match. Confirming is for people: from a model it is escalated or denied, with the rules that say so. Nobody confirms what they proposed.',
  input: {
    match_id: id,
    rationale: rationale.optional().describe('Why, for an auditor; needed above materiality.'),
    content_hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .describe('The version of the match that you saw; another one is refused as APPROVAL_STALE.'),
  },
  output: answerShape,
  annotations: DECIDES,
  async handler({ match_id: matchId, rationale: why, content_hash: contentHash }, context) {
    const { reconciliation_id: reconciliation } = await getMatch(context.door.db, matchId);
    requireScope(context.caller, reconciliation);
    const answer = await confirmMatch(context.door, context.call, {
      matchId,
      rationale: why ?? null,
      contentHash: contentHash ?? null,
    });
    return afterChange(answer, reconciliation, context);
  },
});
