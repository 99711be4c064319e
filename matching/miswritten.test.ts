// What hands, scanners and exports do to amounts, numbers and names; and what one party pays twice in a few days.
import assert from 'node:assert/strict';
import test from 'node:test';
import { matchLines } from './engine.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { type Told, found, lines } from './testing.ts';

const on = (day: number, amount: string, more: Partial<Told> = {}): Told => ({
  ...{ amount, date: `2026-03-${String(day).padStart(2, '0')}` },
  ...more,
});

test('a digit that is left out, or typed twice', () => {
  const booked = on(10, '-1345.67', { reference: 'INV-7741', counterparty: 'Ashford Plumbing' });
  for (const amount of ['-13445.67', '-145.67', '-1345.57']) {
    const paid = on(12, amount, { reference: 'INV-7741', counterparty: 'ASHFORD PLUMBING' });
    assert.deepEqual(found([booked], [paid]), ['amount_mismatch fuzzy_match L1 S1'], amount);
    const unnumbered = { ...paid, reference: null };
    assert.deepEqual(found([booked], [unnumbered]), ['amount_slip fuzzy_match L1 S1'], amount);
  }
  const [match] = matchLines(
    lines([booked], [on(12, '-13445.67', { reference: 'INV-7741', counterparty: 'Ashford' })]),
    DEFAULT_SETTINGS,
  );
  assert.match(match?.reasons ?? '', /a digit is left out or typed twice/);
  // Of round amounts many are alike in that.
  const round = { ...booked, amount: '-1200.00', reference: null };
  assert.deepEqual(found([round], [on(12, '-12200.00', { counterparty: 'ASHFORD PLUMBING' })]), []);
});

test('the last four digits of a document, with its amount', () => {
  const ledger = ['4020793', '4021375', '4022008'].map((number, at) =>
    on(8 + at, ['9871.35', '9871.35', '2130.45'][at] ?? '', {
      reference: `SI-${number}`,
      counterparty: `Party ${at}`,
    }),
  );
  const statement = [
    on(12, '9871.35', { reference: 'FT26ABX71', description: 'INV 1375' }),
    on(12, '9871.35', { reference: 'FT26ABX72', description: 'INV 0793' }),
    on(13, '2130.45', { reference: 'FT26ABX73', description: 'INV 2009' }),
  ];
  assert.deepEqual(found(ledger, statement), [
    'amount_date_text fuzzy_match L1 S2',
    'amount_date_text fuzzy_match L2 S1',
  ]);
});

test('a name that was UTF-8 and read as Latin 1', () => {
  const ledger = [
    on(10, '-5700.00', { reference: 'INV-3410', counterparty: 'Müller & Söhne GmbH' }),
    on(10, '-5700.00', { reference: 'INV-3411', counterparty: 'François Lefèvre' }),
  ];
  const garbled = ({ counterparty = '' }: Told) => Buffer.from(counterparty ?? '').toString('latin1');
  const statement = ledger.map((line) =>
    on(11, '-5700.00', { counterparty: garbled(line), description: 'payment' }),
  );
  assert.deepEqual(found(ledger, statement).sort(), [
    'amount_date_text fuzzy_match L1 S1',
    'amount_date_text fuzzy_match L2 S2',
  ]);
});

test('two orders of one party, each of several lines, are two matches', () => {
  const goods = (day: number, amount: string) =>
    on(day, amount, { counterparty: 'Ravenna Tiles', description: 'Goods' });
  const paid = (day: number, amount: string) => on(day, amount, { counterparty: 'RAVENNA TILE' });
  const ledger = [
    goods(2, '-2802.77'),
    goods(3, '-110.80'),
    goods(3, '-205.77'),
    goods(3, '-4383.83'),
    goods(4, '-219.99'),
  ];
  const statement = [paid(3, '-1868.52'), paid(6, '-5318.08'), paid(7, '-305.84'), paid(7, '-230.72')];
  assert.deepEqual(found(ledger, statement).sort(), [
    'counterparty_component many_to_many L1 L4 S1 S2',
    'counterparty_component many_to_many L2 L3 L5 S3 S4',
  ]);
  // What comes in is another event than what goes out.
  const back = [goods(3, '612.87'), goods(4, '509.97')];
  const returned = [paid(5, '1000.00'), paid(6, '122.84')];
  assert.deepEqual(
    found([...ledger.slice(0, 2), ...back], [paid(5, '-2000.00'), paid(6, '-913.57'), ...returned]).sort(),
    ['counterparty_component many_to_many L1 L2 S1 S2', 'counterparty_component many_to_many L3 L4 S3 S4'],
  );
});

test('a payer who gives the number of an invoice that is another party’s, and paid', () => {
  const ledger = [
    on(3, '2480.17', {
      reference: 'INV-1042',
      counterparty: 'Caldwell Freight',
      description: 'Invoice 1042',
    }),
    on(4, '918.43', { reference: 'INV-1043', counterparty: 'Kestrel Security', description: 'Invoice 1043' }),
  ];
  const paid = (amount: string, who: string) => on(6, amount, { description: `${who}/INV 1042/MARCH` });
  const all = [paid('2480.17', 'CALDWELL FREIGHT'), paid('918.43', 'KESTREL SECURITY')];
  assert.deepEqual(found(ledger, all).sort(), [
    'amount_date_text exact_match L1 S1',
    'amount_date_text fuzzy_match L2 S2',
  ]);
  // Of a register that both sides use, who names last month's invoice may have copied it; nobody takes it for the number's own.
  const numbers = Array.from({ length: 8 }, (_, at) => at);
  const known = numbers.map((at) =>
    on(5, `${String(700 + at * 113)}.${String(11 + at)}`, {
      reference: `INV-10${at + 50}`,
      counterparty: `Party ${at}`,
    }),
  );
  const paying = known.map((line) => ({
    ...line,
    reference: null,
    description: `Paid ${line.reference ?? ''}`,
  }));
  const copied = (one: { amount: string; description: string }) =>
    found([...known, ...ledger], [...paying, on(6, one.amount, { description: one.description })]).filter(
      (match) => match.includes('S9'),
    );
  const stale = 'KESTREL SECURITY/INV 1017/MARCH';
  assert.deepEqual(copied({ amount: '918.43', description: stale }), ['wrong_reference fuzzy_match L10 S9']);
  assert.deepEqual(copied({ amount: '918.43', description: `${stale} NOT FOR INV 1043` }), []);
  assert.deepEqual(copied({ amount: '918.53', description: stale }), []);
});

test('a payout whose id the bank writes without what stands before it, with a sale that was taken back in it', () => {
  const group = 'po_1mCquus5izrgE';
  const ledger = [
    on(22, '369.24', { reference: 'ch_0fhijakdbb', counterparty: 'Customer 51', group }),
    on(24, '444.90', { reference: 'ch_3kjfd72hca', counterparty: 'Customer 9', group }),
    on(24, '-369.24', {
      reference: 'ch_0fhijakdbb',
      counterparty: 'Customer 51',
      description: 'Refund',
      group,
    }),
    on(24, '-13.20', { counterparty: 'Stripe', description: 'Stripe fees', group }),
  ];
  const statement = [on(26, '431.70', { description: 'ORIG CO NAME:STRIPE ID:1mCquus5izrgE TRACE' })];
  assert.deepEqual(found(ledger, statement), ['group_key multi_to_one L1 L2 L3 L4 S1']);
});

test('a cheque of a misread number, and one that was long on its way, of an amount that nothing else has', () => {
  const cheque = (reference: string, amount: string) =>
    on(4, amount, { reference, counterparty: 'Horizon Hardware', description: 'AP cheque' });
  const cleared = (day: number, amount: string, description: string) => on(day, amount, { description });
  assert.deepEqual(found([cheque('27249', '-491.71')], [cleared(17, '-491.71', 'CHECK 27949')]), [
    'amount_date fuzzy_match L1 S1',
  ]);
  assert.deepEqual(
    found([cheque('27249', '-491.71')], [cleared(17, '-491.71', 'CHECK 27248')]),
    ['wrong_reference fuzzy_match L1 S1'],
    'the last digit may be the next cheque’s',
  );
  assert.deepEqual(found([cheque('27249', '-491.71')], [cleared(18, '-491.71', 'CHECK PAID')]), [
    'amount_date fuzzy_match L1 S1',
  ]);
  assert.deepEqual(found([cheque('27249', '-500.00')], [cleared(18, '-500.00', 'CHECK PAID')]), []);
});

test('a key with a slip of any kind where nothing else has the amount, or the key', () => {
  const booked = (reference: string, amount: string) => on(4, amount, { reference, description: 'Purchase' });
  const stated = (reference: string, amount: string) => on(4, amount, { reference, description: 'Invoice' });
  for (const slip of ['F7860', 'F788600', 'F7H860'])
    assert.deepEqual(
      found([booked(slip, '229.83')], [stated('F78860', '229.83')]),
      ['amount_date fuzzy_match L1 S1'],
      slip,
    );
  assert.deepEqual(found([booked('F78861', '229.83')], [stated('F78860', '229.83')]), []);
});

test('a party’s number before that of its document is known by itself', () => {
  const fee = (reference: string, amount: string, counterparty: string) =>
    on(4, amount, { reference, counterparty, description: 'Lunch' });
  const ledger = [
    fee('ST5308/127', '125.00', 'Karen Baker'),
    fee('ST5308/527', '25.04', 'Karen Baker'),
    fee('ST5314/118', '150.04', 'Jessica Lee'),
    fee('ST5215/104', '125.00', 'Fatima Sanchez'),
    fee('ST5216/105', '125.00', 'Olga Haddad'),
  ];
  const paid = (amount: string, counterparty: string, description: string) =>
    on(6, amount, { counterparty, description });
  assert.deepEqual(found(ledger, [paid('150.04', 'NANCY BAKER', 'ST5308')]), [
    'counterparty_sum multi_to_one L1 L2 S1',
  ]);
  assert.deepEqual(found(ledger, [paid('125.00', 'MATTHEW SANCHEZ', 'ST5215 SCHOOL')]), [
    'amount_date_text fuzzy_match L4 S1',
  ]);
});
