import { magnitude } from '../../matching/amounts.ts';
import { isOdd } from '../../matching/statistics.ts';
import type { InputLine } from './lines-file.ts';

// Among fewer it may be chance, and a few are mistakes.
const LEAST_OPPOSITE = 10;
const TIMES_SAME = 9;

/**
 * True where one file counts as income what the other counts as spending, as a card's statement may do: of the amounts that stand
 * once in each file and are no round ones, nine in ten have the other sign there.
 */
export function haveOppositeSigns(ledger: readonly InputLine[], statement: readonly InputLine[]): boolean {
  const [ours, theirs] = [once(ledger), once(statement)];
  let [same, opposite] = [0, 0];
  for (const [amount, minor] of ours) {
    const other = theirs.get(amount);
    if (other === minor) same += 1;
    else if (other !== undefined) opposite += 1;
  }
  return opposite >= LEAST_OPPOSITE && opposite >= TIMES_SAME * same;
}

/** Amounts without their sign that one line has, by currency, with their sign. */
function once(lines: readonly InputLine[]): Map<string, bigint> {
  const amounts = Map.groupBy(
    lines.filter(({ minor }) => isOdd(minor)),
    ({ currency, minor }) => `${currency} ${magnitude(minor)}`,
  );
  return new Map(
    [...amounts].flatMap(([amount, [line, ...others]]) =>
      line && others.length === 0 ? [[amount, line.minor] as const] : [],
    ),
  );
}

/** The same lines with the other sign. */
export function inverted(lines: readonly InputLine[]): InputLine[] {
  return lines.map((line) => ({ ...line, minor: -line.minor }));
}
