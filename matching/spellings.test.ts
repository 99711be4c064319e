import assert from 'node:assert/strict';
import test from 'node:test';
import { identifiersIn } from './identifiers-in-text.ts';
import { contradicts, isSlip, sameIdentifier } from './identifiers.ts';
import { found } from './testing.ts';

const first = (text: string) => identifiersIn(text)[0] ?? assert.fail(`nothing in ${text}`);

test('a text that writes the other side’s reference otherwise names it all the same', () => {
  for (const [reference, text] of [
    ['F-2024-135', 'BONIFICO A SALDO F 2024 135'],
    ['KURS-C1X9', 'KURS C1X9'],
    ['ck 12', 'LOCKBOX 9021 CK 12'],
    ['VK24-30517', 'KDNR 88120 VK24 30517 RUECKFRAGEN 08031/305 71 0'],
    ['21 00000 00003 13947 14300 09017', 'ESR DETAIL 210000000003139471430009017'],
    ['2087', 'CHECK 2087'],
  ] as const)
    assert.deepEqual(
      found([{ amount: '75.00', reference }], [{ amount: '75.00', description: text, date: '2026-03-12' }]),
      ['identifier exact_match L1 S1'],
      text,
    );
});

test('what a text says that it is not about, and digits of a telephone number, name nothing', () => {
  const open = (reference: string, description: string) =>
    found(
      [{ amount: '208.25', reference, counterparty: 'Autohaus Brandl' }],
      [{ amount: '208.25', description, date: '2026-03-12' }],
    ).filter((match) => match.startsWith('identifier'));
  assert.deepEqual(open('30571', 'RUECKFRAGEN 08031/305 71 0'), []);
  assert.deepEqual(open('INV-88011', 'NOT FOR INV-88011 SEE LETTER'), []);
});

test('a number that is counted anew each year is known without its year and its zeros, but not of another year', () => {
  const booked = first('INV-2024-006576');
  for (const text of ['RE 6576', 'Invoice 6576', 'INV-2024-6576', 'INV20246576'])
    assert.ok(sameIdentifier(booked, first(text)), text);
  assert.ok(sameIdentifier(first('FV/17899/2024'), first('RECHNUNG 17899')));
  assert.ok(!sameIdentifier(booked, first('INV-2023-006576')));
  assert.ok(contradicts(booked, first('INV-2024-006577')));
});

test('a slip of the pen is no other document, another digit is', () => {
  assert.ok(isSlip(first('INV-2024-004527'), first('INV-2024-004572')), 'two neighbours swapped');
  assert.ok(isSlip(first('INV-2024-005815'), first('INV-2024-005G15')), 'a letter for a digit');
  assert.ok(isSlip(first('INV-2024-005406'), first('INV-224-005406')), 'a character lost');
  assert.ok(!isSlip(first('INV-2024-004527'), first('INV-2024-004528')));
});

test('a range and a list of numbers name each of them', () => {
  const keys = identifiersIn('SI-301-304').map(({ digits }) => digits);
  assert.deepEqual(keys.slice(1), ['301', '302', '303', '304']);
  assert.equal(identifiersIn('F-2024-2031').length, 1, 'a year and a number are no range');
});

test('two cheques of one amount are told by their numbers, and so are two references of one shape', () => {
  assert.deepEqual(
    found(
      [{ amount: '-1747.18', reference: 'CHQ 3524', counterparty: 'Trident Design' }],
      [{ amount: '-1747.18', description: 'CHQ PAID 003526' }],
    ),
    [],
  );
  assert.deepEqual(
    found([{ amount: '499.00', reference: '7700120038' }], [{ amount: '499.00', reference: '7700120046' }]),
    [],
  );
});

test('a thing that two texts number differently is two things', () => {
  const rent = (unit: string) => ({
    amount: '650.00',
    counterparty: 'John Whitcombe',
    description: `Rent unit ${unit}`,
  });
  assert.deepEqual(found([rent('4')], [rent('9')]), []);
  assert.deepEqual(found([rent('4')], [rent('4')]), ['amount_date_text fuzzy_match L1 S1']);
});

test('a text that names another party of the books is no agreement, however equal the amounts', () => {
  const ledger = [
    { amount: '286.03', counterparty: 'Dentist Dr. Lee' },
    { amount: '41.17', counterparty: 'Trader Joe’s', date: '2026-03-03' },
  ];
  assert.deepEqual(found(ledger, [{ amount: '286.03', description: 'TRADER JOES 164 OAKLAND CA' }]), []);
});

test('without rates, lines of two currencies are never one event', () => {
  assert.deepEqual(
    found(
      [{ amount: '2000.00', reference: 'PO-9917', currency: 'USD' }],
      [{ amount: '2000.00', reference: 'PO-9917', currency: 'CAD' }],
    ),
    [],
  );
});
