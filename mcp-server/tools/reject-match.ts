import { rejectMatch, getMatch } from '../../ledger/matches.ts';
import { afterChange } from '../change.ts';
import { DECIDES, defineTool } from '../define-tool.ts';
import { requireScope } from '../identity.ts';
import { answerShape, id, rationale } from '../shapes.ts';

export const rejectMatchTool = defineTool({
  name: 'reject_match',
  title: 'Reject a match',
  description:
    'Rejects a proposed match; its lines are open again. A rejection of a match made by rule needs a reason.',
  input: { match_id: id, rationale: rationale.describe('Why, for an auditor.') },
  output: answerShape,
  annotations: DECIDES,
  async handler({ match_id: matchId, rationale: why }, context) {
    const { reconciliation_id: reconciliation } = await getMatch(context.door.db, matchId);
    requireScope(context.caller, reconciliation);
    const answer = await rejectMatch(context.door, context.call, { matchId, rationale: why });
    return afterChange(answer, reconciliation, context);
  },
});
