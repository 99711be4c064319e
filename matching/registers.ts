import type { Identifier } from './identifiers.ts';
import type { Line } from './line.ts';

const MANY_REFERENCES = 10;
const LEAST_OF_KIND = 0.2;
const LEAST_OF_LENGTH = 0.5;
const LONG_NUMBER = 8;
const [LEAST_DIGITS, LEAST_AGREEING, LEAST_OF_NUMBERS] = [5, 5, 0.3];

/**
 * Which registers the numbers of both sides are from, as far as the lines that are matched together tell: what they share, and
 * what each counts for itself.
 */
export class Registers {
  readonly #unsharedShapes: ReadonlySet<string>;
  readonly #unsharedKinds: ReadonlySet<string>;
  readonly #usedKinds: ReadonlySet<string>;
  readonly #sharedLengths: ReadonlySet<string>;
  readonly #numbered: ReadonlySet<number>;

  constructor(lines: readonly Line[]) {
    const { shapes, kinds, lengths } = sortsOf(lines);
    this.#unsharedShapes = shapes.unshared();
    this.#unsharedKinds = kinds.unshared();
    this.#usedKinds = kinds.shared(LEAST_OF_KIND);
    this.#sharedLengths = lengths.shared(LEAST_OF_LENGTH);
    this.#numbered = numberedAlike(lines);
  }

  /** False for a shape of references of which each side has many and no two are the same: they are of two registers. */
  sharesReferences(shape: string): boolean {
    return !this.#unsharedShapes.has(shape);
  }

  /** False for a kind of document of which each side has many and no two are the same, as each side's own orders. */
  sharesKind(kind: string): boolean {
    return !this.#unsharedKinds.has(kind);
  }

  /** True for a kind of document that both sides call so, and of which many are the same. */
  usesKind(kind: string): boolean {
    return this.#usedKinds.has(kind);
  }

  /**
   * True for one number whatever it is called, where the sides were seen to name one thing by such numbers: `INV-204117` and
   * `PO-204117`.
   */
  isOneNumber(a: Identifier, b: Identifier): boolean {
    return a.digits === b.digits && this.#numbered.has(a.digits.length);
  }

  /** True for two long numbers of a length that both sides mostly share: they are of one register, whatever stands before them. */
  ofOneRegister({ digits: a }: Identifier, { digits: b }: Identifier): boolean {
    return a.length >= LONG_NUMBER && a.length === b.length && this.#sharedLengths.has(String(a.length));
  }
}

/**
 * A reference's shape: `AAA9999` of INV0442; its length where letters and digits stand in no order, as in 8GN3SOWL. Of these each
 * side may have its own in the column, and name the other's in the text.
 * @param own of the statement's column.
 */
export function shapeOfKey(key: string, own: boolean): string {
  const shape = key.replace(/\d/g, '9').replace(/[A-Z]/g, 'A');
  if ((shape.match(TURNS)?.length ?? 0) < LEAST_TURNS) return shape;
  return `${own ? 'column' : 'text'} ${shape.length}`;
}

const TURNS = /A(?=9)|9(?=A)/g;
const LEAST_TURNS = 3;

/**
 * Shapes of references, kinds of documents, and lengths of long numbers, each with how many keys of it both sides have. Where
 * each side has many and no two are the same, they are of two registers that are written alike.
 */
function sortsOf(lines: readonly Line[]): Readonly<Record<'shapes' | 'kinds' | 'lengths', Tally>> {
  // One for both, as there are very many keys; true for those that stand in a reference column.
  const ours = new Map<string, boolean>();
  const numbers = new Set<string>();
  const [shapes, kinds, lengths] = [new Tally(), new Tally(), new Tally()];
  for (const { side, identifiers } of lines)
    if (side === 'ledger')
      for (const { key, own, kind, digits } of identifiers) {
        ours.set(key, own || ours.get(key) === true);
        if (own) shapes.know(shapeOfKey(key, true));
        if (own) shapes.know(shapeOfKey(key, false));
        if (kind !== '' && digits !== '') kinds.know(kind);
        if (digits.length < LONG_NUMBER) continue;
        lengths.know(String(digits.length));
        numbers.add(digits);
      }
  for (const { side, identifiers } of lines)
    if (side === 'statement')
      for (const { key, own, kind, digits } of identifiers) {
        shapes.count(shapeOfKey(key, own), ours.get(key) === true);
        if (digits !== '') kinds.count(kind, ours.has(key));
        lengths.count(String(digits.length), numbers.has(digits));
      }
  return { shapes, kinds, lengths };
}

/**
 * Lengths of numbers that both sides have under different names and mean one thing by: time and again the amounts are the same as
 * well. Two registers may count the same numbers, and then the amounts are not.
 */
function numberedAlike(lines: readonly Line[]): Set<number> {
  const theirs = new Map<string, { kind: string; minor: bigint }[]>();
  const met = new Map<number, { numbers: number; agreeing: number }>();
  const numbersOf = function* (side: Line['side']) {
    for (const line of lines)
      if (line.side === side)
        for (const { kind, digits } of line.identifiers)
          if (digits.length >= LEAST_DIGITS) yield { kind, digits, minor: line.minor };
  };
  for (const { kind, digits, minor } of numbersOf('statement')) {
    const known = theirs.get(digits);
    if (known) known.push({ kind, minor });
    else theirs.set(digits, [{ kind, minor }]);
  }
  for (const { kind, digits, minor } of numbersOf('ledger')) {
    const others = theirs.get(digits)?.filter((other) => other.kind !== kind) ?? [];
    if (others.length === 0) continue;
    const { numbers, agreeing } = met.get(digits.length) ?? { numbers: 0, agreeing: 0 };
    const isSame = others.some((other) => other.minor === minor);
    met.set(digits.length, { numbers: numbers + 1, agreeing: agreeing + (isSame ? 1 : 0) });
  }
  const found = [...met].filter(
    ([, { numbers, agreeing }]) => agreeing >= LEAST_AGREEING && agreeing > numbers * LEAST_OF_NUMBERS,
  );
  return new Set(found.map(([length]) => length));
}

/** Of sorts that one side knows, how many keys the other has, and how many of them are the same. */
class Tally {
  readonly #sorts = new Map<string, { keys: number; shared: number }>();

  know(sort: string): void {
    if (!this.#sorts.has(sort)) this.#sorts.set(sort, { keys: 0, shared: 0 });
  }

  count(sort: string, shared: boolean): void {
    const known = this.#sorts.get(sort);
    if (!known) return;
    known.keys += 1;
    if (shared) known.shared += 1;
  }

  unshared(): Set<string> {
    const found = [...this.#sorts].filter(
      ([, { keys, shared }]) => keys >= MANY_REFERENCES && shared * 20 < keys,
    );
    return new Set(found.map(([sort]) => sort));
  }

  /** @param least the share of its keys that are the same, at least. */
  shared(least: number): Set<string> {
    const found = [...this.#sorts].filter(
      ([, { keys, shared }]) => keys >= MANY_REFERENCES && shared > keys * least,
    );
    return new Set(found.map(([sort]) => sort));
  }
}
