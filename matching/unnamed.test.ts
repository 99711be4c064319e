// Lines that name nobody, or only one of the documents that they pay.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Told, found } from './testing.ts';

const on = (day: number, amount: string, more: Partial<Told> = {}): Told => ({
  ...{ amount, date: `2026-03-${String(day).padStart(2, '0')}` },
  ...more,
});
const invoice = (day: number, amount: string, number: number, counterparty = 'Delta Packaging') =>
  on(day, amount, { reference: `INV-2026-${number}`, counterparty, description: 'Supplies' });

test('a payment that names the first of the invoices that it pays', () => {
  const ledger = [
    invoice(17, '-6430.38', 15094),
    invoice(13, '-1553.14', 15095),
    invoice(15, '-3207.17', 15096),
  ];
  const paid = (amount: string, counterparty: string | null) => [
    on(18, amount, { reference: 'INV-2026-15094', counterparty, description: 'WIRE TRANSFER' }),
  ];
  const all = ['counterparty_sum multi_to_one L1 L2 L3 S1'];
  assert.deepEqual(found(ledger, paid('-11190.69', 'Delta Packagng')), all);
  assert.deepEqual(found(ledger, paid('-11190.69', null)), all, 'whose it is, its invoice says');
  assert.ok(
    !found(ledger, paid('-11190.70', 'Delta Packaging')).some((one) => one.includes('L2')),
    'a cent more is no sum',
  );
});

test('an invoice that another payment names is not taken for a part', () => {
  const ledger = [invoice(17, '-6430.38', 15094), invoice(13, '-1553.14', 15095)];
  const paid = [
    on(18, '-7983.52', { reference: 'INV-2026-15094', counterparty: 'Delta Packaging' }),
    on(19, '-1500.00', { reference: 'INV-2026-15095', counterparty: 'Delta Packaging' }),
  ];
  assert.ok(!found(ledger, paid).some((one) => one.startsWith('counterparty_sum')));
});

test('pieces of an invoice of which some name nobody', () => {
  const ledger = [
    invoice(10, '-7119.90', 14979, 'Tailspin Toys'),
    invoice(11, '-2344.17', 14980, 'Relecloud'),
  ];
  const pieces = [
    on(11, '-1637.58', { reference: 'INV-2026-14979' }),
    on(12, '-4276.21', { description: 'CHECK CARD PURCHASE' }),
    on(12, '-1206.11', { counterparty: 'TAILSPIN TYS' }),
    on(12, '-873.55', { description: 'CHECK CARD PURCHASE' }),
  ];
  assert.deepEqual(found(ledger, pieces), ['unnamed_rest multi_to_one L1 S1 S2 S3']);
  assert.deepEqual(found(ledger, pieces.slice(1)), [], 'without the first they come to nothing');
  // What one posting has to the cent is that one's.
  const own = invoice(12, '-4276.21', 14990, 'Contoso');
  assert.deepEqual(found([...ledger, own], pieces), [
    'amount_mismatch fuzzy_match L1 S1',
    'amount_date fuzzy_match L3 S2',
  ]);
});

test('several postings of one party against a line that names nobody, where no other party has any that come to it', () => {
  const ledger = [
    invoice(18, '-8435.17', 15049, 'Wingtip Toys'),
    invoice(16, '-2956.75', 15050, 'Wingtip Toys'),
    invoice(17, '-311.90', 15051, 'Litware'),
    invoice(17, '-1208.33', 15052, 'Litware'),
  ];
  const paid = [on(20, '-11391.92', { description: 'Consolidated payment' })];
  assert.deepEqual(found(ledger, paid), ['unnamed_total multi_to_one L1 L2 S1']);
  // Another party's come to it as well.
  const other = [invoice(17, '-11000.00', 15060, 'Fabrikam'), invoice(18, '-391.92', 15061, 'Fabrikam')];
  assert.deepEqual(found([...ledger, ...other], paid), []);
  const round = [invoice(18, '-800.00', 15049, 'Wingtip'), invoice(16, '-200.00', 15050, 'Wingtip')];
  assert.deepEqual(found(round, [on(20, '-1000.00', { description: 'PAYMENT' })]), []);
});

test('parties that a ledger without a column for them names in its texts', () => {
  const bill = (day: number, amount: string, number: number, party: string) =>
    on(day, amount, { description: `Bill INV-2026-${number} ${party}` });
  const ledger = [
    bill(9, '65.55', 3765, 'Diamond Pharma Inc'),
    bill(10, '35.81', 3768, 'Diamond Pharma Inc'),
    bill(10, '912.03', 3771, 'Quail Hospitality Ltd'),
    bill(9, '48.20', 3790, 'Quail Hospitality Ltd'),
  ];
  assert.deepEqual(found(ledger, [on(13, '101.36', { description: 'TRANSFER' })]), [
    'unnamed_total multi_to_one L1 L2 S1',
  ]);
  assert.deepEqual(found(ledger, [on(13, '101.36', { description: 'WIRE IN INV-2026-3765' })]), [
    'counterparty_sum multi_to_one L1 L2 S1',
  ]);
});

test('several of one document against what names it, and one line of these days that does not', () => {
  const ledger = [
    invoice(2, '396.82', 2501, 'Regal Machining'),
    invoice(2, '1624.94', 2501, 'Regal Machining'),
  ];
  const named = on(4, '1213.06', { reference: 'INV-2026-2501', counterparty: 'Rgl Mchnng' });
  const rest = on(3, '808.70', { description: 'WIRE' });
  assert.deepEqual(found(ledger, [named, rest]), ['exact_rest many_to_many L1 L2 S1 S2']);
  assert.ok(
    !found(ledger, [named, { ...rest, amount: '808.71' }]).some((one) => one.startsWith('exact_rest')),
  );
  const others = { ...rest, counterparty: 'Quartz Bakery', description: 'Bread' };
  assert.ok(!found(ledger, [named, others]).some((one) => one.startsWith('exact_rest')), 'a baker’s');
  const twice = [named, rest, { ...rest, date: '2026-03-05' }];
  assert.ok(!found(ledger, twice).some((one) => one.startsWith('exact_rest')), 'one of two nobody knows');
});

test('the same where the first names its party only', () => {
  const ledger = [
    invoice(2, '396.82', 2501, 'Regal Machining'),
    invoice(2, '1624.94', 2501, 'Regal Machining'),
  ];
  const named = on(4, '1213.06', { description: 'REGAL MACHINING' });
  const rest = on(3, '808.70', { description: 'TRANSFER' });
  assert.deepEqual(found(ledger, [named, rest]), ['exact_rest many_to_many L1 L2 S1 S2']);
  const other = { ...named, description: 'QUARTZ BAKERY' };
  assert.deepEqual(found(ledger, [other, rest]), [], 'a baker’s');
});

test('an amount that stands twice on one side, in the same words within days, is proposed for the first', () => {
  const ledger = [invoice(12, '-1115.18', 3648, 'Sage Packaging')];
  const paid = on(17, '-1115.18', { description: 'WIRE' });
  assert.deepEqual(found(ledger, [paid, { ...paid, date: '2026-03-18' }]), ['amount_date fuzzy_match L1 S1']);
  assert.deepEqual(
    found(ledger, [paid, { ...paid, date: '2026-03-23' }]),
    [],
    'six days later is another payment',
  );
});

test('a payment in two, of which one has the name and the other is the only one of these days that is the rest', () => {
  const ledger = [
    invoice(10, '32915.27', 5061, 'Horizon Security'),
    invoice(11, '812.40', 5062, 'Twin Electric'),
  ];
  const named = on(12, '8601.16', { counterparty: 'HRZN SCRTY' });
  const rest = on(11, '24314.11', { description: 'DEPOSIT REF300211' });
  assert.deepEqual(found(ledger, [named, rest]), ['exact_rest multi_to_one L1 S1 S2']);
  assert.deepEqual(found(ledger, [named, { ...rest, amount: '24314.12' }]), [], 'a cent more is none');
  const twice = [named, rest, { ...rest, date: '2026-03-13' }];
  assert.ok(!found(ledger, twice).some((one) => one.startsWith('exact_rest')), 'one of two nobody knows');
});

const WORDS = 'Cedar Delta Maple Quartz Summit Bakery Freight Motors Textiles'.split(' ');

test('documents of one party in a row, however many lines a month has', () => {
  const others = Array.from({ length: 1000 }, (_, at) => {
    const amount = `${400 + ((at * 7919) % 90_000)}.${10 + (at % 90)}`;
    return { day: 3 + (at % 18), amount, party: `${WORDS[at % 5] ?? ''} ${WORDS[5 + (at % 4)] ?? ''}` };
  });
  const row = [
    invoice(10, '485.42', 3751, 'Royal Realty'),
    invoice(10, '19.33', 3753, 'Royal Realty'),
    invoice(9, '3592.75', 3756, 'Royal Realty'),
    invoice(8, '77.10', 3740, 'Royal Realty'),
    invoice(11, '210.33', 3790, 'Royal Realty'),
  ];
  const booked = others
    .slice(0, 300)
    .map(({ day, amount, party }, at) => invoice(day, amount, 7000 + 7 * at, party));
  const deposits = others.slice(500).map(({ day, amount }) => on(day, amount, { description: 'DEPOSIT' }));
  const all = found([...row, ...booked], [on(12, '4097.50', { description: 'PAYMENT' }), ...deposits]);
  assert.deepEqual(all, ['unnamed_row multi_to_one L1 L2 L3 S1']);
});

test('all that is open of a party against one line, though the amounts are round', () => {
  const rent = (date: string) => ({
    date,
    amount: '1800.00',
    counterparty: 'Dana Cole',
    description: 'Rent',
  });
  const paid = { date: '2026-03-28', amount: '3600.00', description: 'ZELLE DANA COLE' };
  const months = [rent('2026-03-01'), rent('2026-03-31')];
  assert.deepEqual(found(months, [paid]), ['counterparty_component multi_to_one L1 L2 S1']);
});

test('all that is open of a party less a fee on the list', () => {
  const invoice = (date: string, amount: string, reference: string) => ({
    ...{ date: `2026-03-${date}`, amount, reference, counterparty: 'Orchid Bay' },
  });
  const booked = [invoice('05', '310.20', 'INV-9001'), invoice('06', '415.90', 'INV-9002')];
  const paid = (amount: string) => ({ date: '2026-03-12', amount, description: 'ORCHID BAY' });
  assert.deepEqual(found(booked, [paid('711.10')]), ['counterparty_sum multi_to_one L1 L2 S1']);
  assert.deepEqual(found(booked, [paid('713.10')]), [], 'no fee is 13.00');
});
