import { addDays } from '../../policy/dates.ts';
import { Books, type Month, type Part, totalOf } from './month.ts';
import { mangled, respelled, transposed } from './noise.ts';
import type { Random } from './random.ts';
import { HEAVY_RATES, type Kind, RATES } from './rates.ts';

// A company with tens of thousands of lines a month has them in several accounts.
const LINES_AN_ACCOUNT = 2_500;

/**
 * A month of about so many lines a side with known truth and noise of every kind that {@link RATES} names, in one account
 * for every 2,500 lines.
 */
export function month(seed: number, lines: number, noise: 'usual' | 'heavy' = 'usual'): Month {
  const customers = Math.max(20, Math.round(lines / 12));
  const books = new Books(seed, customers, Math.ceil(lines / LINES_AN_ACCOUNT), noise === 'heavy');
  const maker = new Maker(books);
  for (const [kind, rate] of Object.entries(noise === 'heavy' ? HEAVY_RATES : RATES) as [Kind, number][])
    for (let left = counted(books.random, (rate * lines) / 1000); left > 0; left -= 1) maker.make(kind);
  return books.finish();
}

function counted(random: Random, expected: number): number {
  return Math.floor(expected) + (random.chance(expected % 1) ? 1 : 0);
}

/** Makes events of every kind. */
class Maker {
  readonly #books: Books;

  constructor(books: Books) {
    this.#books = books;
  }

  make(kind: Kind): void {
    const { random } = this.#books;
    const customer = random.pick(this.#books.customers);
    const minor = this.#books.amount();
    const day = this.#books.day();
    const later = this.#books.later(day);
    const invoice = this.#books.reference();
    const bank = random.chance(0.5)
      ? `${random.whole(10_000_000, 99_999_999)}${random.whole(1000, 9999)}`
      : '';
    const posted = {
      date: day,
      counterparty: customer,
      reference: invoice,
      description: random.pick(['Receipt', 'Payment', '', invoice]),
    };
    const banked = {
      date: later,
      counterparty: this.#books.heavy
        ? mangled(random, mangled(random, customer))
        : mangled(random, customer),
      description: random.pick(['ACH CREDIT', 'Credit', 'SEPA', '', 'Transfer']),
    };
    const pair = (type: string, ledger: Part, statement: Part) =>
      this.#books.event(kind, type, [ledger], [statement]);
    switch (kind) {
      case 'reference':
        return pair(
          'exact_match',
          { ...posted, minor },
          { ...banked, minor, reference: respelled(random, invoice) },
        );
      case 'identifier_in_text':
        return pair(
          'exact_match',
          { ...posted, minor },
          { ...banked, minor, reference: bank, description: this.#books.naming(invoice) },
        );
      case 'name_only':
        return pair(
          'fuzzy_match',
          { ...posted, minor },
          { ...banked, minor, reference: bank, ...this.#books.nameSomewhere(customer) },
        );
      case 'nothing_but_amount':
        return pair(
          'fuzzy_match',
          { ...posted, minor },
          { date: later, minor, reference: bank, description: 'ACH CREDIT' },
        );
      case 'same_amount_many_customers': {
        const usual = random.pick(this.#books.usual);
        return pair('fuzzy_match', { ...posted, minor: usual }, { ...banked, minor: usual, reference: bank });
      }
      case 'identical_twins': {
        for (const _ of [1, 2])
          pair('exact_match', { ...posted, minor }, { ...banked, minor, reference: invoice });
        return;
      }
      case 'group_with_fee': {
        const group = `PO-${random.whole(10_000, 99_999)}`;
        const parts = this.#books.parts(random.whole(3, 8)).map((part) => ({
          ...part,
          date: day,
          group,
          counterparty: random.pick(this.#books.customers),
          reference: this.#books.reference(),
        }));
        const total = totalOf(parts);
        const fee = (total * 29n) / 1000n + 30n;
        return this.#books.event(kind, 'multi_to_one', parts, [
          { date: later, minor: total - fee, group, counterparty: 'PAYWELL', description: `PAYOUT ${group}` },
        ]);
      }
      case 'paid_together': {
        const parts = this.#books.parts(random.whole(2, 5)).map((part) => ({
          ...part,
          ...posted,
          date: this.#books.earlier(day),
          reference: this.#books.reference(),
        }));
        const total = totalOf(parts);
        const said = random.chance(0.4) ? parts.map((part) => part.reference).join(' ') : 'Payment';
        return this.#books.event(kind, 'multi_to_one', parts, [
          { ...banked, minor: total, reference: bank, description: said },
        ]);
      }
      case 'paid_in_parts': {
        const parts = this.#books.parts(random.whole(2, 4)).map((part, at) => ({
          ...part,
          ...banked,
          date: this.#books.later(day),
          reference: random.chance(0.5) ? invoice : '',
          description: `Part ${at + 1}`,
        }));
        return this.#books.event(kind, 'multi_to_one', [{ ...posted, minor: totalOf(parts) }], parts);
      }
      case 'many_to_many': {
        const parts = this.#books.parts(random.whole(2, 3));
        const total = totalOf(parts);
        const first = (total * BigInt(random.whole(20, 80))) / 100n;
        const named = random.chance(0.5) ? invoice : '';
        return this.#books.event(
          kind,
          'many_to_many',
          parts.map((part) => ({
            ...part,
            ...posted,
            date: this.#books.earlier(day),
            reference: named || this.#books.reference(),
            description: '',
          })),
          [first, total - first].map((one) => ({
            ...banked,
            minor: one,
            reference: named,
            counterparty: mangled(random, customer),
          })),
        );
      }
      case 'deposit_of_a_day': {
        const parts = this.#books.parts(random.whole(3, 6)).map((part) => ({
          ...part,
          date: day,
          counterparty: random.pick(this.#books.customers),
          reference: `CS${random.whole(10_000, 99_999)}`,
          description: 'Counter sale',
        }));
        return this.#books.event(kind, 'multi_to_one', parts, [
          {
            date: later,
            minor: totalOf(parts),
            description: 'CASH DEPOSIT',
          },
        ]);
      }
      case 'transposed':
        return this.#mismatch(kind, posted, banked, minor, transposed(minor), invoice);
      case 'wire_fee':
        return this.#mismatch(
          kind,
          posted,
          banked,
          minor,
          minor - random.pick([1500n, 2500n, 1000n]),
          invoice,
        );
      case 'rounding':
        return this.#mismatch(
          kind,
          posted,
          banked,
          minor,
          minor + BigInt(random.pick([-2, -1, 1, 2])),
          invoice,
        );
      case 'partial':
        return pair(
          'fuzzy_match',
          { ...posted, minor },
          { ...banked, minor: (minor * BigInt(random.whole(30, 80))) / 100n, reference: invoice },
        );
      case 'turned_sign':
        return this.#mismatch(kind, posted, banked, minor, -minor, invoice);
      case 'reversed': {
        const two = random.chance(0.7) ? invoice : this.#books.reference();
        const said = random.pick(['Reversal', 'Storno', 'VOID', 'Correction of posting']);
        const both = [
          { ...posted, minor },
          { ...posted, date: this.#books.later(day), minor: -minor, reference: two, description: said },
        ];
        return random.chance(0.8)
          ? this.#books.event(kind, 'same_side_offset', both, [])
          : this.#books.event(kind, 'same_side_offset', [], both);
      }
      case 'posted_twice': {
        pair('exact_match', { ...posted, minor }, { ...banked, minor, reference: invoice });
        return this.#books.event(
          kind,
          'exception',
          [{ ...posted, date: addDays(day, random.whole(6, 10)), minor }],
          [],
        );
      }
      case 'only_ledger':
        return this.#books.event(kind, 'exception', [{ ...posted, minor }], []);
      case 'only_statement':
        return this.#books.event(
          kind,
          'exception',
          [],
          [
            {
              ...banked,
              minor,
              reference: bank,
              description: random.pick(['Account fee', 'Interest', 'Transfer', 'ACH CREDIT']),
            },
          ],
        );
      case 'look_alike': {
        // Two different events that look alike: one amount, other parties, or one party and the next invoice number.
        const other = random.pick(this.#books.customers);
        const next = random.chance(0.5);
        this.#books.event(kind, 'exception', [{ ...posted, minor }], []);
        return this.#books.event(
          kind,
          'exception',
          [],
          [
            next
              ? {
                  ...banked,
                  date: addDays(later, 9),
                  minor: minor + BigInt(random.whole(100, 9000)),
                  reference: this.#books.reference(),
                }
              : {
                  ...banked,
                  counterparty: mangled(random, other),
                  minor,
                  reference: this.#books.reference(),
                },
          ],
        );
      }
    }
  }

  #mismatch(
    kind: Kind,
    posted: Omit<Part, 'minor'>,
    banked: Omit<Part, 'minor'>,
    minor: bigint,
    other: bigint,
    invoice: string,
  ): void {
    const reference = this.#books.random.chance(0.6) ? invoice : '';
    this.#books.event(kind, 'fuzzy_match', [{ ...posted, minor }], [{ ...banked, minor: other, reference }]);
  }
}
