// What the lines of an account show only together: a share that is always kept, one day for both sides, one register under two
// names.
import assert from 'node:assert/strict';
import test from 'node:test';
import { show } from './amounts.ts';
import { matchLines } from './engine.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { type Told, found, lines } from './testing.ts';

const on = (day: number, amount: string, more: Partial<Told> = {}): Told => ({
  ...{ amount, date: `2026-03-${String(day).padStart(2, '0')}` },
  ...more,
});
const money = (minor: bigint): string => show(minor, 'USD');
/** So many ten-thousandths of an amount, rounded to the cent. */
const part = (gross: bigint, share: bigint): bigint => (gross * share + 5_000n) / 10_000n;
// Odd amounts of which none is near another.
const GROSS = [1_234_57n, 3_871_13n, 812_39n, 24_519_81n, 9_017_23n, 517_61n, 15_333_97n, 6_102_71n];

const orders = (shares: readonly bigint[]) => ({
  ledger: GROSS.map((gross, at) =>
    on(2 + at, money(gross), { reference: `order_${at}k7d2x9`, counterparty: `Customer ${at}` }),
  ),
  statement: GROSS.map((gross, at) =>
    on(3 + at, money(gross - part(gross, shares[at % shares.length] ?? 0n)), {
      description: 'RAZORPAY SETTLEMENT',
    }),
  ),
});

test('a share that is kept of every payment is read from the pairs that agree in it', () => {
  const { ledger, statement } = orders([236n]);
  assert.deepEqual(
    found(ledger, statement).sort(),
    GROSS.map((_, at) => `steady_share fuzzy_match L${at + 1} S${at + 1}`),
  );
  const [match] = matchLines(lines(ledger, statement), DEFAULT_SETTINGS);
  assert.match(match?.reasons ?? '', /2\.36 percent kept, as in 8 pairs of this account/);
});

test('where every payment has another share, none is told', () => {
  const { ledger, statement } = orders([110n, 173n, 236n, 291n, 307n, 349n, 378n, 144n]);
  assert.deepEqual(found(ledger, statement), []);
});

test('a sum of each payment besides the share, and nothing for four pairs', () => {
  const { ledger } = orders([0n]);
  const statement = GROSS.map((gross, at) =>
    on(3 + at, money(gross - part(gross, 290n) - 30n), { description: 'STRIPE TRANSFER' }),
  );
  const rules = (some: readonly string[]) => [...new Set(some.map((one) => one.split(' ')[0]))];
  assert.deepEqual(rules(found(ledger, statement)), ['steady_share']);
  assert.deepEqual(found(ledger.slice(0, 4), statement.slice(0, 4)), []);
});

test('what is kept of the sales of a day, or of some days in a row, each rounded by itself', () => {
  const ledger: Told[] = [];
  const statement: Told[] = [];
  // Six payouts of two days each, two days later.
  for (let at = 0; at < 6; at += 1) {
    const sales = [0n, 1n, 2n].map((one) => 3_217_31n + BigInt(at) * 1_911_07n + one * 777_13n);
    for (const [one, gross] of sales.entries())
      ledger.push(on(2 + at * 4 + (one > 1 ? 1 : 0), money(gross), { description: 'Card charge' }));
    const net = sales.reduce((left, gross) => left + gross - part(gross, 290n) - 30n, 0n);
    statement.push(on(5 + at * 4, money(net), { description: 'STRIPE TRANSFER' }));
  }
  assert.deepEqual(
    found(ledger, statement).sort(),
    statement
      .map((_, at) => `steady_share multi_to_one L${3 * at + 1} L${3 * at + 2} L${3 * at + 3} S${at + 1}`)
      .sort(),
  );
});

test('a payment in pieces that nobody names, where the pieces are the only ones', () => {
  const ledger = [on(4, '24519.81', { reference: 'UTR225795219849' })];
  const piece = (day: number, amount: string) => on(day, amount, { description: 'NEFT RAZORPAY' });
  const pieces = [piece(5, '9871.13'), piece(6, '14648.68')];
  assert.deepEqual(found(ledger, [...pieces, piece(6, '517.61')]), ['paid_in_pieces multi_to_one L1 S1 S2']);
  assert.deepEqual(
    found(ledger, [...pieces, piece(5, '9000.13'), piece(6, '15519.68')]),
    [],
    'two ways to pay it',
  );
  assert.deepEqual(found([on(4, '24000.00')], [piece(5, '9000.00'), piece(6, '15000.00')]), [], 'round');
});

test('pieces of what is left when the share is kept that every payment of the account is less by', () => {
  const { ledger, statement } = orders([236n]);
  const order = on(14, '48539.25', { reference: 'order_nvwwyn740a', counterparty: 'Riya Chawla' });
  const pieces = ['38001.35', '9392.37'].map((amount) =>
    on(15, amount, { description: 'RAZORPAY SETTLEMENT' }),
  );
  const all = found([...ledger, order], [...statement, ...pieces]);
  assert.ok(all.includes('paid_in_pieces multi_to_one L9 S10 S9'), all.join('; '));
  assert.ok(
    !found([order], pieces).some((one) => one.startsWith('paid_in_pieces')),
    'one order shows no share',
  );
});

test('round amounts of one day, where the odd ones of the account are of one day on both sides', () => {
  const odd = Array.from({ length: 24 }, (_, at) => 1_017_31n + BigInt(at) * 7_919_17n);
  const days = (shift: number): Told[] => odd.map((minor, at) => on(1 + ((at + shift) % 24), money(minor)));
  const round = [on(3, '25000.00'), on(9, '25000.00'), on(17, '25000.00')];
  const ofRound = (shift: number) =>
    found([...days(0), ...round], [...days(shift), ...round]).filter((one) => /L2[567] /.test(one));
  assert.deepEqual(
    ofRound(0),
    ['25', '26', '27'].map((id) => `amount_date fuzzy_match L${id} S${id}`),
  );
  assert.deepEqual(ofRound(2), [], 'where they are days apart nobody knows which of them it is');
});

test('numbers that both sides have under two names tell, and settle nothing', () => {
  const number = (at: number) => 204_117 + at * 9_973;
  const ledger = GROSS.map((gross, at) => on(2 + at, money(gross), { reference: `ZEPTO-INV-${number(at)}` }));
  const statement = GROSS.map((gross, at) =>
    on(3 + at, money(at === 7 ? gross - 1_200_00n : gross), { reference: `CMS/RZP-PO-${number(at)}` }),
  );
  const all = found(ledger, statement).sort();
  assert.equal(all.length, GROSS.length);
  assert.deepEqual(
    all.filter((one) => one.startsWith('amount_mismatch')),
    ['amount_mismatch fuzzy_match L8 S8'],
  );
  assert.ok(!all.some((one) => /^(?:exact_reference|identifier|group_key) /.test(one)));
  // Two registers that count the same numbers: the amounts say so.
  const others = GROSS.map((gross, at) =>
    on(3 + at, money(gross + BigInt(at + 1) * 1_317_29n), { reference: `CMS/RZP-PO-${number(at)}` }),
  );
  assert.deepEqual(found(ledger, others), []);
});

test("a member's number tells whatever it is called, and a way of paying is nobody's name", () => {
  const members = [20_787, 25_953, 27_283, 26_869, 23_850, 25_620];
  const ledger = members.map((member, at) =>
    on(2 + at, money(GROSS[at] ?? 0n), { description: `CASH DEP ${member}` }),
  );
  const statement = members.map((member, at) =>
    on(3 + at, money(GROSS[at] ?? 0n), { description: `Cash deposit acc ${member}` }),
  );
  assert.equal(found(ledger, statement).length, members.length);
  const unnamed = on(4, '6102.71', { description: 'MPESA' });
  assert.ok(
    found([...ledger, on(3, '6102.71', { description: 'CASH DEP 28468' })], [...statement, unnamed]).some(
      (one) => one === 'amount_date fuzzy_match L7 S7',
    ),
  );
});

test("a receipt less the bank's fee, which the bank shows by itself", () => {
  const wire = on(10, '9000.00', { description: 'INCOMING WIRE GLOBEX EXPORT' });
  const fee = on(10, '-25.00', { description: 'WIRE TRANSFER FEE' });
  const booked = (name: string) => [
    on(10, '8975.00', { counterparty: name, description: 'Wire net of fee' }),
  ];
  assert.deepEqual(found(booked('Globex Export'), [wire, fee]), ['less_bank_fee multi_to_one L1 S1 S2']);
  assert.ok(!found(booked('Hooli Imports'), [wire, fee]).some((one) => one.startsWith('less_bank_fee')));
});

test("a payment that is booked with the bank's fee", () => {
  const bank = [
    on(5, '-5000.00', { description: 'WIRE OUT ORION' }),
    on(5, '-15.00', { description: 'WIRE FEE' }),
  ];
  const booked = on(5, '-5015.00', { counterparty: 'Orion', description: 'Wire with its fee' });
  assert.deepEqual(found([booked], bank), ['less_bank_fee multi_to_one L1 S1 S2']);
});

test("all of the bank's fees of a month, though they are round", () => {
  const fees = ['-15.00', '-15.00', '-25.00', '-12.50', '-20.00'].map((amount, at) =>
    on(3 + 6 * at, amount, { description: ['WIRE FEE', 'NSF FEE', 'MAINTENANCE FEE'][at % 3] ?? null }),
  );
  assert.deepEqual(found([on(31, '-87.50', { description: 'Bank fees March' })], fees), [
    'batch_sum multi_to_one L1 S1 S2 S3 S4 S5',
  ]);
});

test("a month of the bank's own charges in one posting, and a week's takings in another", () => {
  const charges = ['-14.00', '-3.17', '-25.00', '-8.61'].map((amount, at) =>
    on(4 + at * 6, amount, { description: at % 2 === 0 ? 'SERVICE CHARGE' : 'ACH FEE' }),
  );
  const posting = on(31, '-50.78', { description: 'Bank charges for the month' });
  assert.deepEqual(found([posting], charges), ['period_total multi_to_one L1 S1 S2 S3 S4']);
  assert.deepEqual(found([posting], charges.slice(1)), [], 'one of them is missing');
  const deposits = ['1203.17', '877.50', '2450.91', '640.08'].map((amount, at) =>
    on(9 + at, amount, { description: 'BRANCH DEPOSIT' }),
  );
  const week = on(14, '5171.66', { description: 'Shop takings week 2' });
  assert.deepEqual(found([week], deposits), ['period_total multi_to_one L1 S1 S2 S3 S4']);
});

test('a flat by its short name, among equal rents', () => {
  const flats = ['4A', '4B', '5A', '12C'];
  const tenants = ['Hana Johnson', 'Frank Davis', 'Sofia Patel', 'Igor Ito'];
  const ledger = flats.map((flat, at) =>
    on(1, '1200.00', { reference: `Unit ${flat}`, counterparty: tenants[at] ?? null }),
  );
  const texts = [
    'RENT APT 4A',
    'ONLINE TRANSFER 4B RENT',
    'ZELLE FROM SOFIA PATEL',
    'ONLINE TRANSFER 12C RENT',
  ];
  const statement = texts.map((description, at) => on(2 + at, '1200.00', { description }));
  assert.deepEqual(
    found(ledger, statement).sort(),
    flats.map((_, at) => `amount_date_text fuzzy_match L${at + 1} S${at + 1}`),
  );
  const owed = [on(1, '1217.35', { reference: 'Unit 4A', counterparty: 'Hana Johnson' }), ...ledger.slice(1)];
  const paid = [
    on(2, '730.41', { description: 'ZELLE FROM HANA JOHNSON' }),
    on(4, '486.94', { description: 'VENMO TOM APT 4A' }),
  ];
  assert.deepEqual(found(owed, paid), ['counterparty_sum multi_to_one L1 S1 S2'], 'one by name, one by flat');
});

test('sales of a weekend of one kind, beside another kind that keeps another share', () => {
  const kinds = [
    { name: 'Amex', bank: 'AMERICAN EXPRESS SETTLEMENT', share: 295n, first: 0n },
    { name: 'Discover', bank: 'DISCOVER NETWORK SETTLEMENT', share: 255n, first: 7n },
  ];
  const day = (at: number) => 2 + at;
  const sales = kinds.flatMap(({ name, first }) =>
    GROSS.map((gross, at) =>
      on(day(at), money(gross + first * 1_013n), { description: `Card sales ${name}` }),
    ),
  );
  // The first six days each by itself, the last two together.
  const receipts = kinds.flatMap(({ bank, share, first }) => {
    const all = GROSS.map((gross) => gross + first * 1_013n);
    const single = all.slice(0, 6).map((gross, at) => ({ gross, at: at + 1 }));
    const weekend = { gross: (all[6] ?? 0n) + (all[7] ?? 0n), at: 8 };
    return [...single, weekend].map(({ gross, at }) =>
      on(day(at), money(gross - part(gross, share)), { description: bank }),
    );
  });
  const weekends = found(sales, receipts).filter((one) => one.includes('multi_to_one'));
  assert.deepEqual(weekends.sort(), [
    'payout_share multi_to_one L15 L16 S14',
    'steady_share multi_to_one L7 L8 S7',
  ]);
});

test('of equal amounts those belong together that are as many days apart as the account’s others', () => {
  const coffee = (date: string) => ({
    date: `2026-03-${date}`,
    amount: '-4.50',
    counterparty: 'Blue Bottle',
  });
  const [booked, charged] = [['10', '12'].map(coffee), ['12', '16'].map(coffee)];
  assert.deepEqual(found(booked, charged).sort(), [
    'amount_date_text fuzzy_match L1 S2 ?1',
    'amount_date_text fuzzy_match L2 S1 ?1',
  ]);
  // Two business days behind the posting, which the days of the two coffees are as well.
  const others = Array.from({ length: 8 }, (_, at) => `-${13 + at}.4${at}`);
  const on = (date: string) =>
    others.map((amount, at) => ({ date, amount, description: `Shop ${'ABCDEFGH'[at] ?? ''}` }));
  assert.deepEqual(
    found([...booked, ...on('2026-03-04')], [...charged, ...on('2026-03-06')])
      .filter((line) => /L[12] /.test(line))
      .sort(),
    ['amount_date_text fuzzy_match L1 S1', 'amount_date_text fuzzy_match L2 S2'],
  );
});

test('what several payments of the account are short by is a fee, though it is on no list', () => {
  const paid = (name: string, day: number, gross: string, net: string) => ({
    ledger: on(day, gross, { counterparty: name, description: `Payment from ${name}` }),
    statement: on(day, net, { description: `Pay Bill from ${name.toUpperCase()}` }),
  });
  // Two of one name within days: by the name alone it may be either.
  const two = [paid('Jane Otieno', 4, '1400.00', '1372.40'), paid('Jane Otieno', 5, '1350.00', '1322.40')];
  const single = [
    paid('Susan Moore', 3, '8100.00', '8072.40'),
    paid('Ali Okafor', 9, '650.00', '622.40'),
    paid('Grace Kim', 12, '2050.00', '2022.40'),
  ];
  const all = (some: typeof two) =>
    found(
      some.map(({ ledger }) => ledger),
      some.map(({ statement }) => statement),
    );
  assert.deepEqual(all(two), []);
  assert.deepEqual(
    all([...two, ...single]).filter((one) => /L[12] /.test(one)),
    ['amount_slip fuzzy_match L1 S1', 'amount_slip fuzzy_match L2 S2'],
  );
});
