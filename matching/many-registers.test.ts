// Documents as other languages, registers and kinds of books write them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { identifiersIn } from './identifiers-in-text.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { type Told, found } from './testing.ts';

const on = (day: string, amount: string, description: string, more: Partial<Told> = {}): Told => ({
  ...{ amount, date: `2026-03-${day}`, description },
  ...more,
});
const due = (reference: string, amount: string, counterparty: string, date = '2026-03-02'): Told => ({
  ...{ reference, amount, counterparty, date },
});

test('a number is known by the words of other languages before it, and without its year', () => {
  const words = [
    'SALDO FATT. 476 DEL 12/03/26',
    'fattura n. 476',
    'RG-NR. 476',
    'Re.Nr.476 KD-NR 4711',
    'ft.476',
  ];
  for (const text of words)
    assert.ok(
      identifiersIn(text).some(({ digits, standing }) => digits === '476' && !standing),
      text,
    );
  for (const reference of ['FT 476/2026', '2026/0476', 'FPR 476/26'])
    assert.deepEqual(
      found(
        [due(reference, '1200.00', 'Rossi Costruzioni')],
        [on('27', '600.00', 'ACCONTO FATT. 476'), on('30', '600.00', 'SALDO ft.476')],
      ),
      ['identifier_sum multi_to_one L1 S1 S2'],
      reference,
    );
});

test('lists, ranges and business years are read, and sort codes are none of them', () => {
  const keys = (text: string) => identifiersIn(text).map(({ key }) => key);
  const digits = (text: string) => identifiersIn(text).map((one) => one.digits);
  assert.deepEqual(keys('SALDO FATT. 603-604-605'), ['603', '604', '605']);
  assert.deepEqual(digits('BILLS INV-975 TO 977-N564965843891512').slice(0, 3), ['975', '976', '977']);
  assert.deepEqual(digits('1137/2025-26'), ['1137']);
  assert.deepEqual(keys('FPI R PATEL INVOICE 20-44-19'), []);
  assert.deepEqual(digits('CHECK DEPOSIT 832'), ['832']);
});

test('a number behind two digits of a year, and one before a check digit', () => {
  assert.deepEqual(
    found([due('R26/4699', '3770.70', 'Stadtwerke')], [on('20', '3703.43', 'RNR 4699 abzgl. Skonto 67,27')]),
    ['amount_mismatch fuzzy_match L1 S1'],
  );
  assert.deepEqual(
    found([due('25191', '5905.77', 'Fjord Seafood')], [on('20', '5940.77', 'KID 000251918 FJORD')]),
    ['amount_mismatch fuzzy_match L1 S1'],
  );
});

test('a flat is a party, and of another flat is another one', () => {
  const rent = (unit: string) => ({
    ...{ amount: '1250.00', counterparty: 'Maria Walker', reference: `Unit ${unit}` },
    ...{ description: `Rent unit ${unit}` },
  });
  const told = [on('10', '1250.00', 'VENMO CASHOUT Maria Walker apt B148')];
  assert.deepEqual(
    found([rent('B148')], told),
    ['amount_date_text fuzzy_match L1 S1'],
    'and settles nothing',
  );
  assert.deepEqual(found([rent('B214')], told), []);
});

test('the books have the last four digits of a cheque, the bank all of them', () => {
  assert.deepEqual(
    found(
      [on('02', '-3984.87', 'Cheque', { counterparty: 'Pennine Haulage', reference: '0488' })],
      [on('18', '-3984.87', 'CHQ 000100488')],
    ),
    ['amount_date_text fuzzy_match L1 S1'],
  );
});

test('amounts that nothing else comes near are one, where one side says nothing', () => {
  const told = [
    on('11', '2062.64', 'Wire transfer', { counterparty: 'Atlantic Partners' }),
    on('11', '871.10', 'ACH payment', { counterparty: 'Vertex Ventures' }),
  ];
  const silent = (amount: string): Told => ({ amount });
  assert.deepEqual(found([silent('2063.42')], told), ['amount_near fuzzy_match L1 S1']);
  assert.deepEqual(found([silent('2063.42'), silent('2080.00')], told), [], 'another one is as near');
  assert.deepEqual(found([on('11', '2063.42', 'Rent of the hall')], told), [], 'both say what they are');
});

test('of postings without a text that look the same the first is proposed', () => {
  const twice = [{ amount: '412.37' }, { amount: '412.37' }];
  assert.deepEqual(found(twice, [on('11', '412.37', 'Loan repayment', { counterparty: 'Acme' })]), [
    'amount_date fuzzy_match L1 S1 ?1',
  ]);
});

test('what says that it is a part is one of its party, where nobody else it could be', () => {
  const ledger = [on('02', '1725.00', 'March', { counterparty: 'Yuki Brown' })];
  const told = (text: string) => [on('06', '800.00', `Zelle from Yuki Brown ${text}`)];
  assert.deepEqual(found(ledger, told('partial')), ['amount_slip fuzzy_match L1 S1']);
  assert.deepEqual(found(ledger, told('')), []);
});

test('two equal halves of one party are its invoice', () => {
  assert.deepEqual(
    found(
      [due('1837', '2750.70', 'J Okafor')],
      [on('03', '1375.35', 'J OKAFOR 1837 PT1'), on('09', '1375.35', 'J OKAFOR BALANCE')],
    ),
    ['counterparty_sum multi_to_one L1 S1 S2'],
  );
});

test('a credit note is taken off though the payment does not name it', () => {
  const ledger = [
    due('F-2026-031', '7537.29', 'Garage du Centre'),
    due('AV-012', '-1236.12', 'Garage du Centre'),
  ];
  assert.deepEqual(found(ledger, [on('12', '6301.17', 'GARAGE DU CENTRE F-2026-031 MOINS AVOIR')]), [
    'counterparty_sum multi_to_one L1 L2 S1',
  ]);
});

test('card sales of a day are settled less an even share, whatever they are called', () => {
  const day = ['5794.79', '3652.45'].map((amount) =>
    on('09', amount, 'Card swipe', { counterparty: 'Cash sales' }),
  );
  const settled = (amount: string) => [on('10', amount, 'POS SETTLEMENT 09032026 TID 883481')];
  assert.deepEqual(found(day, settled('9277.19')), ['batch_sum multi_to_one L1 L2 S1'], '1.8 percent');
  assert.deepEqual(found(day, settled('9281.19')), [], 'no even share');
});

test('of two days whose sales come near a payout it is that of the priced fee', () => {
  const sale = (day: string, amount: string) => on(day, amount, 'Stripe sale');
  // 2.9 percent and 0.30 of each of the two: 14.70 less.
  const ledger = [sale('05', '300.00'), sale('05', '186.30'), sale('06', '290.00'), sale('06', '191.11')];
  assert.deepEqual(found(ledger, [on('06', '471.60', 'STRIPE TRANSFER')]), [
    'batch_sum multi_to_one L1 L2 S1',
  ]);
  const sales = [sale('06', '300.00'), sale('06', '186.30')];
  assert.deepEqual(
    found([on('06', '471.60', 'Stripe payout')], sales),
    [],
    'nobody pays out more than was sold',
  );
});

test('nothing is taken back before it was paid', () => {
  const told = [on('06', '-1600.00', 'ACH RETURN R01'), on('09', '1600.00', 'Deposit')];
  assert.deepEqual(found([], told), []);
  assert.deepEqual(found([], [on('05', '1600.00', 'Deposit'), ...told.slice(0, 1)]), [
    'reversal_in_text same_side_offset S1 S2',
  ]);
});

test('two payments of one day that both sides have by themselves are no group', () => {
  const cards = ['-286.30', '-300.55'];
  const ledger = cards.map((amount) => on('15', amount, 'CB', { counterparty: 'EDF Entreprises' }));
  const statement = cards.map((amount, at) => on(`1${6 + at}`, amount, 'CB EDF CLIENTS PROF 150326'));
  assert.deepEqual(found(ledger, statement).sort(), [
    'amount_date fuzzy_match L1 S1',
    'amount_date fuzzy_match L2 S2',
  ]);
});

test('two deposits of one afternoon share out what was booked, where there is one way only', () => {
  const receipt = (amount: string) => on('14', amount, 'Lockbox receipt');
  const amounts = ['4054.60', '8431.63', '4160.67', '163.31', '2154.57', '3998.50'];
  const ledger = amounts.map(receipt);
  const deposits = [on('14', '16646.90', 'LOCKBOX DEPOSIT'), on('15', '6316.38', 'LOCKBOX DEPOSIT')];
  // Among very many lines a sum of some of a day tells nothing by itself.
  const alone = { ...DEFAULT_SETTINGS, off: ['batch_sum'] };
  assert.deepEqual(found(ledger, deposits, alone).sort(), [
    'batch_pair multi_to_one L1 L2 L3 S1',
    'batch_pair multi_to_one L4 L5 L6 S2',
  ]);
  const round = ['100.00', '200.00', '300.00', '400.00'].map(receipt);
  assert.deepEqual(found(round, [on('14', '500.00', 'DEPOSIT'), on('14', '500.00', 'DEPOSIT')], alone), []);
});

test('an even share of an odd amount is a part of it, and a rounding tells weeks later too', () => {
  const ledger = [on('02', '17807.34', 'order', { counterparty: 'Crystal Tower Media' })];
  const told = (day: string, amount: string) => [on(day, amount, 'CRYSTAL TOWER MEDIA')];
  assert.deepEqual(found(ledger, told('06', '5342.20')), ['amount_slip fuzzy_match L1 S1'], 'thirty percent');
  assert.deepEqual(found(ledger, told('06', '5347.20')), []);
  assert.deepEqual(found(ledger, told('19', '17807.31')), ['amount_slip fuzzy_match L1 S1']);
  assert.deepEqual(found(ledger, told('19', '17601.31')), [], 'no longer for what has no name');
});

test('without a text a listed fee or two swapped digits tell, where nothing else is like them', () => {
  const ledger = [on('10', '24747.05', 'Settlement', { counterparty: 'Eagle Star' })];
  for (const amount of ['24712.05', '24774.05'])
    assert.deepEqual(found(ledger, [on('11', amount, 'WIRE')]), ['amount_near fuzzy_match L1 S1'], amount);
  assert.deepEqual(found(ledger, [on('11', '24712.05', 'WIRE'), on('11', '24774.05', 'WIRE')]), []);
});

test('two neighbours swapped in a number are a slip, whatever letters stand before it', () => {
  assert.deepEqual(
    found(
      [due('RE-5132', '3833.79', 'Autohaus Schröder'), due('RE-5140', '88.10', 'Blumen Sommer')],
      [on('16', '3833.79', 'SCHROEDER AUTOHAUS RNR 5123'), on('16', '88.10', 'BLUMEN SOMMER RNR 5140')],
    ),
    ['identifier exact_match L2 S2', 'amount_date_text fuzzy_match L1 S1'],
  );
});
