import { addDays, dayOfWeek } from '../../policy/dates.ts';
import { show } from '../../matching/amounts.ts';
import { companyName, mangled } from './noise.ts';
import { Random } from './random.ts';

/** A line of a generated file: the input columns of `closegate match`. */
export interface MonthLine {
  readonly id: string;
  readonly account: string;
  readonly date: string;
  readonly amount: string;
  readonly currency: string;
  readonly reference: string;
  readonly counterparty: string;
  readonly description: string;
  readonly group: string;
}

/** What belongs together. An exception has one line. */
export interface Truth {
  readonly type: string;
  readonly ledger: readonly string[];
  readonly statement: readonly string[];
  /** The kind of event that made it, for seeing which kinds fail. */
  readonly kind: string;
}

export interface Month {
  readonly ledger: readonly MonthLine[];
  readonly statement: readonly MonthLine[];
  readonly truth: readonly Truth[];
}

export type Part = Partial<Omit<MonthLine, 'id' | 'account' | 'amount' | 'currency'>> & {
  readonly minor: bigint;
};

/** What some lines come to, in minor units. */
export function totalOf(parts: readonly Pick<Part, 'minor'>[]): bigint {
  return parts.reduce((sum, { minor }) => sum + minor, 0n);
}

/** The two books of a month while they are written, and what is drawn for them: names, amounts, days, references. */
export class Books {
  readonly random: Random;
  readonly heavy: boolean;
  readonly customers: readonly string[];
  /** Amounts that many customers pay, in minor units. */
  readonly usual = [2500n, 4900n, 9900n, 12000n, 25000n, 50000n, 100000n];
  readonly #ledger: MonthLine[] = [];
  readonly #statement: MonthLine[] = [];
  readonly #truth: Truth[] = [];
  readonly #accounts: number;
  #number = 0;

  constructor(seed: number, customers: number, accounts: number, heavy: boolean) {
    this.heavy = heavy;
    this.#accounts = accounts;
    this.random = new Random(seed);
    this.customers = Array.from({ length: customers }, () => companyName(this.random));
  }

  finish(): Month {
    return {
      ledger: this.random.shuffle(this.#ledger),
      statement: this.random.shuffle(this.#statement),
      truth: this.#truth,
    };
  }

  /** Writes down what belongs together. */
  event(kind: string, type: string, ledger: readonly Part[], statement: readonly Part[]): void {
    const account = String(1000 + 10 * this.random.whole(1, this.#accounts));
    const write = (to: MonthLine[], prefix: string) => (part: Part) => {
      this.#number += 1;
      const { minor, ...rest } = part;
      const empty = { date: '', reference: '', counterparty: '', description: '', group: '' };
      const line = {
        ...empty,
        ...rest,
        id: `${prefix}${String(this.#number).padStart(7, '0')}`,
        account,
        amount: show(minor, 'USD'),
        currency: 'USD',
      };
      to.push(line);
      return line.id;
    };
    this.#truth.push({
      kind,
      type,
      ledger: ledger.map(write(this.#ledger, 'L')),
      statement: statement.map(write(this.#statement, 'S')),
    });
  }

  amount(): bigint {
    const random = this.random;
    const size = random.next();
    const minor =
      size < 0.5
        ? random.whole(2_000, 90_000)
        : size < 0.9
          ? random.whole(90_000, 900_000)
          : random.whole(900_000, 9_000_000);
    return random.chance(0.12) ? BigInt(Math.ceil(minor / 5000) * 5000) : BigInt(minor);
  }

  parts(count: number): { minor: bigint }[] {
    return Array.from({ length: count }, () => ({ minor: this.amount() }));
  }

  day(): string {
    return workday(addDays('2026-03-01', this.random.whole(0, 27)));
  }

  later(day: string): string {
    const lag = this.random.pick(
      this.heavy ? [0, 1, 1, 2, 2, 3, 4, 5, 7, 9] : [0, 0, 1, 1, 1, 2, 2, 3, 4, 6],
    );
    return workday(addDays(day, lag));
  }

  earlier(day: string): string {
    return workday(addDays(day, -this.random.whole(0, 5)));
  }

  reference(): string {
    const random = this.random;
    return random.pick([
      () => `INV-26-${random.whole(10_000, 99_999)}`,
      () => `INV-26-${random.whole(10_000, 99_999)}`,
      () => `PAY-${random.whole(100_000, 999_999)}`,
      () => `CF${random.whole(100_000, 999_999)}`,
      () => `${random.whole(100_000, 999_999)}`,
    ])();
  }

  naming(reference: string): string {
    return this.random.pick([
      `Invoice ${reference}`,
      `/INV/${reference} 03.2026`,
      `RE ${reference.replaceAll('-', '')}`,
      `PMT FOR ${reference.toLowerCase()}`,
      `${reference} thank you`,
    ]);
  }

  nameSomewhere(customer: string): { counterparty: string; description: string } {
    const name = mangled(this.random, customer);
    return this.random.chance(0.75)
      ? { counterparty: name, description: 'Credit' }
      : { counterparty: '', description: `ACH CREDIT ${name}` };
  }
}

function workday(date: string): string {
  const day = dayOfWeek(date);
  return day > 5 ? addDays(date, 8 - day) : date;
}
