// What is paid by the week, half month or month, for documents in a row, or less a commission.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Told, found } from './testing.ts';

const on = (date: string, amount: string, description: string, more: Partial<Told> = {}): Told => ({
  ...{ amount, date: `2026-${date}`, description },
  ...more,
});

// Of 11 fuel purchases in two weeks the first six are of one.
const FUEL = [
  on('03-02', '-64.21', 'Fuel card 7446 diesel', { counterparty: 'Shell' }),
  on('03-02', '-108.81', 'Fuel card 2067 petrol', { counterparty: 'BP' }),
  on('03-04', '-41.37', 'Fuel card 4054 petrol', { counterparty: 'BP' }),
  on('03-05', '-75.33', 'Fuel card 4054 diesel', { counterparty: 'Esso' }),
  on('03-07', '-28.92', 'Fuel card 0581 adblue', { counterparty: 'Shell' }),
  on('03-08', '-99.67', 'Fuel card 9567 petrol', { counterparty: 'Esso' }),
  on('03-09', '-32.47', 'Fuel card 7446 adblue', { counterparty: 'BP' }),
  on('03-10', '-109.85', 'Fuel card 4054 petrol', { counterparty: 'Shell' }),
  on('03-12', '-77.98', 'Fuel card 9567 diesel', { counterparty: 'Esso' }),
  on('03-13', '-112.49', 'Fuel card 4592 petrol', { counterparty: 'BP' }),
  on('03-14', '-84.50', 'Garage', { counterparty: 'Halfords' }),
];

test('a week of one kind comes to one line, whatever else was posted', () => {
  const invoice = (amount: string, date = '03-17') => [
    on(date, amount, 'FLEET DEBIT STMT 7588541', { counterparty: 'WEX INC' }),
  ];
  assert.deepEqual(found(FUEL, invoice('-418.31')), ['period_total multi_to_one L1 L2 L3 L4 L5 L6 S1']);
  assert.deepEqual(found(FUEL, invoice('-332.79')), ['period_total multi_to_one L10 L7 L8 L9 S1']);
  assert.deepEqual(found(FUEL, invoice('-418.32')), [], 'a cent more is no total');
  assert.deepEqual(found(FUEL, invoice('-418.31', '03-01')), [], 'nobody is charged before');
  assert.deepEqual(found(FUEL, [...invoice('-418.31'), ...invoice('-418.31')]), [], 'which of two');
});

test('a day by the number of a terminal, of which the bank has more digits', () => {
  const sale = (amount: string, terminal: string) => on('03-09', amount, `Card sale terminal ${terminal}`);
  const ledger = [
    ...['98.37', '163.36', '8.78'].map((amount) => sale(amount, '9567')),
    ...['151.78', '175.25', '206.48'].map((amount) => sale(amount, '4054')),
  ];
  assert.deepEqual(found(ledger, [on('03-10', '533.51', 'MERCHANT 47314054 000143')]), [
    'period_total multi_to_one L4 L5 L6 S1',
  ]);
});

test('months of a shop, each less one share, paid behind the month that comes after', () => {
  const sales = (month: string, ...amounts: string[]) =>
    amounts.map((amount, at) =>
      on(`${month}-${String(5 + 9 * at).padStart(2, '0')}`, amount, 'App Store sales'),
    );
  const months = [
    ...sales('01', '412.20', '98.75', '301.55'),
    ...sales('02', '77.31', '640.99', '12.40'),
    ...sales('03', '150.85', '222.47', '391.13'),
  ];
  const receipts = [
    on('03-05', '568.75', 'APPLE INC PROCEEDS 913872'),
    on('04-04', '511.49', 'APPLE INC PROCEEDS 913907'),
    on('05-05', '535.12', 'APPLE INC PROCEEDS 914001'),
  ];
  assert.deepEqual(found(months, receipts), [
    'period_net multi_to_one L1 L2 L3 S1',
    'period_net multi_to_one L4 L5 L6 S2',
    'period_net multi_to_one L7 L8 L9 S3',
  ]);
  assert.deepEqual(found(months, receipts.slice(0, 2)), [], 'two of them are no habit');
});

const PREMIUMS = ['81.77', '90.69', '148.40', '229.32', '560.86', '119.59', '274.11', '48.03', '311.60'];
const policies = PREMIUMS.map((amount, at) =>
  on('03-04', amount, 'Premium', {
    counterparty: 'Harbor Motors Agency',
    reference: `POL43${5890 + 7 * at}`,
  }),
);
const paid = (date: string, amount: string, description = 'PREMIUM REMITTANCE') =>
  on(date, amount, description, { counterparty: 'HARBOR MOTORS AGENCY' });

test('who pays several pays documents whose numbers are in a row', () => {
  assert.deepEqual(found(policies, [paid('03-06', '909.77')]), ['counterparty_sum multi_to_one L4 L5 L6 S1']);
});

test('documents in a row less one commission, where several payments of the party are less by it', () => {
  const [first, second] = [
    paid('03-06', '481.41', 'BORDEREAU 03-1'),
    paid('03-11', '595.39', 'BORDEREAU 03-2'),
  ];
  assert.deepEqual(found(policies, [first, second]), [
    'less_commission multi_to_one L1 L2 L3 L4 S1',
    'less_commission multi_to_one L5 L6 S2',
  ]);
  assert.deepEqual(found(policies, [first]), [], 'one payment may be less by chance');
});

test('wages of a day come to one line, whoever earned as much a fortnight later', () => {
  const wage = (date: string, amount: string, name: string) =>
    on(date, amount, 'Net pay', { counterparty: name });
  const ledger = [
    wage('02-13', '-2474.34', 'Wei Young'),
    wage('02-13', '-2837.22', 'Wei Baker'),
    wage('02-13', '-1266.75', 'Jennifer Adams'),
    on('02-27', '-8431.28', 'Payroll'),
  ];
  const statement = [
    on('02-13', '-6578.31', 'GUSTO PAYROLL'),
    on('02-27', '-2474.34', 'PAYROLL WEI YOUNG'),
    on('02-27', '-2837.22', 'PAYROLL WEI BAKER'),
    on('02-27', '-1266.75', 'PAYROLL JENNIFER ADAMS'),
    on('02-27', '-1852.97', 'PAYROLL ANTHONY OKAFOR'),
  ];
  assert.deepEqual(found(ledger, statement), [
    'day_total multi_to_one L1 L2 L3 S1',
    'day_total multi_to_one L4 S2 S3 S4 S5',
  ]);
});

test('the one payment of a day is not what others come to beside it', () => {
  const ledger = [
    on('05-15', '-5298.99', 'Moved to project 7'),
    on('05-15', '5298.99', 'Moved from opex'),
    on('05-15', '-230.60', 'Maintenance', { counterparty: 'Sterling Partners' }),
  ];
  assert.deepEqual(found(ledger, [on('05-18', '-230.60', 'ACH STERLING PARTNER')]), [
    'amount_date_text fuzzy_match L3 S1',
  ]);
});

test('a collection that came in and one of it that came back are two events', () => {
  const fee = (amount: string, number: string, name: string) =>
    on('03-02', amount, 'Membership fee', { reference: number, counterparty: name });
  const ledger = [
    fee('49.99', 'M30255', 'Jennifer Adams'),
    fee('41.50', 'M30290', 'James Smith'),
    fee('61.53', 'M30360', 'Wei Garcia'),
    on('03-12', '12.00', 'Day pass', { reference: 'M30255', counterparty: 'Jennifer Adams' }),
    on('03-09', '-49.99', 'Returned unpaid', { reference: 'M30255', counterparty: 'Jennifer Adams' }),
  ];
  const statement = [
    on('03-04', '153.02', 'DD COLLECTION 3 ITEMS'),
    on('03-09', '-49.99', 'UNPAID DD M30255 JENNIFER ADAMS'),
  ];
  const all = found(ledger, statement);
  assert.ok(!all.some((match) => match.startsWith('same_side_offset')), all.join(', '));
  assert.ok(
    all.some((match) => match.endsWith(' L5 S2')),
    all.join(', '),
  );
});

test('a tax that is withheld of the amount before tax, and a tenth that was rounded', () => {
  const invoice = (amount: string) =>
    on('03-02', amount, 'Sales', { counterparty: 'Bright Steel Industries' });
  const receipt = (amount: string) => on('03-06', amount, 'NEFT BRIGHT STEEL INDUSTRIES');
  // 2 percent of 4,211.37, of 4,969.42 with 18 percent tax.
  assert.deepEqual(found([invoice('4969.42')], [receipt('4885.19')]), ['amount_slip fuzzy_match L1 S1']);
  assert.deepEqual(found([invoice('4323.56')], [receipt('3891.20')]), ['amount_slip fuzzy_match L1 S1']);
});

test('a document’s number in front of check digits', () => {
  const invoice = on('03-02', '909.60', 'Invoice 32988', { reference: '32988' });
  // Belgian structured communication: customer 680, invoice 32988, two check digits.
  const matches = found([invoice], [on('03-24', '909.60', '+++006/8032/98801+++')]);
  assert.deepEqual(matches.length, 1);
});

test('a reclassification and what it takes back', () => {
  const ledger = [
    on('03-10', '-875.39', 'Reclass consulting to project', { reference: 'JE-589' }),
    on('03-10', '875.39', 'Reclass consulting from opex', { reference: 'JE-333' }),
  ];
  assert.deepEqual(found(ledger, []), ['reversal_in_text same_side_offset L1 L2']);
});

test('a statement of account is paid in the month behind it, to the cent or less a usual discount', () => {
  const bill = (date: string, amount: string, number: number) =>
    on(date, amount, 'Sales invoice', {
      counterparty: 'Prairie Systems Corp',
      reference: `INV-${number}`,
    });
  const ledger = [
    bill('02-03', '289.21', 2394),
    bill('02-12', '46.27', 2411),
    bill('02-13', '819.52', 2399),
    bill('02-26', '-61.30', 2436),
    bill('03-02', '296.07', 2488),
    bill('03-19', '481.43', 2404),
  ];
  const pays = (amount: string) => [
    on('03-28', amount, 'ACCOUNT PAYMENT', { counterparty: 'PRAIRIE SYSTEMS' }),
  ];
  const month = ['statement_of_account multi_to_one L1 L2 L3 L4 S1'];
  assert.deepEqual(found(ledger, pays('1093.70')).map(whatever), month.map(whatever));
  assert.deepEqual(found(ledger, pays('1071.83')), month, 'two percent less');
  assert.deepEqual(found(ledger, pays('1093.71')), []);
});

/** Which rule it was, counterparty_sum or the month's own, does not matter. */
function whatever(match: string): string {
  return match.replace(/^\w+ /, '');
}
