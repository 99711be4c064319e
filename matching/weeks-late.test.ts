// Payments that come weeks after what they pay, under other names, other numbers and less than what was booked.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isRoundShare } from './amounts.ts';
import { type Told, found } from './testing.ts';

const due = (reference: string, amount: string, counterparty: string, date = '2026-03-02'): Told => ({
  ...{ reference, amount, counterparty, date },
});
const paid = (date: string, amount: string, counterparty: string | null, description: string): Told => ({
  ...{ amount, date, counterparty, description },
});

test('a document that two lines name and nobody else may be paid months later, or before', () => {
  const ledger = [due('INV-200183', '46322.14', 'Innovate Solutions', '2026-02-07')];
  const late = paid('2026-09-06', '46322.14', 'Innovate Solutions', 'ACH INV-200183');
  assert.deepEqual(found(ledger, [late]), ['amount_date_text exact_match L1 S1']);
  assert.deepEqual(found(ledger, [{ ...late, amount: '47080.70' }]), ['amount_mismatch fuzzy_match L1 S1']);
  const third = paid('2026-10-06', '10.00', 'Innovate Solutions', 'ACH INV-200183 postage');
  assert.deepEqual(found(ledger, [late, third]), [], 'a number that a third line names is no such document');
});

test('a processor’s transfer is its sale less what it keeps, also where its text speaks of a batch', () => {
  const sale = due('UTR-9876543213', '25000.00', 'Paywell', '2026-03-04');
  const transfer = (amount: string) => [paid('2026-03-04', amount, null, 'IMPS/9876543213/batch_002')];
  assert.deepEqual(found([sale], transfer('24410.00')), ['amount_mismatch fuzzy_match L1 S1']);
  assert.deepEqual(
    found([sale], transfer('19000.00')),
    [],
    'a quarter is no fee, and of a batch it may be a part',
  );
});

test('parts that were rounded each by itself make up the whole', () => {
  const ledger = [due('INV-200251', '47388.29', 'Enterprise Holdings')];
  const half = (part: string) =>
    paid('2026-03-09', '23694.15', 'Enterprise Holdings', `Split payment INV-200251-PART${part}`);
  assert.deepEqual(found(ledger, [half('1'), half('2')]), ['identifier_sum multi_to_one L1 S1 S2']);
});

test('a party is known by its initials, also those of a division', () => {
  const ledger = [
    due('INV-3971', '4012.63', 'Blue Ridge Office Solutions Corp', '2026-03-18'),
    due('PO-25504', '70.27', 'Blue Ridge Office Solutions Corp', '2026-03-18'),
    due('INV-118', '8257.19', 'Ember Renewable Energy Division 7', '2026-03-18'),
  ];
  const statement = [
    paid('2026-03-19', '4082.90', 'BROS', 'PMT*BROS'),
    paid('2026-03-20', '8257.19', 'ERE Division 7', 'EFT 8104'),
  ];
  assert.deepEqual(found(ledger, statement).sort(), [
    'amount_date_text fuzzy_match L3 S2',
    'counterparty_sum multi_to_one L1 L2 S1',
  ]);
});

test('a name that is misspelt and cut off is enough for an amount that nothing else has', () => {
  const ledger = [due('INV-2026-4134', '-860.95', 'Evergreen Printing LLP', '2026-03-27')];
  const told = (name: string) => [paid('2026-03-27', '-860.95', name, '')];
  assert.equal(found(ledger, told('Evengreen Prinnt')).length, 1);
  assert.deepEqual(found(ledger, told('Stonehaven Legal Advisors')), []);
});

test('round amounts add up to round ones by themselves', () => {
  const ledger = [
    due('INV-6138', '-1300.00', 'Sunrise Freight Lines LLP', '2026-03-04'),
    due('CHK 3553', '-1200.00', 'Sunrise Freight Lines LLP', '2026-03-10'),
    due('PO-8812', '-417.33', 'Sunrise Freight Lines LLP', '2026-03-05'),
  ];
  const bill = (amount: string) => [paid('2026-03-11', amount, 'SUNRISE FREIGHT LINES', 'BILL PAY')];
  assert.deepEqual(found(ledger, bill('-2500.00')), []);
  assert.deepEqual(found(ledger, bill('-1717.33')), ['counterparty_sum multi_to_one L1 L3 S1']);
});

test('what waits to be paid in is paid in together, some of it', () => {
  const waiting = (amount: string, counterparty: string, date: string) =>
    ({ amount, counterparty, date, description: 'Undeposited funds' }) satisfies Told;
  const ledger = [
    waiting('733.06', 'Cedar & Co Realty', '2026-03-20'),
    waiting('2901.34', 'Northside Auto Body', '2026-03-24'),
    waiting('118.90', 'Juniper Creek Farms', '2026-03-23'),
  ];
  const deposit = [paid('2026-03-24', '3634.40', null, 'DEPOSIT ID NUMBER 763707')];
  assert.deepEqual(found(ledger, deposit), ['batch_sum multi_to_one L1 L2 S1']);
});

test('of two days’ sales that are nearly alike, a payout is of the nearest day', () => {
  const sale = (amount: string, date: string) =>
    ({ amount, date, counterparty: 'Wei Chen', description: 'Stripe sale' }) satisfies Told;
  const ledger = [
    ...[sale('1100.10', '2026-03-20'), sale('506.08', '2026-03-20')],
    ...[sale('1000.40', '2026-03-27'), sale('630.06', '2026-03-27')],
  ];
  const statement = [
    paid('2026-03-23', '1559.00', null, 'STRIPE TRANSFER'),
    paid('2026-03-30', '1582.17', null, 'STRIPE TRANSFER'),
  ];
  assert.deepEqual(found(ledger, statement).sort(), [
    'batch_sum multi_to_one L1 L2 S1',
    'batch_sum multi_to_one L3 L4 S2',
  ]);
});

test('a deduction that the text states to the cent says which invoice it is off, weeks late or under a wrong number', () => {
  const ledger = [
    due('INV-00074', '5450.00', 'Stonebridge Industrial', '2026-03-02'),
    due('INV-00078', '912.00', 'Red Oak Consulting', '2026-03-02'),
  ];
  const less = 'INV-00078 Deduction: Pricing dispute (-$418.05)';
  assert.deepEqual(found(ledger, [paid('2026-04-10', '5031.95', 'STONEBRIDGE', less)]), [
    'amount_slip fuzzy_match L1 S1',
  ]);
});

test('of two payments of one document the first is taken, whatever numbers the bank gave them', () => {
  const ledger = [due('INV-00115', '11300.00', 'Delphi Energy Solutions', '2026-03-02')];
  const statement = [
    { ...paid('2026-03-20', '11300.00', 'Delphi Energy Sol', 'INV-00115'), reference: 'CK# 1008' },
    { ...paid('2026-03-27', '11300.00', 'Delphi Energy Solutions', 'INV-00115'), reference: 'EFT-50413377' },
  ];
  assert.deepEqual(found(ledger, statement), ['amount_date_text exact_match L1 S1 ?1']);
});

test('a payment on account of an invoice is about the invoice', () => {
  const ledger = [due('INV-00095', '201.00', 'Amber Telecom Inc', '2026-03-02')];
  const part = [paid('2026-03-16', '148.74', 'Amber Tel', 'Pmt on acct INV-00095')];
  assert.deepEqual(found(ledger, part), ['amount_mismatch fuzzy_match L1 S1']);
});

test('two long numbers of a register that both sides share are two documents, whatever stands before them', () => {
  const amounts = Array.from({ length: 14 }, (_, at) => `${1200 + 37 * at}.${10 + at}`);
  const ledger = amounts.map((amount, at) => due(`UTR-98765432${10 + at}`, amount, 'Paywell', '2026-03-04'));
  const statement = amounts.map((amount, at) =>
    paid('2026-03-05', amount, null, `NEFT CMS ${9876543210 + at} SETL`),
  );
  const alike = [...ledger, due('UTR-9876599991', '7323.10', 'Paywell', '2026-03-04')];
  const other = [...statement, paid('2026-03-05', '7323.10', null, 'NEFT CMS 9876588882 SETL')];
  assert.equal(found(alike, other).length, amounts.length);
});

test('a fee of 2.9 percent is an even share, and of a small amount every share is one', () => {
  assert.ok(isRoundShare(2_900n, 100_000n) && isRoundShare(3_873n, 154_913n));
  assert.ok(!isRoundShare(2_937n, 100_000n) && !isRoundShare(29n, 1_000n));
});

test('a date whose day and month changed places, or of the year before', () => {
  const entry = [due('JE-1', '1284.57', 'Halcyon Tools', '2026-03-05')];
  const transfer = (date: string, amount = '1284.57') => [paid(date, amount, 'HALCYON TOOLS', 'TRANSFER')];
  const pair = ['amount_date_text fuzzy_match L1 S1'];
  assert.deepEqual(found(entry, transfer('2025-03-05')), pair);
  assert.deepEqual(found(entry, transfer('2027-03-05')), pair);
  assert.deepEqual(found(entry, transfer('2026-05-03')), pair);
  assert.deepEqual(found(entry, transfer('2025-03-09')), [], 'not the same day');
  assert.deepEqual(found(entry, [...transfer('2025-03-05'), ...transfer('2027-03-05')]), [], 'which of two');
});

test('one party pays a document of another in several sums, less what it keeps', () => {
  const invoice = [due('F4494', '16968.58', 'Sterling Partners Corp', '2026-03-04')];
  const factor = (rebate: string) => [
    paid('2026-03-05', '14423.29', 'CAPITAL FACTORS', 'ADVANCE F4494'),
    paid('2026-03-26', rebate, 'CAPITAL FACTORS', 'REBATE F4494'),
  ];
  assert.deepEqual(found(invoice, factor('2121.08')), ['identifier_sum multi_to_one L1 S1 S2']);
  assert.deepEqual(found(invoice, factor('1221.08')), [], 'a twelfth is not kept');
});

test('the number of a trade says more than that of what was traded, and a charge comes on top', () => {
  const fill = (reference: string, amount: string, date = '2026-03-04') => ({
    ...{ reference, amount, date, description: 'BUY Juniper Steel US4514574200' },
  });
  const fills = [
    fill('T529500-1', '-1272.59'),
    fill('T529500-2', '-466.25'),
    fill('T529500-3', '-771.81'),
    fill('T611204', '3310.40', '2026-03-11'),
  ];
  const net = (amount: string) => [paid('2026-03-06', amount, null, 'US4514574200 NET T529500')];
  assert.deepEqual(found(fills, net('-2520.64')), ['identifier_sum multi_to_one L1 L2 L3 S1']);
  assert.deepEqual(found(fills, net('-2600.64')), [], 'a thirtieth is no charge');
});
