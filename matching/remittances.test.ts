import assert from 'node:assert/strict';
import test from 'node:test';
import { found } from './testing.ts';

const invoice = (reference: string, amount: string, counterparty: string, day = '10') => ({
  ...{ reference, amount, counterparty, date: `2026-03-${day}`, description: `Invoice ${reference}` },
});

test('what names one document and others is all that its counterparty owes, also where only one is left', () => {
  const ledger = [
    invoice('INV-51284', '951.00', 'Pioneer Consulting Group'),
    invoice('INV-51292', '5548.33', 'Pioneer Consulting Group'),
  ];
  const paid = { amount: '6499.33', date: '2026-03-12', counterparty: 'PIONEER CONSULTING' };
  assert.deepEqual(found(ledger, [{ ...paid, description: 'WIRE IN INV-51284 et al' }]), [
    'counterparty_sum multi_to_one L1 L2 S1',
  ]);
});

test('a list of documents of which one is mistaken is still that list, to the cent', () => {
  const ledger = [
    invoice('RE-2026-9281', '760.89', 'Heritage Solutions'),
    invoice('RE-2026-9282', '1517.77', 'Heritage Solutions'),
    invoice('RE-2026-9284', '4307.67', 'Heritage Solutions'),
  ];
  const paid = (amount: string) => ({
    ...{ amount, date: '2026-03-12', counterparty: 'HERITAGE SOLUTONS' },
    description: 'REMITTANCE RE-2026-928, RE 2026 9282, RE-2026-9284',
  });
  assert.deepEqual(found(ledger, [paid('6586.33')]), ['counterparty_sum multi_to_one L1 L2 L3 S1']);
  assert.deepEqual(found(ledger, [paid('6586.34')]), []);
});

test('a number of a year is known without its letters, unless two documents have it', () => {
  const paid = { amount: '64.28', date: '2026-03-12', description: 'SVWZ+RECHNUNG 202645923' };
  const ours = invoice('RE-2026-45923', '64.28', 'Liberty Technologies');
  assert.deepEqual(found([ours], [paid]), ['amount_date_text exact_match L1 S1']);
  const other = invoice('GS-2026-45923', '64.28', 'Granite Paper');
  assert.deepEqual(
    found([ours, other], [paid]).filter((match) => !match.includes('?')),
    [],
  );
});

test('a number of a year is known without its dash, also where the amounts differ', () => {
  const ours = invoice('2026-34844', '385.75', 'Red Technologies');
  const paid = { amount: '370.75', date: '2026-03-12', counterparty: 'RED TECHNOLOGIES' };
  assert.deepEqual(found([ours], [{ ...paid, description: 'CREDIT 202634844' }]), [
    'amount_mismatch fuzzy_match L1 S1',
  ]);
});

test('parts of a payment are found where the bank leaves the vowels out', () => {
  const ledger = [
    invoice('INV-20103', '117.00', 'Green Electric'),
    invoice('INV-20105', '481.25', 'Green Electric'),
    invoice('INV-20110', '2491.38', 'Green Electric'),
  ];
  const paid = {
    amount: '3089.63',
    date: '2026-03-11',
    counterparty: 'GRN ELCTRC',
    description: 'REMITTANCE',
  };
  assert.deepEqual(found(ledger, [paid]), ['counterparty_sum multi_to_one L1 L2 L3 S1']);
});

test('a deposit less a fee that it states is made of the receipts that came to its gross amount', () => {
  const ledger = [
    invoice('47737', '447.10', 'Monarch Supply', '09'),
    invoice('47746', '1166.43', 'Summit Industries', '09'),
    invoice('47755', '1770.41', 'Brightwater Services', '09'),
    invoice('47760', '803.99', 'Fairmont Media', '09'),
  ];
  const paid = (count: number) => ({
    ...{ amount: '3285.34', date: '2026-03-10', reference: 'DEP-3161' },
    description: `DEPOSIT GROSS 3383.94 FEE 98.60 ${count} ITEMS`,
  });
  assert.deepEqual(found(ledger, [paid(3)]), ['batch_sum multi_to_one L1 L2 L3 S1']);
  assert.deepEqual(found(ledger, [paid(4)]), [], 'four items are others');
  const net = { ...paid(3), amount: '1613.56', description: 'DEPOSIT 3 ITEMS' };
  assert.deepEqual(found(ledger, [net]), [], 'two lines come to it, and three were paid in');
});

test('a payout that lists its orders is less what the processor keeps, one that only shares a slip is not', () => {
  const order = (reference: string, amount: string, counterparty: string) => ({
    ...{ reference, amount, counterparty, description: `Order ${reference}` },
  });
  const ledger = [
    order('INV-59193', '75.63', 'Richard Sanchez'),
    order('INV-59194', '767.53', 'Ironwood Services'),
    order('INV-59198', '77.33', 'Red Security'),
  ];
  const payout = { amount: '893.80', date: '2026-03-12', counterparty: 'STRIPE' };
  const listed = 'TRANSFER INV-59193 INV-59194 INV-59198';
  assert.deepEqual(found(ledger, [{ ...payout, description: listed }]), [
    'identifier_sum multi_to_one L1 L2 L3 S1',
  ]);
  const onSlip = ledger.map((line) => ({ ...line, reference: null, description: 'Cash, slip 480113' }));
  assert.deepEqual(
    found(onSlip, [{ ...payout, counterparty: null, description: 'DEPOSIT SLIP 480113' }]),
    [],
  );
});

test('a day’s card sales are paid brand by brand', () => {
  const brand = (amount: string, name: string) => ({
    ...{ amount, date: '2026-03-19', counterparty: `${name} SETTLEMENT`, description: `BATCH 0317 ${name}` },
  });
  const sales = { amount: '5333.48', date: '2026-03-17', description: 'Card sales 03/17' };
  assert.deepEqual(found([sales], [brand('2933.41', 'VISA'), brand('2400.07', 'AMEX')]), [
    'named_day multi_to_one L1 S1 S2',
  ]);
  assert.deepEqual(found([sales], [brand('2933.41', 'VISA'), brand('2400.17', 'AMEX')]), []);
});

test('a credit note that a payment does not name is taken off the invoices that it does', () => {
  const ledger = [
    invoice('INV-59510', '1390.33', 'Phoenix Electric'),
    invoice('INV-59514', '3801.06', 'Phoenix Electric'),
    { ...invoice('CN-6036', '-41.80', 'Phoenix Electric'), description: 'Credit note CN-6036' },
  ];
  const paid = { amount: '5149.59', date: '2026-03-12', counterparty: 'PHOENIX ELECTRIC' };
  assert.deepEqual(found(ledger, [{ ...paid, description: 'PAYMENT INV-59510 INV-59514' }]), [
    'counterparty_sum multi_to_one L1 L2 L3 S1',
  ]);
});

test('a payment of one invoice is no part of another', () => {
  const ledger = [
    invoice('INV-41218', '1438.83', 'Apex Industries'),
    invoice('INV-45127', '464.36', 'Apex Industries'),
  ];
  const part = (amount: string, description: string) => ({
    ...{ amount, date: '2026-03-16', counterparty: 'APEX INDUSTRIES', description },
  });
  const matches = found(ledger, [part('459.72', 'CR INV-45127'), part('979.11', 'CR')]);
  assert.ok(!matches.some((match) => match.includes('L1 S1 S2')), matches.join());
});

test('two orders that are paid in parts, one after the other, are two matches', () => {
  const due = (reference: string, amount: string, day: string) =>
    invoice(reference, amount, 'Patricia Wilson', day);
  const paid = (amount: string, day: string, which: string) => ({
    ...{ amount, date: `2026-03-${day}`, counterparty: 'PATRICIA WILSON', description: `part ${which}` },
  });
  assert.deepEqual(
    found(
      [
        due('P17457', '4188.00', '09'),
        due('P17464', '8125.66', '09'),
        due('P18133', '1806.07', '20'),
        due('P18141', '706.31', '20'),
      ],
      [
        paid('7215.80', '10', '1 of 2'),
        paid('5097.86', '10', '2 of 2'),
        paid('1620.49', '20', '1 of 2'),
        paid('891.89', '20', '2 of 2'),
      ],
    ),
    ['counterparty_component many_to_many L1 L2 S1 S2', 'counterparty_component many_to_many L3 L4 S3 S4'],
  );
});

test('a list that writes the beginning of its numbers once names all of them', () => {
  const ledger = [
    invoice('74742', '1903.84', 'Golden Storage'),
    invoice('74745', '1043.48', 'Golden Storage'),
    invoice('74752', '309.76', 'Golden Storage'),
    invoice('74760', '88.31', 'Golden Storage'),
  ];
  const paid = (description: string, amount = '3257.08') => [{ amount, date: '2026-03-12', description }];
  for (const text of ['74742-745-752', 'INV 74742/45/52', '/RFB/74742/74745/74752'])
    assert.deepEqual(found(ledger, paid(text)), ['identifier_sum multi_to_one L1 L2 L3 S1'], text);
  const yearly = ledger.map((line) => ({ ...line, reference: `INV-2026-${line.reference.slice(1)}` }));
  assert.deepEqual(found(yearly, paid('INV-2026-4742/745', '2947.32')), [
    'identifier_sum multi_to_one L1 L2 S1',
  ]);
  assert.deepEqual(found(ledger, paid('INV 74742/03/26', '1903.84')), ['amount_date_text exact_match L1 S1']);
});

test('who names two documents and more of a party takes a discount off all of them', () => {
  const ledger = [
    invoice('77434', '190.95', 'Bluewater Electronics'),
    invoice('77441', '56.15', 'Bluewater Electronics'),
    invoice('77449', '159.25', 'Bluewater Electronics'),
  ];
  const paid = (amount: string) => [
    ...[{ amount, date: '2026-03-12', counterparty: 'BLUEWATER ELECTRONICS' }].map((line) => ({
      ...line,
      description: 'REM 77434 77441 +1',
    })),
  ];
  assert.deepEqual(found(ledger, paid('398.22')), ['counterparty_sum multi_to_one L1 L2 L3 S1']);
  assert.deepEqual(found(ledger, paid('391.47')), [], 'nobody agrees on three and two thirds of a percent');
});

test('a loan’s number stands on principal and interest of every month: those of the day are meant', () => {
  const month = (date: string, principal: string, interest: string) => [
    { amount: principal, date, counterparty: 'Ally Auto', description: 'Loan 671910 principal' },
    { amount: interest, date, counterparty: 'Ally Auto', description: 'Loan 671910 interest' },
  ];
  const ledger = [
    ...month('2026-01-05', '-4326.14', '-15.76'),
    ...month('2026-02-04', '-3814.01', '-527.89'),
  ];
  const paid = (date: string, description: string) => ({ amount: '-4341.90', date, description });
  const statement = [
    paid('2026-01-05', 'ACH ALLY AUTO 52306635'),
    paid('2026-02-06', 'ALLY AUTO LOAN PMT 671910'),
  ];
  assert.deepEqual(found(ledger, statement).sort(), [
    'counterparty_sum multi_to_one L1 L2 S1',
    'identifier_sum multi_to_one L3 L4 S2',
  ]);
});

test('who names one invoice and nets it takes off what he is owed himself', () => {
  const ledger = [
    invoice('AR-374', '1066.09', 'Willow Medical'),
    invoice('AR-375', '254.30', 'Willow Medical'),
    { ...invoice('AP-376', '-98.56', 'Willow Medical'), description: 'Purchase invoice' },
  ];
  const paid = { amount: '1221.83', date: '2026-03-14', counterparty: 'WILLOW MEDICAL CO' };
  assert.deepEqual(found(ledger, [{ ...paid, description: 'NETTING AR-374' }]), [
    'counterparty_sum multi_to_one L1 L2 L3 S1',
  ]);
});

test('an amount in another currency that both texts state is one event’s, and settles nothing', () => {
  const ledger = [
    { ...invoice('X-1982', '2509.85', 'Golden Storage'), description: 'Invoice X-1982 EUR 2,317.50' },
    { ...invoice('X-1990', '2532.44', 'Regal Roofing'), description: 'Invoice X-1990 EUR 2,338.36' },
  ];
  const paid = (amount: string, description: string) => [{ amount, date: '2026-03-12', description }];
  assert.deepEqual(found(ledger, paid('2542.64', 'INTL WIRE EUR 2.317,50 RATE 1.0971')), [
    'amount_mismatch fuzzy_match L1 S1',
  ]);
  assert.deepEqual(found(ledger, paid('2509.85', 'INTL WIRE EUR 2 317,50')), [
    'amount_date_text exact_match L1 S1',
  ]);
  assert.deepEqual(
    found(ledger, paid('2509.85', 'INTL WIRE EUR 2 338,36')),
    ['amount_mismatch fuzzy_match L2 S1'],
    'not the one whose amount in dollars it happens to be',
  );
});

test('a list of which some were cut off is the row of numbers that holds the others, less a discount', () => {
  const ledger = [
    ['73583', '224.14'],
    ['73588', '457.36'],
    ['73589', '155.45'],
    ['73602', '318.90'],
    ['73611', '77.05'],
  ].map(([reference = '', amount = '']) => invoice(reference, amount, 'Regal Paper'));
  const paid = (amount: string, description: string) => [
    { amount, date: '2026-03-24', counterparty: 'REGAL PAPER', description },
  ];
  const all = ['counterparty_sum multi_to_one L1 L2 L3 S1'];
  assert.deepEqual(found(ledger, paid('820.21', 'REM 73583 73588 +1')), all, '2 percent');
  assert.deepEqual(found(ledger, paid('770.21', 'REM 73583 73588 +1')), [], '8 percent is no discount');
});
