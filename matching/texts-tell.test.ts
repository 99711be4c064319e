import assert from 'node:assert/strict';
import test from 'node:test';
import { identifiersIn } from './identifiers-in-text.ts';
import { contradicts, isSlip, lookupKey, sameIdentifier } from './identifiers.ts';
import { daysSaid, namesDayOf } from './said-days.ts';
import { countIn, partIn } from './stated.ts';
import { found } from './testing.ts';

const first = (text: string) => identifiersIn(text)[0] ?? assert.fail(`nothing in ${text}`);

test('days are read in the ways in which banks write them, and amounts, years and account numbers are none', () => {
  assert.deepEqual(daysSaid('bea, betaalpas 24.05.22/12:22'), ['05-24']);
  assert.deepEqual(daysSaid('abono tpv 1808'), ['08-18']);
  assert.deepEqual(daysSaid('remise cb du 120923').toSorted(), ['09-12', '09-23', '12-09']);
  assert.deepEqual(daysSaid('value 2026-03-31'), ['03-31']);
  assert.deepEqual(daysSaid('checkcard 0407').toSorted(), ['04-07', '07-04']);
  assert.deepEqual(daysSaid('brut 431,74 com 3,02 tel 08031/30571 in 2026 card 445501887639'), []);
  const posting = { date: '2026-03-02', said: { days: [] } };
  assert.ok(namesDayOf({ date: '2026-03-03', said: { days: ['03-02'] } }, posting));
  assert.ok(
    !namesDayOf({ date: '2026-03-02', said: { days: ['03-02'] } }, posting),
    'its own day is no news',
  );
});

test('how many payments, and which part of how many, a text says that it is', () => {
  assert.equal(countIn('sammelgutschrift 4 transaktionen'), 4);
  assert.equal(countIn('batch b12 cnt 3 net'), 3);
  assert.equal(countIn('invoice 4711'), null);
  assert.equal(partIn('pledge 2/4'), '2/4');
  assert.equal(partIn('part 1 of 3'), '1/3');
  assert.equal(partIn('rent 04/05/2026'), null);
  assert.equal(partIn('unit 7/2'), null);
});

test('numbers of a month or of a business year are known however they are written', () => {
  const booked = first('FV/0038/01/2022');
  assert.ok(sameIdentifier(booked, first('fv 38/1/22')));
  assert.equal(lookupKey(booked), lookupKey(first('fv 38/1/22')));
  assert.ok(contradicts(booked, first('FV/0038/02/2022')), 'of another month');
  assert.ok(sameIdentifier(first('INV/22-23/0651'), first('BILL 0651')));
  assert.deepEqual(
    identifiersIn('RNR 5111/2026').map(({ digits, year }) => [digits, year]),
    [['5111', '2026']],
    'the year is no second number',
  );
});

test('fields of a bank’s text and the first group of a random id are identifiers by themselves', () => {
  const keys = (text: string) => identifiersIn(text).map(({ key }) => key);
  assert.ok(keys('TO CLG/000262/UTIB').includes('000262'));
  assert.ok(keys('UPI/CR/473918032750/DEEPA JOSHI').includes('473918032750'));
  assert.ok(keys('order 9841b03c-ee8d-49d8 u548512').includes('9841B03C'));
  assert.deepEqual(keys('INV-26-0442'), ['INV260442']);
});

test('very long numbers that differ by a digit are one number, short ones are two', () => {
  assert.ok(isSlip(first('000064601456027358960736274'), first('000064601456020358960736274')));
  assert.ok(!isSlip(first('INV-2024-004527'), first('INV-2024-004528')));
});

test('a long number of the payment behind a document’s word is not another document', () => {
  const invoice = { amount: '496.29', reference: 'SI-7229', counterparty: 'Meridian Dental Limited' };
  const paid = (says: string) => ({
    amount: '496.29',
    description: `FPI MERIDIAN DENTAL LI INVOICE ${says}`,
  });
  assert.deepEqual(found([invoice], [paid('742075426100470534')]), ['amount_date_text fuzzy_match L1 S1']);
  assert.deepEqual(found([invoice], [paid('8114')]), ['wrong_reference fuzzy_match L1 S1'], 'and this is');
});

test('a postcode that both sides have on lines of many parties ties nothing together', () => {
  const gift = (amount: string, counterparty: string) => ({
    amount,
    counterparty,
    description: 'Provo 84601',
  });
  const ledger = [gift('50.00', 'Ada Quist'), gift('75.00', 'Bo Tamm'), gift('25.00', 'Cy Volk')];
  const statement = [gift('125.00', 'Dee Lund'), gift('300.00', 'Eli Moor'), gift('410.00', 'Fay Nord')];
  assert.deepEqual(found(ledger, statement), []);
});

test('money that came in and went on to somebody else is no reversal, what says so is', () => {
  const rent = { amount: '750.00', reference: 'KIN28', counterparty: 'Jack Hollis' };
  const onward = { amount: '-750.00', reference: 'KIN28', counterparty: 'Ruth Landau' };
  assert.deepEqual(found([rent, onward], []), []);
  assert.deepEqual(found([rent, { ...onward, description: 'Reversal' }], []), [
    'same_side_offset same_side_offset L1 L2',
  ]);
});

test('what went to another account and came back later is in both books', () => {
  const on = (date: string, amount: string, description: string) => ({
    date: `2026-03-${date}`,
    amount,
    description,
  });
  const books = [on('05', '-10000.00', 'Transfer to savings'), on('20', '10000.00', 'Transfer from savings')];
  const bank = [on('05', '-10000.00', 'TFR TO 4471'), on('20', '10000.00', 'TFR FROM 4471')];
  assert.deepEqual(found(books, bank).sort(), [
    'amount_date fuzzy_match L1 S1',
    'amount_date fuzzy_match L2 S2',
  ]);
});

test('what came back says so in the language of its bank', () => {
  for (const says of [
    'ESTORNO PIX',
    'ZWROT PRZELEWU',
    'Tilbakeføring',
    'STORNERING',
    'REJET PRLV',
    'ANULACIÓN',
    'TERUGBOEKING INCASSO',
    'Возврат',
    'İADE',
    'ΕΠΙΣΤΡΟΦΗ',
  ]) {
    const bank = [
      { date: '2026-03-10', amount: '-812.40', description: 'PIX ENVIADO KESTREL MARINE' },
      { date: '2026-03-11', amount: '812.40', description: `${says} KESTREL MARINE` },
    ];
    assert.match(found([], bank).join(), /^(?:named_offset|reversal_in_text) same_side_offset S1 S2$/, says);
  }
});

test('what came back within days need not say so, where it is of one name and its amount nothing else has', () => {
  const others = Array.from({ length: 12 }, (_, at) => ({
    ...{
      date: '2026-03-05',
      amount: `-${31 + at}.5${at}`,
      description: `POS ${'ABCDEFGHIJKL'[at] ?? ''}LPHA`,
    },
  }));
  const on = (date: string, amount: string, description: string) => ({
    date: `2026-03-${date}`,
    amount,
    description,
  });
  const debit = on('10', '-812.40', 'DEBIT ORDER KESTREL MARINE 3505');
  const offsets = (back: string) =>
    found([], [debit, on(back, '812.40', 'NOT PROVIDED FOR KESTREL MARINE'), ...others]);
  assert.deepEqual(offsets('11'), ['reversal_in_text same_side_offset S1 S2']);
  assert.deepEqual(offsets('24'), []);
  assert.deepEqual(
    found([on('10', '-812.40', 'Kestrel Marine')], [debit, on('11', '812.40', 'KESTREL MARINE'), ...others])
      .length,
    1,
  );
});

test('a day’s sales less the commission, also where that is booked apart', () => {
  const sales = { amount: '640.00', date: '2026-03-10', description: 'Remise CB 10/03' };
  const paid = [{ amount: '635.52', date: '2026-03-11', description: 'REMISE CB DU 100326' }];
  assert.deepEqual(
    found([sales], paid).map((match) => match.replace(/^\w+ /, '')),
    ['fuzzy_match L1 S1'],
  );
  assert.deepEqual(
    found([sales, { amount: '-4.48', date: '2026-03-10', description: 'Commission CB' }], paid).map((match) =>
      match.replace(/^\w+ /, ''),
    ),
    ['multi_to_one L1 L2 S1'],
  );
});

test('lines that name one short code come to one total', () => {
  const run = (amount: string, description: string) => ({ amount, description });
  assert.deepEqual(
    found(
      [run('-100.00', 'withdrawal W9-0'), run('-40.00', 'withdrawal W9-1'), run('-60.00', 'withdrawal W9-2')],
      [run('-150.00', 'payout run W9 part 1'), run('-50.00', 'payout run W9 part 2')],
    ),
    ['code_group many_to_many L1 L2 L3 S1 S2'],
  );
});

test('takings of days in a row are paid in together', () => {
  const cash = (amount: string, day: string) => ({
    amount,
    date: `2026-03-${day}`,
    description: `Cash ${day}/03`,
  });
  assert.deepEqual(
    found(
      [cash('310.20', '06'), cash('455.00', '07'), cash('298.85', '08'), cash('412.10', '11')],
      [{ amount: '1064.05', date: '2026-03-09', description: 'CASH DEPOSIT' }],
    ).map((match) => match.replace(/^\w+ /, '')),
    ['multi_to_one L1 L2 L3 S1'],
  );
});

test('all parts of what says that it is paid in parts', () => {
  const part = (amount: string, day: string, which: string) => ({
    ...{ amount, date: `2026-03-${day}`, counterparty: 'S Goldberg', description: `pledge ${which}` },
  });
  assert.deepEqual(
    found(
      [
        {
          amount: '1200.00',
          date: '2026-03-20',
          counterparty: 'Goldberg, Susan',
          description: 'Pledge fulfilled',
        },
      ],
      [
        part('300.00', '03', '1/4'),
        part('300.00', '10', '2/4'),
        part('300.00', '17', '3/4'),
        part('300.00', '20', '4/4'),
      ],
    ),
    ['counterparty_sum multi_to_one L1 S1 S2 S3 S4'],
  );
});

test('a fee that is booked once belongs to one of two that it was taken off', () => {
  const invoice = (reference: string, amount: string) => ({
    reference,
    amount,
    counterparty: 'Quartz Freight',
  });
  const fee = { amount: '-25.00', description: 'Bank fee' };
  assert.deepEqual(
    found(
      [invoice('INV-1001', '1000.00'), invoice('INV-1002', '2000.00'), fee],
      [invoice('INV-1001', '975.00'), invoice('INV-1002', '1975.00')],
    ).map((match) => match.replace(/L\d/g, 'L')),
    ['amount_mismatch multi_to_one L L S1', 'amount_mismatch fuzzy_match L S2'],
  );
});
