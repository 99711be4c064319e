// What is paid together because it stands together: numbers in a row, cycles, vouchers; and what comes back.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Told, found } from './testing.ts';

const on = (date: string, amount: string, description: string, more: Partial<Told> = {}): Told => ({
  ...{ amount, date: `2026-${date}`, description },
  ...more,
});

const CHECKS = [
  ['INV27990', '03-04', '283.84', 'Green Interiors'],
  ['INV27991', '03-05', '30.57', 'Monarch Solar'],
  ['INV27992', '03-04', '1576.72', 'Harbor Janitorial'],
  ['INV27993', '03-05', '1401.40', 'Spring Fitness'],
  ['INV27994', '03-06', '3148.08', 'Maple Foods'],
  ['INV27995', '03-05', '96.18', 'Redwood Fitness'],
].map(([reference = '', date = '', amount = '', counterparty = '']) =>
  on(date, amount, 'Check', { reference, counterparty }),
);

test('checks of one deposit have numbers in a row, also where the books have them a day later', () => {
  const deposit = (count: number, amount = '3292.53') => [
    on('03-04', amount, `LOCKBOX DEPOSIT ${count} ITEMS`),
  ];
  assert.deepEqual(found(CHECKS, deposit(4)), ['batch_sum multi_to_one L1 L2 L3 L4 S1']);
  assert.deepEqual(found(CHECKS, deposit(5)), [], 'what says five is not four');
  assert.deepEqual(found(CHECKS, deposit(3, '3275.94')), [], 'and these have another between them');
});

test('a check that came back in both books is no offset of the deposit that it was in', () => {
  const [, , , check] = CHECKS;
  const back = on('03-09', '-1401.40', 'NSF check', {
    reference: check?.reference ?? '',
    counterparty: check?.counterparty ?? '',
  });
  const statement = [
    on('03-04', '3292.53', 'LOCKBOX DEPOSIT 4 ITEMS'),
    on('03-09', '-1401.40', 'RETURNED DEPOSITED ITEM'),
  ];
  assert.deepEqual(found([...CHECKS, back], statement).sort(), [
    'amount_date fuzzy_match L7 S2',
    'batch_sum multi_to_one L1 L2 L3 L4 S1',
  ]);
  const taken = found([...CHECKS, back], statement.slice(0, 1));
  assert.deepEqual(taken, ['same_side_offset same_side_offset L4 L7'], 'else it is one');
});

test('a deposit that the books have, and whose return they have not yet, is theirs', () => {
  const receipt = on('03-03', '908.33', 'Receipt Spring Fitness', { counterparty: 'Spring Fitness' });
  const bank = [on('03-04', '908.33', 'DEPOSIT'), on('03-06', '-908.33', 'RETURNED ITEM NSF')];
  assert.deepEqual(found([receipt], bank), ['amount_date fuzzy_match L1 S1']);
  assert.deepEqual(found([], bank), ['reversal_in_text same_side_offset S1 S2']);
});

test('a deposit that came back with the bank’s fee is no offset in the books either', () => {
  const check = { reference: 'C-1', counterparty: 'Alto Bay' };
  const books = [
    on('03-03', '811.10', 'Check', check),
    on('03-09', '-811.10', 'Bounced C-1', check),
    on('03-09', '-12.00', 'NSF fee'),
  ];
  const bank = [on('03-04', '811.10', 'DEPOSIT'), on('03-08', '-823.10', 'RETURNED CHECK AND FEE')];
  assert.deepEqual(found(books, bank).sort(), [
    'amount_date fuzzy_match L1 S1',
    'batch_sum multi_to_one L2 L3 S2',
  ]);
});

test('of one posting that is booked twice the first is taken', () => {
  const booked = (reference: string) =>
    on('03-09', '-45.18', 'Orchid Builders - services', { reference, counterparty: 'Orchid Builders' });
  const paid = on('03-10', '-45.18', 'WIRE ORCHID BUILDERS');
  assert.deepEqual(found([booked('JE-5021'), booked('JE-5022')], [paid]), [
    'amount_date_text fuzzy_match L1 S1 ?1',
  ]);
  const others = Array.from({ length: 8 }, (_, at) => on('03-02', `${at + 20}.00`, 'Other'));
  assert.deepEqual(found([...others, booked('JE-5021'), booked('JE-5022')], [paid]), [
    'amount_date_text fuzzy_match L9 S1 ?1',
  ]);
});

test('of instalments under one contract the one of that week is meant', () => {
  const due = (date: string) =>
    on(date, '450.00', 'Instalment', { reference: 'LC-234225', counterparty: 'Juniper Media' });
  const paid = on('03-27', '450.00', 'LC-234225', { counterparty: 'JUNIPER MEDIA' });
  assert.deepEqual(found([due('03-16'), due('03-28')], [paid]), ['amount_date_text exact_match L2 S1']);
  const twice = found([due('03-26'), due('03-28')], [paid]);
  assert.deepEqual(twice, ['amount_date_text exact_match L1 S1 ?1'], 'booked again within days');
});

// Vouchers of a petty cash, and cycles of a card among other purchases.
const VOUCHERS = [
  '28.42',
  '15.34',
  '14.90',
  '23.67',
  '75.88',
  '2.65',
  '6.81',
  '27.55',
  '4.06',
  '15.87',
  '73.20',
  '38.35',
];
const petty = VOUCHERS.map((amount, at) =>
  on(`03-${String(2 + Math.floor(at / 2)).padStart(2, '0')}`, `-${amount}`, 'Petty cash', {
    reference: `PCV-N0${212 + at}`,
  }),
);

test('vouchers in a row are made good by one payment, told by the next', () => {
  const first = on('03-06', '-167.67', 'CHEQUE 053052');
  const second = on('03-09', '-159.03', 'CASH WITHDRAWAL');
  assert.deepEqual(found(petty, [first, second]).sort(), [
    'run_total multi_to_one L1 L2 L3 L4 L5 L6 L7 S1',
    'run_total multi_to_one L10 L11 L12 L8 L9 S2',
  ]);
  assert.deepEqual(found(petty, [{ ...first, amount: '-167.68' }, second]), [], 'a cent more is none');
  assert.deepEqual(found(petty, [{ ...first, date: '2026-03-04' }, second]), [], 'nobody is paid before');
});

test('a payment that came weeks later is less what banks on the way took', () => {
  const invoice = (number: number, amount: string, counterparty: string) =>
    on('03-08', amount, 'Export invoice', { reference: `EXP/26/${number}`, counterparty });
  const ledger = [
    invoice(569, '18978.63', 'Olympic Travel Pty'),
    invoice(570, '2611.07', 'Olympic Travel Pty'),
    invoice(571, '52087.98', 'West Technologies SA'),
  ];
  const paid = (amount: string, description: string, date = '04-02') =>
    on(date, amount, description, { counterparty: 'OLYMPIC TRAVEL PTY' });
  const near = ['amount_slip fuzzy_match L1 S1'];
  assert.deepEqual(found(ledger, [paid('18963.35', 'SWIFT GZILBRSPBO')]), near);
  assert.deepEqual(found(ledger, [paid('18993.91', 'SWIFT GZILBRSPBO')]), [], 'none pays more');
  assert.deepEqual(found(ledger, [paid('18963.35', 'SWIFT GZILBRSPBO', '02-20')]), [], 'nor before');
  const named = found(ledger, [paid('2587.61', 'INWARD TT 300616380 570')]);
  assert.deepEqual(named, ['amount_mismatch fuzzy_match L2 S1'], 'by its number, which has three digits');
});

test('references of letters and digits in no order are others where they are not the same', () => {
  const references = [
    '8GN3SOWL',
    'F7NPYC91',
    'XOI4Y2IV',
    '9ZF1KQ7M',
    'C0AA3VER',
    'DW8H5FW9',
    '2P5L0K8Z',
    'K1J7H4G2',
    'Q9W3E5R1',
    'T6Y2U8I4',
    'B3V7N1M5',
  ];
  const booked = references.map((reference, at) =>
    on(`03-${String(2 + at).padStart(2, '0')}`, `${310 + 17 * at}.25`, 'Transfer', {
      reference,
      counterparty: 'Vista',
    }),
  );
  const more = on('03-20', '250.00', 'Invoice', { reference: 'M4N8B2V6', counterparty: 'Vista' });
  const other = on('03-20', '250.00', '', { reference: 'ZX71CV93', counterparty: 'VISTA' });
  const all = found([...booked, more], [...booked, other]);
  assert.equal(all.length, booked.length);
  assert.ok(!all.some((match) => match.includes('L12')), all.join(', '));
});

test('what a processor keeps of some payouts tells what it keeps of others', () => {
  const sold = (date: string, ...amounts: string[]) =>
    amounts.map((amount) => on(date, amount, 'Shopify order', { counterparty: 'Ann Lee' }));
  const ledger = [
    ...sold('03-02', '112.40', '87.15'),
    ...sold('03-04', '240.31', '19.99'),
    ...sold('03-06', '75.83', '133.02'),
    ...sold('03-09', '51.17', '66.66', '98.03'),
    ...sold('03-11', '301.29', '18.07'),
    ...sold('03-13', '59.62'),
    ...sold('03-14', '18.80'),
    ...sold('03-15', '39.46'),
  ];
  const statement = [
    ['03-04', '193.16'],
    ['03-06', '252.15'],
    ['03-08', '202.19'],
    ['03-11', '208.71'],
    ['03-13', '309.50'],
    ['03-15', '57.59'],
    ['03-16', '17.95'],
    ['03-17', '38.02'],
  ].map(([date = '', amount = '']) => on(date, amount, `SHOPIFY PAYOUT ${date}`));
  const all = found(ledger, statement);
  for (const match of ['steady_share fuzzy_match L12 S6', 'steady_share fuzzy_match L14 S8'])
    assert.ok(all.includes(match), all.join(', '));
  const alone = found(ledger.slice(-3), statement.slice(-3));
  assert.ok(!alone.some((match) => match.startsWith('steady_share')), alone.join(', '));
});

test('all of a party’s documents in a row, less what the text says was taken off', () => {
  const invoice = (number: number, amount: string, date: string) =>
    on(date, amount, 'Sales invoice', { reference: String(number), counterparty: 'Target' });
  const ledger = [
    invoice(47079, '1609.75', '02-02'),
    invoice(47080, '226.82', '01-28'),
    invoice(47081, '2716.53', '02-01'),
    invoice(47084, '273.48', '02-03'),
    invoice(47099, '611.90', '02-04'),
  ];
  const paid = (amount: string, text: string) => [on('03-03', amount, text, { counterparty: 'TARGET' })];
  const four = ['counterparty_sum multi_to_one L1 L2 L3 L4 S1'];
  assert.deepEqual(found(ledger, paid('4732.53', 'EDI PYMNTS LESS DED 94.05')), four);
  assert.deepEqual(found(ledger, paid('4732.53', 'EDI PYMNTS 47079 +3 MORE LESS DED 94.05')), four);
  assert.deepEqual(found(ledger, paid('4732.53', 'EDI PYMNTS LESS DED 94.06')), [], 'a cent more is none');
});

test('a day of one category, by its code', () => {
  const sale = (code: string, amount: string) => on('03-05', amount, `${code} web`);
  const ledger = [
    ...['40.08', '733.81', '12.30'].map((amount) => sale('SALES-01', amount)),
    ...['392.66', '63.15', '735.46'].map((amount) => sale('SALES-02', amount)),
  ];
  assert.deepEqual(found(ledger, [on('03-06', '1191.27', 'SALES-02 daily summary')]), [
    'period_total multi_to_one L4 L5 L6 S1',
  ]);
});

test('of a payment that the bank has twice in the same words the first is meant', () => {
  const ledger = [
    on('03-07', '-74.19', 'Services', { reference: 'INV-7606', counterparty: 'Falcon Freight' }),
  ];
  const paid = (date: string) => on(date, '-74.19', 'FALCON FREIGHT ONLINE');
  assert.deepEqual(found(ledger, [paid('03-06'), paid('03-07')]), ['amount_date_text fuzzy_match L1 S1 ?1']);
});

test('two weeks of a party are paid as one', () => {
  const sheet = (date: string, amount: string) =>
    on(date, amount, 'Timesheet', { counterparty: 'Crest Electronics' });
  const weeks = [
    ['03-01', '1020.00', '870.00', '940.00'],
    ['03-08', '1000.00', '760.00', '915.00'],
    ['03-15', '800.00', '1050.00', '640.00'],
    ['03-22', '720.00', '980.00', '830.00'],
  ];
  const ledger = weeks.flatMap(([date = '', ...amounts]) => amounts.map((amount) => sheet(date, amount)));
  const paid = on('03-27', '5505.00', 'ACH CREDIT', { counterparty: 'CREST ELECTRONICS' });
  assert.deepEqual(found(ledger, [paid]), ['statement_of_account multi_to_one L1 L2 L3 L4 L5 L6 S1']);
});
