import { z } from 'zod';
import { openItems } from '../../ledger/items.ts';
import { getReconciliation } from '../../ledger/reconciliations.ts';
import { READS, defineTool } from '../define-tool.ts';
import { requireScope } from '../identity.ts';
import { UNTRUSTED_NOTE, id, itemOf, itemShape, note, reconciliationArgument } from '../shapes.ts';

const PAGE = 25;

export const listOpenItemsTool = defineTool({
  name: 'list_open_items',
  title: 'List open items',
  description:
    'The lines of a reconciliation that are in no match and no exception, in id order, a page at a time. ' +
    'Amounts are decimal strings; both sides carry the same sign for the same movement.',
  input: {
    reconciliation: reconciliationArgument,
    side: z.enum(['ledger', 'statement']).optional(),
    after: id.optional().describe('The next_after of the page before.'),
    limit: z.int().min(1).max(PAGE).default(PAGE),
  },
  output: {
    note,
    reconciliation: z.string(),
    currency: z.string(),
    open_count: z.string(),
    items: z.array(itemShape),
    next_after: z.string().nullable(),
  },
  annotations: READS,
  async handler({ reconciliation: name, side, after, limit }, { door, caller }) {
    requireScope(caller, name);
    const reconciliation = await getReconciliation(door.db, name);
    const page = await openItems(door.db, reconciliation.id, {
      limit,
      ...(side === undefined ? {} : { side }),
      ...(after === undefined ? {} : { after }),
    });
    return {
      note: UNTRUSTED_NOTE,
      reconciliation: reconciliation.id,
      currency: reconciliation.currency,
      open_count: page.openCount,
      items: page.items.map((item) => itemOf(item, reconciliation.currency)),
      next_after: page.nextAfter,
    };
  },
});
