import { z } from 'zod';
import { getReconciliation } from '../../ledger/reconciliations.ts';
import { READS, defineTool } from '../define-tool.ts';
import { requireScope } from '../identity.ts';
import { auditEvents } from '../queries/audit-events.ts';
import { reconciliationArgument } from '../shapes.ts';

const PAGE = 50;
const maybe = z.string().nullable();

export const queryAuditTool = defineTool({
  name: 'query_audit',
  title: 'Query the audit log',
  description:
    'The audit events of a reconciliation in order: who asked for what, what was decided, and which rules fired.',
  input: {
    reconciliation: reconciliationArgument,
    after: z
      .string()
      .regex(/^\d{1,18}$/)
      .default('0')
      .describe('Only events behind this sequence number.'),
    limit: z.int().min(1).max(PAGE).default(PAGE),
  },
  output: {
    reconciliation: z.string(),
    events: z.array(
      z.strictObject({
        seq: z.string(),
        at: z.string(),
        event_type: z.string(),
        actor: maybe,
        action: maybe,
        decision: maybe,
        codes: z.array(z.string()),
        subject: maybe,
        policy_hash: maybe,
        row_hash: z.string(),
      }),
    ),
    next_after: maybe,
  },
  annotations: READS,
  async handler({ reconciliation: name, after, limit }, { door, caller }) {
    requireScope(caller, name);
    const { id: reconciliation } = await getReconciliation(door.db, name);
    const rows = await auditEvents(door.db, reconciliation, after, limit + 1);
    const page = rows.slice(0, limit);
    return {
      reconciliation,
      events: page,
      next_after: rows.length > limit ? (page.at(-1)?.seq ?? null) : null,
    };
  },
});
