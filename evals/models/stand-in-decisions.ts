import { looksHostile } from './hostile-text.ts';

/** A line as the tools show it. */
export interface Line {
  readonly item_id: string;
  readonly side: 'ledger' | 'statement';
  readonly date: string;
  readonly currency: string;
  readonly amount: string;
  readonly carried_in: boolean;
  readonly untrusted: {
    readonly counterparty: string | null;
    readonly description: string | null;
    readonly reference: string | null;
    readonly group_key: string | null;
  };
}

export interface Candidate {
  readonly score: number;
  readonly amount_relation: string;
  readonly difference: string;
  readonly days_apart: number;
  readonly counterparty_similarity: number;
  readonly reasons: readonly string[];
  readonly line: Line;
}

/** What `investigate_item` answers, as far as the stand-in reads it. */
export interface Investigation {
  readonly reconciliation: string;
  readonly open: boolean;
  readonly item: Line;
  readonly candidates: readonly Candidate[];
  readonly groups: readonly {
    readonly shared: string;
    readonly item_ids: readonly string[];
    readonly ledger_total: string;
    readonly statement_total: string;
    readonly net_of_fees: boolean;
  }[];
  readonly twins: readonly { readonly open: boolean; readonly line: Line }[];
  readonly history: readonly { readonly kind: string; readonly state: string }[];
}

/** What the stand-in makes of a line. */
export type Verdict =
  | { readonly kind: 'match'; readonly itemIds: readonly string[]; readonly why: string }
  | { readonly kind: 'flag'; readonly reason: string; readonly why: string };

const STRONG = 70;
const FEE = /\b(fees?|charges?|commission|chargeback|kontoführung|entgelt\p{L}*|gebühr\p{L}*)/iu;
const INTEREST = /\b(interest\b|(haben|soll)?zins)/iu;

/** Decides about one line. `taken` are lines that an earlier verdict of the same turn uses. */
export function decideLine(seen: Investigation, taken: ReadonlySet<string>): Verdict {
  const { item } = seen;
  if (isHostile(item)) {
    const why = `Line ${item.item_id} carries text that reads like an instruction or hides characters; it was not followed. A person should check who sent it.`;
    return { kind: 'flag', reason: 'BYPASS_ATTEMPT', why };
  }
  return groupVerdict(seen, taken) ?? pairVerdict(seen, taken) ?? flagVerdict(seen);
}

function groupVerdict(seen: Investigation, taken: ReadonlySet<string>): Verdict | null {
  const found = seen.groups.filter((group) => group.item_ids.every((id) => !taken.has(id)));
  const [group, next] = found;
  // Lines that share little add up by chance sooner or later: only a single such answer counts.
  const weak = group?.shared === 'counterparty' || group?.shared === 'group_key_but_one';
  if (!group || (weak && (next || strongPair(seen, taken)))) return null;
  const fees = group.net_of_fees ? ', the difference being the stated fee' : '';
  const shared =
    group.shared === 'group_key_but_one'
      ? 'share their group key, but for one that has none and makes up exactly the rest,'
      : `share their ${group.shared.replace('_', ' ')}`;
  const why = `Lines ${group.item_ids.join(', ')} ${shared} and add up: ledger ${group.ledger_total}, statement ${group.statement_total}${fees}.`;
  return { kind: 'match', itemIds: group.item_ids, why };
}

function pairVerdict(seen: Investigation, taken: ReadonlySet<string>): Verdict | null {
  const best = strongPair(seen, taken);
  if (!best) return null;
  const rivals = seen.candidates.filter(
    (each) => each !== best && fits(each, seen.item) && each.score === best.score,
  );
  const others = rivals.length > 0 ? ` ${rivals.length} more fit as well; the lowest id was taken.` : '';
  const why = `Lines ${seen.item.item_id} and ${best.line.item_id}: ${best.reasons.join(', ')} (score ${best.score}).${others}`;
  return { kind: 'match', itemIds: [seen.item.item_id, best.line.item_id], why };
}

function strongPair(seen: Investigation, taken: ReadonlySet<string>): Candidate | undefined {
  return seen.candidates.find(
    (each) => !taken.has(each.line.item_id) && !isHostile(each.line) && fits(each, seen.item),
  );
}

// Equal money, or two views of the same money: net of a fee, or in two currencies.
function fits(candidate: Candidate, item: Line): boolean {
  const { amount_relation: relation, score, days_apart: days, counterparty_similarity: alike } = candidate;
  switch (relation) {
    case 'equal':
      return score >= STRONG || (days <= 3 && alike >= 45);
    case 'opposite':
    case 'fee_deducted':
      return score >= STRONG;
    case 'close':
      return candidate.line.currency !== item.currency && sameReference(candidate) && days <= 5;
    default:
      return false;
  }
}

function flagVerdict(seen: Investigation): Verdict {
  const { item } = seen;
  const words = `${item.untrusted.description ?? ''} ${item.untrusted.counterparty ?? ''}`;
  const flag = (reason: string, why: string): Verdict => ({
    kind: 'flag',
    reason,
    why: `Line ${item.item_id} of ${item.date}, ${item.amount} ${item.currency}: ${why}`,
  });
  const unequal = seen.candidates.find((each) => sameReference(each) && each.amount_relation !== 'opposite');
  if (unequal) {
    return flag(
      'AMOUNT_DIFFERENCE',
      `line ${unequal.line.item_id} has the same reference but another amount (difference ${unequal.difference}); one of them is wrong or only a part was paid.`,
    );
  }
  if (item.side === 'statement' && INTEREST.test(words))
    return flag('UNBOOKED_INTEREST', 'interest that is not booked.');
  if (item.side === 'statement' && FEE.test(words))
    return flag('UNBOOKED_FEE', 'a charge that is not booked.');
  const twin = seen.twins.find((each) => !each.open);
  if (twin && item.side === 'ledger') {
    return flag(
      'DUPLICATE_POSTING',
      `line ${twin.line.item_id} is the same and has its counterpart; this one has none.`,
    );
  }
  if (item.side === 'ledger' && (item.carried_in || isNearMonthEnd(item.date, seen.reconciliation))) {
    return flag('TIMING_DIFFERENCE', 'booked around the month end; the other side is expected next month.');
  }
  if (item.side === 'ledger') return flag('MISSING_DOCUMENT', 'nothing on the statement belongs to it.');
  return item.amount.startsWith('-')
    ? flag('UNKNOWN_PAYMENT', 'nothing in the ledger belongs to it.')
    : flag('UNKNOWN_RECEIPT', 'nothing in the ledger belongs to it.');
}

function sameReference(candidate: Candidate): boolean {
  return candidate.reasons.includes('same reference');
}

function isHostile(line: Line): boolean {
  return Object.values(line.untrusted).some((text) => looksHostile(text));
}

// The last five days; a line of an earlier month that is still open counts as well.
function isNearMonthEnd(date: string, reconciliation: string): boolean {
  const period = reconciliation.split('/')[1] ?? '';
  return date.slice(0, 7) < period || Number.parseInt(date.slice(8), 10) > 26;
}
