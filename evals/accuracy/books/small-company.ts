import { addDays } from '../../../policy/dates.ts';
import { Books, type Month, type Part, totalOf } from '../month.ts';
import type { Random } from '../random.ts';
import { kindsOf } from './kinds.ts';

/** Of a thousand events in the bank account of a small company. */
const RATES = {
  card: 260,
  cheque: 120,
  customer: 200,
  deposit: 60,
  card_sales: 30,
  loan: 30,
  payroll: 40,
  person: 40,
  own_transfer: 30,
  wire_fee: 40,
  transposed: 20,
  returned: 20,
  bank_fee: 30,
  interest: 15,
  not_cashed: 35,
  unknown: 30,
} as const;
type Kind = keyof typeof RATES;

/** What the books call a merchant, and what card statements call it. */
const MERCHANTS: readonly (readonly [string, ...string[]])[] = [
  ['Amazon Web Services', 'AWS EMEA aws.amazon.co', 'AMAZON WEB SERVI'],
  ['Amazon', 'AMZN Mktp US*2K4RT6', 'AMAZON.COM*M44AB1'],
  ['Zoom Video Communications', 'ZOOM.US 888-799-9666'],
  ['Verizon Wireless', 'VZWRLSS*APOCC VISB', 'VERIZON WRLS'],
  ['Staples', 'STAPLES 00114523', 'STAPLES DIRECT'],
  ['Home Depot', 'THE HOME DEPOT #6412'],
  ['Delta Air Lines', 'DELTA AIR 0062341998812'],
  ['Pacific Gas & Electric', 'PGANDE WEB ONLINE', 'PG&E/EZ-PAY'],
  ['State Farm Insurance', 'STATE FARM RO 27 SFPP'],
  ['FedEx', 'FEDEX 774412398'],
  ['Adobe Systems', 'ADOBE *CREATIVE CLOUD'],
  ['Slack Technologies', 'SLACK T0AB12CD'],
];
const CUSTOMERS = [
  ...['Hartwell & Sons Plumbing', 'Bright Minds Tutoring LLC', 'Oak Street Dental', 'Juniper Creek Farms'],
  ...['Rivera Family Trust', 'Mason Architects PC', 'The Daily Grind Cafe', 'Northside Auto Body'],
  ...['Lotus Yoga Studio', 'Cedar & Co Realty', "O'Brien Contracting", 'Westside Veterinary Clinic'],
];
const PEOPLE = [
  'John Smith',
  'Maria Garcia',
  'Wei Chen',
  'Aisha Khan',
  'Priya Patel',
  'Lars Nielsen',
  'Emily Davis',
];

/** The books of a small company against a bank that has one column for everything. */
export function smallCompany(seed: number, events: number): Month {
  const books = new Books(seed, 1, 1, true);
  const company = new Company(books);
  for (const kind of kindsOf(RATES, events)) company.make(kind);
  return books.finish();
}

class Company {
  readonly #books: Books;
  readonly #random: Random;
  #cheque = 1041;
  #invoice = 3310;
  #payoutDay = 0;

  constructor(books: Books) {
    [this.#books, this.#random] = [books, books.random];
  }

  make(kind: Kind): void {
    const random = this.#random;
    const day = addDays('2026-03-02', random.whole(0, 27));
    const cents = (least: number, most: number) => BigInt(random.whole(least, most));
    const later = (days: number) => addDays(day, random.whole(0, days));
    const pair = (type: string, booked: Part, told: Part) => this.#books.event(kind, type, [booked], [told]);
    const told = (minor: bigint, days: number, ...texts: string[]) => ({
      date: later(days),
      minor,
      description: random.pick(texts),
    });
    const only = (minor: bigint, ...texts: string[]) =>
      this.#books.event(kind, 'exception', [], [told(minor, 0, ...texts)]);
    const party = random.pick(CUSTOMERS);
    const upper = party.toUpperCase();
    switch (kind) {
      case 'card': {
        const [name, ...texts] = random.pick(MERCHANTS);
        const minor = -cents(900, 60_000);
        return pair('fuzzy_match', { date: day, minor, counterparty: name }, told(minor, 3, ...texts));
      }
      case 'cheque':
      case 'transposed': {
        const [minor, number] = [-cents(5_000, 900_000), this.#nextCheque()];
        const paid = kind === 'cheque' ? minor : transposed(minor);
        const booked = { date: day, minor, counterparty: party, reference: number, description: 'Check' };
        return pair(
          paid === minor ? 'exact_match' : 'fuzzy_match',
          booked,
          told(paid, 12, `CHECK ${number}`, `CHECK PAID ${number.padStart(8, '0')}`),
        );
      }
      case 'customer':
      case 'wire_fee': {
        const [minor, number] = [cents(50_000, 1_500_000), this.#nextInvoice()];
        const fee = kind === 'customer' ? 0n : BigInt(random.pick([1500, 2000, 2500, 3000]));
        const booked = {
          date: day,
          minor,
          counterparty: party,
          reference: number,
          description: `Payment for ${number}`,
        };
        return pair(
          'fuzzy_match',
          booked,
          told(minor - fee, 4, `ACH CREDIT ${upper}`, `${upper.slice(0, 16)} ${number}`, `WIRE IN ${upper}`),
        );
      }
      case 'deposit': {
        const parts = this.#parts(2, 6, 300_000).map((part) => ({
          ...part,
          ...{
            date: addDays(day, -random.whole(0, 2)),
            counterparty: random.pick(CUSTOMERS),
            description: 'Undeposited funds',
          },
        }));
        return this.#sum(
          kind,
          parts,
          told(totalOf(parts), 2, 'DEPOSIT', 'MOBILE DEPOSIT', 'BRANCH DEPOSIT 114'),
        );
      }
      case 'card_sales': {
        // A processor pays once a day.
        const date = addDays('2026-03-02', (this.#payoutDay += 1));
        const parts = this.#parts(2, 9, 40_000).map((part) => ({
          ...part,
          date,
          counterparty: random.pick(PEOPLE),
          description: 'Stripe sale',
        }));
        const gross = totalOf(parts);
        const fee = (gross * 29n + 500n) / 1000n + 30n * BigInt(parts.length);
        return this.#sum(kind, parts, {
          date: addDays(date, 2),
          minor: gross - fee,
          description: 'STRIPE TRANSFER',
        });
      }
      case 'loan': {
        const parts = ['principal', 'interest'].map((part) => ({
          date: day,
          minor: -cents(9_000, 150_000),
          counterparty: 'First National Bank',
          description: `Loan ${part}`,
        }));
        return this.#sum(kind, parts, told(totalOf(parts), 1, 'FIRST NATL BANK LOAN PMT 00441'));
      }
      case 'payroll': {
        const parts = this.#parts(3, 7, 420_000).map(({ minor }) => ({
          date: day,
          minor: -minor,
          counterparty: random.pick(PEOPLE),
          description: 'Net pay',
        }));
        return this.#sum(kind, parts, told(totalOf(parts), 1, 'ADP PAYROLL', 'GUSTO PAY 123456'));
      }
      case 'person': {
        const [minor, name] = [cents(2_000, 90_000), random.pick(PEOPLE)];
        return pair(
          'fuzzy_match',
          { date: day, minor, counterparty: name, description: 'Reimbursement' },
          told(minor, 1, `ZELLE FROM ${name.toUpperCase()}`, `Zelle payment from ${name}`),
        );
      }
      case 'own_transfer': {
        const minor = -cents(50_000, 900_000);
        return pair(
          'fuzzy_match',
          { date: day, minor, description: 'Transfer savings' },
          told(minor, 1, 'ONLINE TRANSFER TO SAV ...4412', 'Online Banking transfer'),
        );
      }
      case 'returned': {
        const minor = cents(10_000, 300_000);
        const back = { date: addDays(day, 3), minor: -minor, description: `RETURNED ITEM NSF ${upper}` };
        return this.#books.event(kind, 'exact_match', [], [told(minor, 0, `DEPOSIT ${upper}`), back]);
      }
      case 'bank_fee':
        return only(
          -BigInt(random.pick([1200, 1500, 2500, 3500])),
          'MONTHLY MAINTENANCE FEE',
          'WIRE TRANSFER FEE',
        );
      case 'interest':
        return only(cents(12, 900), 'INTEREST PAYMENT');
      case 'unknown':
        return only(cents(5_000, 500_000), 'ACH CREDIT IRS TREAS 310', 'MISC CREDIT');
      case 'not_cashed':
        return this.#books.event(
          kind,
          'exception',
          [{ date: day, minor: -cents(5_000, 900_000), counterparty: party, reference: this.#nextCheque() }],
          [],
        );
    }
  }

  #sum(kind: Kind, parts: readonly Part[], whole: Part): void {
    this.#books.event(kind, 'multi_to_one', parts, [whole]);
  }

  #parts(least: number, most: number, largest: number): { minor: bigint }[] {
    return Array.from({ length: this.#random.whole(least, most) }, () => ({
      minor: BigInt(this.#random.whole(1_500, largest)),
    }));
  }

  #nextCheque(): string {
    return String((this.#cheque += 1));
  }

  #nextInvoice(): string {
    return `INV-${(this.#invoice += 1)}`;
  }
}

/** The second and the third digit swapped. */
function transposed(minor: bigint): bigint {
  const digits = String(-minor);
  return -BigInt(`${digits.slice(0, 1)}${digits[2] ?? ''}${digits[1] ?? ''}${digits.slice(3)}`);
}
