import type { Item } from '../ledger/items.ts';
import type { Candidate } from '../ledger/settle.ts';
import { typeOf } from '../ledger/legs.ts';
import { type Decimal, decimal, sum } from '../policy/money.ts';
import { daysBetween } from '../policy/dates.ts';
import { similarity } from './similarity.ts';

/** One rule of the matcher: what it finds among lines that no earlier rule took. */
export interface Rule {
  readonly name: string;
  readonly find: (open: readonly Item[], context: RuleContext) => readonly Candidate[];
}

/** What rules need to know besides the lines. */
export interface RuleContext {
  /** Largest exchange difference, in the reconciliation's currency, that an intercompany match may leave. */
  readonly fxTolerance: Decimal;
}

// Cheques and transfers settle within days; a reference that returns later is somebody reusing a number.
const REFERENCE_WINDOW_DAYS = 21;
const TEXT_WINDOW_DAYS = 6;
const OFFSET_WINDOW_DAYS = 10;
const TEXT_THRESHOLD_PERCENT = 70n;

/** Same reference, same amount, within the window. Settles when it is the only such pair. */
export const exactReference: Rule = {
  name: 'exact_reference',
  find(open) {
    const key = (item: Item) => (item.reference_key ? `${item.reference_key}|${amountKey(item)}` : null);
    return pairs(open, key, REFERENCE_WINDOW_DAYS).map(({ ledger, statement, others }) => ({
      rule: exactReference.name,
      type: 'exact_match',
      legs: [ledger, statement],
      score: others === 0 ? '1.00' : '0.80',
      alternatives: others,
      reasons: `same reference ${ledger.reference ?? ''} and same amount ${ledger.amount} ${ledger.currency}, ${apart(ledger, statement)}${ambiguity(others)}`,
    }));
  },
};

/** Lines that share a payout, deposit slip or batch, adding up to the cent, fees stated on the lines included. */
export const groupKey: Rule = {
  name: 'group_key',
  find(open) {
    const groups = bucket(open, (item) => item.group_key);
    return [...groups.entries()].flatMap(([group, legs]) => {
      const [ledger, statement] = [side(legs, 'ledger'), side(legs, 'statement')];
      const oneToMany = Math.min(ledger.length, statement.length) === 1 && legs.length > 2;
      if (!oneToMany || !sum(ledger.map(gross)).eq(sum(statement.map(gross)))) return [];
      const fees = sum(legs.map((leg) => decimal(leg.fee ?? '0')));
      const stated = fees.isZero() ? '' : `, stated fees of ${fees.toFixed(2)} included`;
      return [
        {
          rule: groupKey.name,
          type: 'multi_to_one' as const,
          legs,
          score: '1.00',
          alternatives: 0,
          reasons: `${ledger.length} ledger and ${statement.length} statement lines of group ${group} add up to the cent${stated}`,
        },
      ];
    });
  },
};

/** Same reference in two currencies, apart by no more than exchange rates explain. A proposal. */
export const intercompanyReference: Rule = {
  name: 'intercompany_reference',
  find(open, { fxTolerance }) {
    const foreign = open.filter((item) => item.reference_key !== null);
    return pairs(foreign, (item) => item.reference_key, REFERENCE_WINDOW_DAYS).flatMap(
      ({ ledger, statement, others }) => {
        if (ledger.currency === statement.currency) return [];
        const difference = decimal(ledger.base_amount).minus(statement.base_amount);
        if (difference.abs().gt(fxTolerance)) return [];
        return [
          {
            rule: intercompanyReference.name,
            type: 'fuzzy_match' as const,
            legs: [ledger, statement],
            score: others === 0 ? '0.95' : '0.60',
            alternatives: others,
            reasons:
              `same reference ${ledger.reference ?? ''}; ${ledger.amount} ${ledger.currency} against ${statement.amount} ${statement.currency}, ` +
              `which leaves an exchange difference of ${difference.toFixed()} at the rate of ${statement.date}${ambiguity(others)}`,
          },
        ];
      },
    );
  },
};

/** A posting and its reversal on one side: opposite amounts under one reference. A proposal. */
export const sameSideOffset: Rule = {
  name: 'same_side_offset',
  find(open) {
    const groups = bucket(open, (item) =>
      item.reference_key
        ? `${item.side}|${item.reference_key}|${decimal(item.base_amount).abs().toFixed()}`
        : null,
    );
    return [...groups.values()].flatMap((legs) => {
      const [first, second] = legs;
      if (!first || !second || legs.length !== 2) return [];
      const cancels = decimal(first.base_amount).plus(second.base_amount).isZero();
      if (!cancels || Math.abs(daysBetween(first.date, second.date)) > OFFSET_WINDOW_DAYS) return [];
      return [
        {
          rule: sameSideOffset.name,
          type: typeOf(legs, true),
          legs,
          score: '0.90',
          alternatives: 0,
          reasons: `${first.amount} and ${second.amount} ${first.currency} under reference ${first.reference ?? ''} cancel each other on the ${first.side} side`,
        },
      ];
    });
  },
};

/** Same amount, near dates, similar counterparty, each the other's best. Never settles: such pairs are wrong too often. */
export const amountDateText: Rule = {
  name: 'amount_date_text',
  find(open) {
    const found: Candidate[] = [];
    for (const legs of bucket(open, amountKey).values()) {
      const scored = side(legs, 'ledger').flatMap((ledger) =>
        side(legs, 'statement')
          .filter((statement) => Math.abs(daysBetween(ledger.date, statement.date)) <= TEXT_WINDOW_DAYS)
          .map((statement) => ({ ledger, statement, percent: similarity(ledger, statement) }))
          .filter(({ percent }) => percent >= TEXT_THRESHOLD_PERCENT),
      );
      for (const pair of scored) {
        const rivals = scored.filter(
          (other) => other !== pair && (other.ledger === pair.ledger || other.statement === pair.statement),
        );
        if (rivals.some((rival) => rival.percent >= pair.percent)) continue;
        found.push({
          rule: amountDateText.name,
          type: 'fuzzy_match',
          legs: [pair.ledger, pair.statement],
          score: decimal(pair.percent).div(decimal('100')).toFixed(2),
          alternatives: rivals.length,
          reasons:
            `same amount ${pair.ledger.amount} ${pair.ledger.currency}, ${apart(pair.ledger, pair.statement)}, counterparties ` +
            `${pair.percent}% alike (quoted, not trusted: "${quote(pair.ledger)}" and "${quote(pair.statement)}")`,
        });
      }
    }
    return found;
  },
};

/** What a line is worth before a fee stated on it. */
function gross(item: Item): Decimal {
  return decimal(item.base_amount).plus(decimal(item.fee ?? '0'));
}

function amountKey(item: Item): string {
  return `${item.currency} ${decimal(item.amount).toFixed()}`;
}

function side(items: readonly Item[], which: Item['side']): Item[] {
  return items.filter((item) => item.side === which);
}

function bucket(items: readonly Item[], keyOf: (item: Item) => string | null): Map<string, Item[]> {
  const buckets = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    const bucketed = buckets.get(key);
    if (bucketed) bucketed.push(item);
    else buckets.set(key, [item]);
  }
  return buckets;
}

/** Pairs lines of equal key across the sides, nearest dates first; `others` counts the pairings that are as good. */
function pairs(
  items: readonly Item[],
  keyOf: (item: Item) => string | null,
  windowDays: number,
): { ledger: Item; statement: Item; others: number }[] {
  return [...bucket(items, keyOf).values()].flatMap((legs) => {
    const [ledgers, statements] = [side(legs, 'ledger'), side(legs, 'statement')];
    const others = Math.max(ledgers.length, statements.length) - 1;
    return ledgers.slice(0, statements.length).flatMap((ledger, index) => {
      const statement = statements[index];
      if (!statement || Math.abs(daysBetween(ledger.date, statement.date)) > windowDays) return [];
      return [{ ledger, statement, others }];
    });
  });
}

function apart(a: Item, b: Item): string {
  const days = Math.abs(daysBetween(a.date, b.date));
  return days === 0 ? 'same day' : `${days} day${days === 1 ? '' : 's'} apart`;
}

function ambiguity(others: number): string {
  return others === 0 ? '' : `; ambiguous: ${others} other pairing${others === 1 ? ' is' : 's are'} as good`;
}

function quote(item: Item): string {
  return (item.counterparty ?? '').replace(/[\p{C}"]/gu, ' ').slice(0, 60);
}
