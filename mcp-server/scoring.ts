import { type Decimal, decimal } from '../policy/money.ts';
import type { Item } from '../ledger/items.ts';
import { similarity } from './similarity.ts';

/** How the two amounts relate. `opposite` is a posting and its reversal on one side. */
export const RELATIONS = [
  'equal',
  'transposed_digits',
  'fee_deducted',
  'close',
  'different',
  'opposite',
] as const;
export type Relation = (typeof RELATIONS)[number];

/** How well a candidate fits a line. */
export interface Fit {
  /** 0 to 100: up to 45 for the amount, 20 for the date, 20 for the counterparty, 15 for the reference. */
  readonly score: number;
  readonly relation: Relation;
  /** The line's base amount - the candidate's, in the reconciliation's currency. */
  readonly difference: Decimal;
  readonly daysApart: number;
  /** 0 to 100. */
  readonly counterpartySimilarity: number;
  /** Plain words without any text from outside. */
  readonly reasons: readonly string[];
}

type Line = Pick<
  Item,
  'side' | 'date' | 'base_amount' | 'fee' | 'counterparty' | 'description' | 'reference_key' | 'group_key'
>;

const POINTS: Record<Relation, number> = {
  equal: 45,
  opposite: 45,
  fee_deducted: 38,
  transposed_digits: 35,
  close: 20,
  different: 0,
};

/** Scores a candidate against a line. */
export function fitOf(line: Line, candidate: Line): Fit {
  const [a, b] = [decimal(line.base_amount), decimal(candidate.base_amount)];
  const difference = a.minus(b);
  const relation = relationOf(line, candidate);
  const daysApart = daysBetween(line.date, candidate.date);
  const alike = Math.max(
    similarity(line.counterparty, candidate.counterparty),
    // A statement often has the name in its text only.
    similarity(line.counterparty, candidate.description) * 0.9,
    similarity(line.description, candidate.counterparty) * 0.9,
  );
  const sameReference = line.reference_key !== null && line.reference_key === candidate.reference_key;
  const sameGroup = line.group_key !== null && line.group_key === candidate.group_key;
  const datePoints =
    daysApart === 0 ? 20 : daysApart <= 3 ? 16 : daysApart <= 5 ? 12 : daysApart <= 10 ? 6 : 0;
  const reasons = [
    sayRelation(relation, difference),
    daysApart === 0 ? 'same date' : `${daysApart} days apart`,
    `counterparty ${Math.round(alike * 100)} % alike`,
    ...(sameReference ? ['same reference'] : []),
    ...(sameGroup ? ['same group key'] : []),
  ];
  const score =
    POINTS[relation] + datePoints + Math.round(alike * 20) + (sameReference || sameGroup ? 15 : 0);
  return { score, relation, difference, daysApart, counterpartySimilarity: Math.round(alike * 100), reasons };
}

function relationOf(line: Line, candidate: Line): Relation {
  const [a, b] = [decimal(line.base_amount), decimal(candidate.base_amount)];
  if (line.side === candidate.side) return a.eq(b.negated()) ? 'opposite' : 'different';
  if (a.eq(b)) return 'equal';
  if (a.isNegative() !== b.isNegative()) return 'different';
  const gap = a.minus(b).abs();
  const fees = [line.fee, candidate.fee].flatMap((fee) => (fee === null ? [] : [decimal(fee).abs()]));
  if (fees.some((fee) => !fee.isZero() && fee.eq(gap))) return 'fee_deducted';
  if (areTransposed(a, b)) return 'transposed_digits';
  return gap.lte(a.abs().times('0.05')) ? 'close' : 'different';
}

/** True when swapping two neighbouring digits of one amount gives the other. */
export function areTransposed(a: Decimal, b: Decimal): boolean {
  const places = Math.max(a.decimalPlaces(), b.decimalPlaces(), 2);
  const digits = (amount: Decimal) => amount.abs().toFixed(places).replace('.', '');
  const [one, other] = [digits(a), digits(b)];
  if (one.length !== other.length) return false;
  const wrong = [...one].flatMap((digit, index) => (digit === other[index] ? [] : [index]));
  const [first, second] = wrong;
  if (wrong.length !== 2 || first === undefined || second !== first + 1) return false;
  return one[first] === other[second] && one[second] === other[first];
}

function sayRelation(relation: Relation, difference: Decimal): string {
  const gap = difference.abs().toFixed();
  switch (relation) {
    case 'equal':
      return 'amounts equal';
    case 'opposite':
      return 'opposite amounts on one side';
    case 'fee_deducted':
      return `amounts differ by the fee, ${gap}`;
    case 'transposed_digits':
      return `two digits swapped, difference ${gap}`;
    case 'close':
    case 'different':
      return `amounts differ by ${gap}`;
  }
}

/** Whole days between two `YYYY-MM-DD` dates. */
function daysBetween(a: string, b: string): number {
  return Math.abs(Date.parse(`${a}T00:00:00Z`) - Date.parse(`${b}T00:00:00Z`)) / 86_400_000;
}
