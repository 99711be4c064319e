// Writes a company folder with one month of one account: a ledger and a statement of --rows lines each, their control
// totals, and beside it what truly belongs together. The same seed gives the same files. Its rates, of the ledger's lines:
//   90.0 %  one payment under one reference on both sides, 0 to 4 days apart; the names differ by case, legal form,
//           a cut at 22 characters, or are missing; of these, 1 in 1,000 is above the policy's limit for one match,
//           1 in 1,000 is of one large customer, 1 in 500 was paid short, and 1 in 500 has a reference that another
//           payment of the month has too
//    4.0 %  the statement has the reference only inside its text
//    3.0 %  no reference: amount, near dates and a similar name
//    1.0 %  four lines of one payout against one line net of its fee
//    0.5 %  a posting and its reversal, both in the ledger
//    1.5 %  on one side only; the statement is filled up with such lines to as many as the ledger has
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DAYS = 31;
const HEADER = 'id,date,amount,currency,reference,counterparty,description,group,fee\n';

interface Line {
  readonly day: number;
  readonly cents: bigint;
  readonly event: number;
  readonly rest: string;
}

/** A generator of whole numbers (mulberry32): small, fast and the same everywhere. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const FIRST =
  'Alder Amber Aster Birch Boreal Canyon Cedar Cinder Clover Cobalt Coral Crescent Delta Ember Falcon Fjord Granite Harbor Hazel Heron Indigo Iris Juniper Kestrel Larch Linden Lotus Maple Meridian Mistral Northern Oak Onyx Orchid Osprey Pacific Pine Quartz Raven Ridge Saffron Sierra Sparrow Summit Tundra Umber Velvet Willow Yarrow Zephyr'.split(
    ' ',
  );
const SECOND =
  'Analytics Bakery Books Brewing Ceramics Chemicals Clinic Coffee Components Consulting Dairy Dental Design Devices Electric Energy Farms Fittings Foods Freight Furniture Garden Gear Glass Hardware Hotels Instruments Interiors Labs Leather Lighting Logistics Marine Media Metals Motors Optics Outfitters Paper Partners Pharma Plastics Press Robotics Shipping Software Studios Supply Textiles Tools'.split(
    ' ',
  );
const FORMS = ['Inc.', 'LLC', 'GmbH', 'Ltd', 'Corp.', 'S.A.'];

/** Writes the folder; see the rates above. */
export function writeMonth(folder: string, rows: number, seed: number): void {
  const pick = random(seed);
  const customers = Math.max(50, Math.floor(rows / 25));
  const sides = { ledger: days(), statement: days() };
  const count = { ledger: 0, statement: 0 };
  let event = 0;
  let number = 0;

  const add = (side: 'ledger' | 'statement', day: number, cents: bigint, ...cells: string[]) => {
    count[side] += 1;
    sides[side][Math.min(day, DAYS)]?.push({ day: Math.min(day, DAYS), cents, event, rest: cells.join(',') });
  };
  const cents = () => BigInt(500 + pick(pick(10) === 0 ? 490_000 : 30_000)) * (pick(6) === 0 ? -1n : 1n);
  const customer = (index = pick(customers)) => {
    const base = `${FIRST[index % 50] ?? ''} ${SECOND[Math.floor(index / 50) % 50] ?? ''}`;
    const house = Math.floor(index / 2500);
    const name = house === 0 ? base : `${base} ${String.fromCharCode(65 + (house % 26))}${house}`;
    return { name, legal: `${name} ${FORMS[index % FORMS.length] ?? ''}` };
  };
  const asBank = ({ name, legal }: { name: string; legal: string }) => {
    const how = pick(20);
    if (how < 8) return legal.toUpperCase();
    if (how < 13) return name.toUpperCase();
    if (how < 16) return legal;
    return how < 19 ? legal.toUpperCase().slice(0, 22).trim() : '';
  };
  const reference = () => `INV-2026-${String((number += 1)).padStart(7, '0')}`;
  const written = (code: string) => (pick(3) === 0 ? code.replaceAll('-', ' ') : code);
  const lag = () => pick(5);

  const byReference = (special: 'none' | 'large' | 'customer' | 'short' | 'reused') => {
    const [day, code] = [1 + pick(DAYS), reference()];
    const who = special === 'customer' ? customer(0) : customer(1 + pick(customers - 1));
    const amount = special === 'large' ? 1_000_001n + BigInt(pick(900_000)) : cents();
    for (let twice = special === 'reused' ? 2 : 1; twice > 0; twice -= 1) {
      const own = twice === 2 ? amount + 100n : amount;
      const paid = special === 'short' ? own - own / 10n : own;
      add('ledger', day, own, code, who.legal, `Invoice ${code}`, '', '');
      add('statement', day + lag(), paid, written(code), asBank(who), 'Incoming payment', '', '');
      event += 1;
    }
  };
  const inText = () => {
    const [day, code, who, amount] = [1 + pick(DAYS), reference(), customer(), cents()];
    add('ledger', day, amount, code, who.legal, `Invoice ${code}`, '', '');
    add('statement', day + lag(), amount, '', asBank(who), `PAYMENT ${code} THANK YOU`, '', '');
    event += 1;
  };
  const byName = () => {
    const [day, who, amount] = [1 + pick(DAYS), customer(), cents()];
    add('ledger', day, amount, '', who.legal, 'Counter sale', '', '');
    add('statement', day + pick(3), amount, '', asBank(who), 'Card payment', '', '');
    event += 1;
  };
  const payout = () => {
    const [day, code] = [1 + pick(DAYS), `PO-${String((number += 1)).padStart(7, '0')}`];
    let total = 0n;
    for (let part = 0; part < 4; part += 1) {
      const amount = 500n + BigInt(pick(20_000));
      total += amount;
      add('ledger', day, amount, '', customer().legal, 'Card sale', code, '');
    }
    const fee = total / 50n;
    add('statement', day + 2, total - fee, '', 'Cardpay', 'Payout', code, money(fee));
    event += 1;
  };
  const reversal = () => {
    const [day, code, who, amount] = [1 + pick(DAYS), reference(), customer(), cents()];
    add('ledger', day, amount, code, who.legal, `Invoice ${code}`, '', '');
    add('ledger', day + pick(3), -amount, code, who.legal, `Reversal of ${code}`, '', '');
    event += 1;
  };
  const alone = (side: 'ledger' | 'statement') => {
    add(side, 1 + pick(DAYS), cents(), reference(), customer().legal, 'On one side only', '', '');
    event += 1;
  };

  while (count.ledger < rows) {
    // Chances of an event, in hundred-thousandths; a payout makes four ledger lines of one event, a reversal two.
    const chance = pick(98_900);
    if (chance < 89_300) byReference('none');
    else if (chance < 89_390) byReference('large');
    else if (chance < 89_480) byReference('customer');
    else if (chance < 89_660) byReference('short');
    else if (chance < 89_750) byReference('reused');
    else if (chance < 93_750) inText();
    else if (chance < 96_750) byName();
    else if (chance < 97_000) payout();
    else if (chance < 97_250) reversal();
    else alone('ledger');
  }
  while (count.statement < rows) alone('statement');

  writeCompany(folder, sides, pick);
}

const days = (): Line[][] => Array.from({ length: DAYS + 1 }, () => []);

function writeCompany(
  folder: string,
  sides: { ledger: Line[][]; statement: Line[][] },
  pick: (below: number) => number,
): void {
  const inbox = join(folder, 'inbox', '2026-03');
  mkdirSync(inbox, { recursive: true });
  const truth = openSync(join(folder, 'truth.csv'), 'w');
  let balances = 'entity,account,side,currency,opening,closing\n';
  for (const side of ['ledger', 'statement'] as const) {
    const file = openSync(join(inbox, `${side}.csv`), 'w');
    writeSync(file, HEADER);
    let [total, id] = [0n, 0];
    for (const lines of sides[side]) {
      shuffle(lines, pick);
      let [csv, known] = ['', ''];
      for (const { day, cents, event, rest } of lines) {
        total += cents;
        const name = `${side === 'ledger' ? 'GL' : 'BK'}-${String((id += 1)).padStart(8, '0')}`;
        csv += `${name},2026-03-${String(day).padStart(2, '0')},${money(cents)},USD,${rest}\n`;
        known += `${side},${name},${event}\n`;
      }
      writeSync(file, csv);
      writeSync(truth, known);
    }
    closeSync(file);
    balances += `US,1010,${side},USD,1000.00,${money(total + 100_000n)}\n`;
  }
  closeSync(truth);
  writeFileSync(join(inbox, 'balances.csv'), balances);
}

function shuffle(lines: Line[], pick: (below: number) => number): void {
  for (let last = lines.length - 1; last > 0; last -= 1) {
    const other = pick(last + 1);
    const [a, b] = [lines[last], lines[other]];
    if (a && b) [lines[last], lines[other]] = [b, a];
  }
}

function money(cents: bigint): string {
  const digits = String(cents < 0n ? -cents : cents).padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder = '', rows = '', seed = '1'] = process.argv;
  writeMonth(folder, Number.parseInt(rows, 10), Number.parseInt(seed, 10));
}
