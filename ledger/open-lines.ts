import type { OpenLine, OpenLines } from './candidate.ts';
import { type Block, type CopiedRow, mapped } from './copy-out.ts';

/** A reconciliation's open lines, held as the bytes in which the database gave them. */
export class HeldLines implements OpenLines {
  readonly #blocks: Block[];

  /** @param blocks of rows of the columns that {@link OpenLine} names, in its order; they are used up by `last` and `handOver`. */
  constructor(blocks: Block[]) {
    this.#blocks = blocks;
  }

  /** How much there is of them. */
  get bytes(): number {
    return this.#blocks.reduce((total, { length }) => total + length, 0);
  }

  *[Symbol.iterator](): Generator<readonly OpenLine[]> {
    for (const block of this.#blocks) yield* mapped(block, lineOf);
  }

  *last(): Generator<readonly OpenLine[]> {
    for (let block = this.#blocks.shift(); block; block = this.#blocks.shift()) yield* mapped(block, lineOf);
  }

  /** The bytes, for another thread; none are left here. */
  handOver(): Block[] {
    return this.#blocks.splice(0);
  }
}

function lineOf(row: CopiedRow): OpenLine {
  return {
    id: String(row.int8()),
    side: row.text() === 'ledger' ? 'ledger' : 'statement',
    external_id: row.text() ?? '',
    date: row.text() ?? '',
    currency: row.text() ?? '',
    amount: row.text() ?? '',
    base_amount: row.text() ?? '',
    fee: row.text(),
    reference: row.text(),
    counterparty: row.text(),
    description: row.text(),
    group_key: row.text(),
  };
}
