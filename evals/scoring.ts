/** A line as a person sees it in the files, with its amount as a decimal string in its own currency. */
export interface LineFacts {
  readonly entity: string;
  readonly account: string;
  readonly side: string;
  readonly externalId: string;
  readonly date: string;
  readonly currency: string;
  readonly amount: string;
  readonly reference: string | null;
  readonly counterparty: string | null;
  readonly description: string | null;
}

/** Some lines that were said to belong together, or one line said to match nothing, under a type. */
export interface Claim {
  readonly type: string;
  /** From {@link claimKey}. */
  readonly key: string;
}

/** How one type fared. The three ratios are between 0 and 1. */
export interface TypeScore {
  readonly type: string;
  /** Claims of this type in the answer key. */
  readonly expected: number;
  /** Claims that were right, wherever they were, plus wrong ones that were labelled with this type. */
  readonly claimed: number;
  readonly right: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** All types, and their unweighted mean. */
export interface Score {
  readonly types: readonly TypeScore[];
  readonly macroF1: number;
  /** Right claims whose label is also the answer key's. Information: what counts is which lines belong together. */
  readonly labelled: number;
}

export const lineId = (entity: string, account: string, side: string, externalId: string): string =>
  `${entity}/${account}/${side}/${externalId}`;

/**
 * Names for lines under which indistinguishable lines have one name. Two lines are indistinguishable when account, side,
 * date, currency, amount, reference, counterparty and description are equal: which of two equal payments meets which of
 * two equal postings is a question that nobody can answer and that changes no balance.
 * @returns from {@link lineId} to the name.
 */
export function nameLines(lines: readonly LineFacts[]): Map<string, string> {
  return new Map(
    lines.map((line) => {
      const { entity, account, side, externalId, date, currency, amount, ...text } = line;
      const words = [text.reference, text.counterparty, text.description];
      const seen = [entity, account, side, date, currency, amount, ...words];
      return [lineId(entity, account, side, externalId), JSON.stringify(seen)];
    }),
  );
}

/** One key for a set of lines, whatever their order. A line that was never imported keeps its own id as its name. */
export function claimKey(ids: readonly string[], names: ReadonlyMap<string, string>): string {
  return ids
    .map((id) => names.get(id) ?? id)
    .sort()
    .join('\n');
}

/**
 * Compares claims with the answer key. A claim is right when the answer key has exactly these lines, no more and no
 * fewer; each row of the answer key answers one claim. A right claim counts for the type that the answer key gives it, a
 * wrong one against the type that it claims.
 */
export function score(expected: readonly Claim[], claimed: readonly Claim[]): Score {
  const unanswered = new Map<string, string[]>();
  for (const { key, type } of expected) unanswered.set(key, [...(unanswered.get(key) ?? []), type]);
  const right = new Map<string, number>();
  const wrong = new Map<string, number>();
  let labelled = 0;
  for (const { key, type } of claimed) {
    const types = unanswered.get(key) ?? [];
    const found = types.includes(type) ? type : types[0];
    if (found === undefined) {
      add(wrong, type);
      continue;
    }
    types.splice(types.indexOf(found), 1);
    add(right, found);
    if (found === type) labelled += 1;
  }
  const names = new Set([...expected, ...claimed].map(({ type }) => type));
  const types = [...names].sort().flatMap((type) => {
    const hits = right.get(type) ?? 0;
    const all = expected.filter((one) => one.type === type).length;
    const told = hits + (wrong.get(type) ?? 0);
    // A label that was only ever put on right claims of another type is no type of its own.
    return all + told === 0 ? [] : [typeScore(type, all, told, hits)];
  });
  return { types, macroF1: mean(types.map(({ f1 }) => f1)), labelled };
}

/** Which of the claims are not in the answer key. */
export function wrongClaims<Told extends Claim>(
  expected: readonly Claim[],
  claimed: readonly Told[],
): Told[] {
  const left = new Map<string, number>();
  for (const { key } of expected) add(left, key);
  return claimed.filter(({ key }) => {
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    return count === 0;
  });
}

function typeScore(type: string, expected: number, claimed: number, right: number): TypeScore {
  const precision = claimed === 0 ? 0 : right / claimed;
  const recall = expected === 0 ? 0 : right / expected;
  const f1 = right === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { type, expected, claimed, right, precision, recall, f1 };
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((total, value) => total + value, 0) / values.length;
}
