import { z } from 'zod';
import { policyInForce } from '../../ledger/policy-in-force.ts';
import { rateUsed, ratesFor } from '../../ledger/rates.ts';
import { getReconciliation } from '../../ledger/reconciliations.ts';
import { READS, defineTool } from '../define-tool.ts';
import { requireScope } from '../identity.ts';
import { candidateLines, twinLines } from '../queries/candidates.ts';
import { SHARED, groupSolutions } from '../queries/group-solutions.ts';
import { itemById, itemHistory } from '../queries/item-history.ts';
import { RELATIONS, fitOf } from '../scoring.ts';
import { UNTRUSTED_NOTE, id, itemOf, itemShape, money, note } from '../shapes.ts';

const MOST = 8;

export const investigateItemTool = defineTool({
  name: 'investigate_item',
  title: 'Investigate an item',
  description:
    'One line with what could belong to it: open candidates on the other side, reversals on its own side, groups of ' +
    'lines that add up, equal lines on its own side, and the matches and exceptions it was in before. Scores run from 0 to 100, with reasons.',
  input: { item_id: id },
  output: {
    note,
    reconciliation: z.string(),
    currency: z.string(),
    open: z.boolean(),
    item: itemShape,
    rate: z
      .strictObject({ source: z.string(), published: z.string(), rate: z.string() })
      .nullable()
      .describe('The published rate behind base_amount; null where the line is in that currency.'),
    candidates: z.array(
      z.strictObject({
        score: z.int(),
        amount_relation: z.enum(RELATIONS),
        difference: z.string(),
        days_apart: z.int(),
        counterparty_similarity: z.int(),
        reasons: z.array(z.string()),
        line: itemShape,
      }),
    ),
    candidates_found: z.int().describe('Before the list was cut to the best.'),
    groups: z.array(
      z.strictObject({
        shared: z.enum(SHARED),
        item_ids: z.array(z.string()),
        ledger_total: z.string(),
        statement_total: z.string(),
        net_of_fees: z.boolean(),
      }),
    ),
    twins: z
      .array(z.strictObject({ open: z.boolean(), line: itemShape }))
      .describe(
        'Lines on the same side with the same amount and counterparty, also those that are matched already.',
      ),
    history: z.array(
      z.strictObject({
        kind: z.enum(['match', 'exception']),
        id: z.string(),
        live: z.boolean(),
        state: z.string(),
        reason: z.string(),
        by: z.string(),
        decided_by: z.string().nullable(),
        untrusted: z.strictObject({ words: z.string() }),
      }),
    ),
  },
  annotations: READS,
  async handler({ item_id: itemId }, { door, caller }) {
    const item = await itemById(door.db, itemId);
    requireScope(caller, item.reconciliation_id);
    const { currency } = await getReconciliation(door.db, item.reconciliation_id);
    const needed = { currencies: [item.currency, currency], from: item.date, to: item.date };
    const { source } = (await policyInForce(door.db)).content.fx;
    const [rates, lines, groups, twins, history] = await Promise.all([
      ratesFor(door.db, { source, ...needed }),
      candidateLines(door.db, itemId),
      groupSolutions(door.db, itemId),
      twinLines(door.db, itemId),
      itemHistory(door.db, itemId),
    ]);
    const fits = lines.map((line) => ({ line, fit: fitOf(item, line) }));
    // Equal scores in the order of the query: nearest amount, nearest date, lowest id.
    fits.sort((a, b) => b.fit.score - a.fit.score);
    return {
      note: UNTRUSTED_NOTE,
      reconciliation: item.reconciliation_id,
      currency,
      open: !history.some((past) => past.live),
      item: itemOf(item, currency),
      rate: rateUsed(rates, item.currency, currency, item.date),
      candidates: fits.slice(0, MOST).map(({ line, fit }) => ({
        score: fit.score,
        amount_relation: fit.relation,
        difference: money(fit.difference.toFixed(), currency),
        days_apart: fit.daysApart,
        counterparty_similarity: fit.counterpartySimilarity,
        reasons: [...fit.reasons],
        line: itemOf(line, currency),
      })),
      candidates_found: fits.length,
      groups: groups.map((group) => ({
        ...group,
        ledger_total: money(group.ledger_total, currency),
        statement_total: money(group.statement_total, currency),
      })),
      twins: twins.map(({ open, ...line }) => ({ open, line: itemOf(line, currency) })),
      history: history.map(({ kind, id: pastId, live, state, reason, by, decided_by, words }) => ({
        kind,
        id: pastId,
        live,
        state,
        reason,
        by,
        decided_by,
        untrusted: { words },
      })),
    };
  },
});
