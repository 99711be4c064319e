import assert from 'node:assert/strict';
import test from 'node:test';
import { Random } from '../evals/accuracy/random.ts';
import { matchLines } from './engine.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { found, inShort, lines } from './testing.ts';

const ACME = { counterparty: 'Acme Instruments Inc.' };

test('one reference on one amount a side is a unique exact match', () => {
  const one = { amount: '1042.10', reference: 'INV-1042', ...ACME };
  assert.deepEqual(
    found([one], [{ ...one, reference: 'inv 1042', counterparty: 'ACME INSTRUM', date: '2026-03-12' }]),
    ['exact_reference exact_match L1 S1'],
  );
});

test('a reference that stands on other amounts too settles only where both sides agree on all of them', () => {
  const of = (...amounts: string[]) => amounts.map((amount) => ({ amount, reference: 'ORD-7701', ...ACME }));
  assert.deepEqual(found(of('100.10', '250.20'), of('250.20', '100.10')), [
    'exact_reference exact_match L2 S1',
    'exact_reference exact_match L1 S2',
  ]);
  const uneven = found(of('100.10', '250.20'), of('100.10'));
  assert.deepEqual(uneven, ['amount_date_text exact_match L1 S1']);
});

test('two equal postings under one reference and one payment are ambiguous, and the first is proposed', () => {
  const posting = { amount: '88.10', reference: 'INV-2001', ...ACME };
  assert.deepEqual(
    found([posting, { ...posting, date: '2026-03-16' }], [{ ...posting, date: '2026-03-16' }]),
    ['amount_date_text exact_match L1 S1 ?1'],
  );
});

test('one reference and one amount on two plainly different parties does not settle', () => {
  const matches = found(
    [{ amount: '500.10', reference: 'INV-1001', counterparty: 'Borealis Freight' }],
    [{ amount: '500.10', reference: 'INV-1001', counterparty: 'Quartz Dental' }],
  );
  assert.ok(!matches.some((match) => /^(exact_reference|identifier)/.test(match)), String(matches));
});

test('an identifier that only two lines name is found in their texts, however it is spelled', () => {
  for (const description of ['Payment for invoice 1042', '/INV/1042/', 'RE 1042 thank you', 'inv#01042'])
    assert.deepEqual(
      found(
        [{ amount: '310.55', reference: 'INV-1042', ...ACME }],
        [{ amount: '310.55', description, counterparty: 'ACME' }],
      ),
      ['identifier exact_match L1 S1'],
      description,
    );
});

test('dates and amounts in a text are no identifiers', () => {
  const both = { amount: '75.00', description: 'Subscription 2026-03-10 of 75.00', ...ACME };
  assert.deepEqual(found([both], [{ ...both, counterparty: 'Acme Instruments' }]), [
    'amount_date_text fuzzy_match L1 S1',
  ]);
});

test('a payout adds up to the cent with its group and the fee stated on it; less by a fee nobody stated is a proposal', () => {
  const sales = ['10.00', '20.00', '30.00'].map((amount) => ({ amount, group: 'PO-1' }));
  assert.deepEqual(found(sales, [{ amount: '58.20', fee: 180n, group: 'PO-1' }]), [
    'group_key multi_to_one L1 L2 L3 S1',
  ]);
  assert.deepEqual(found(sales, [{ amount: '58.20', group: 'PO-1' }]), [
    'group_remainder multi_to_one L1 L2 L3 S1',
  ]);
  assert.deepEqual(found(sales, [{ amount: '38.20', group: 'PO-1' }]), []);
});

test('a group whose name is a number is another than one that has the number in its name', () => {
  const of = (group: string, amounts: readonly string[]) => amounts.map((amount) => ({ amount, group }));
  const [run, batch] = [of('RUN004711', ['10.00', '20.00']), of('4711', ['5.00', '6.00'])];
  const payment = [{ amount: '11.00', description: 'batch 4711' }];
  assert.deepEqual(found([...run, ...batch], payment), ['group_key multi_to_one L3 L4 S1']);
  assert.deepEqual(found([...batch, ...run], payment), ['group_key multi_to_one L1 L2 S1']);
});

test('a posting and its reversal on one side cancel each other, and leave the posting that the bank knows', () => {
  const posting = { amount: '55.30', reference: 'R-1001', ...ACME };
  const back = { ...posting, amount: '-55.30', date: '2026-03-11', description: 'Reversal' };
  assert.deepEqual(found([posting, back], []), ['same_side_offset same_side_offset L1 L2']);
  const again = { ...posting, date: '2026-03-12' };
  const matches = found([posting, back, again], [{ ...posting, date: '2026-03-12' }]);
  assert.equal(matches.length, 2);
  assert.ok(
    matches.some((match) => match.includes('same_side_offset')),
    String(matches),
  );
});

test('invoices paid together are found by what the payment names, and by its party', () => {
  const invoices = [
    { amount: '410.25', reference: 'INV-3001', ...ACME },
    { amount: '99.99', reference: 'INV-3002', ...ACME },
    { amount: '1200.00', reference: 'INV-3003', ...ACME },
  ];
  const payment = { amount: '1710.24', date: '2026-03-12' };
  assert.deepEqual(found(invoices, [{ ...payment, description: 'INV-3001 INV-3002 INV-3003' }]), [
    'identifier_sum multi_to_one L1 L2 L3 S1',
  ]);
  assert.deepEqual(found(invoices, [{ ...payment, counterparty: 'ACME INSTRUMENTS' }]), [
    'counterparty_sum multi_to_one L1 L2 L3 S1',
  ]);
});

test('a credit note is taken off what is paid together', () => {
  const invoices = [
    { amount: '410.25', reference: 'INV-3001', ...ACME },
    { amount: '1200.00', reference: 'INV-3003', ...ACME },
    { amount: '-60.10', reference: 'CN-3004', ...ACME },
  ];
  assert.deepEqual(
    found(invoices, [{ amount: '1550.15', date: '2026-03-12', counterparty: 'ACME INSTRUMENTS' }]),
    ['counterparty_sum multi_to_one L1 L2 L3 S1'],
  );
});

test('a sum that several sets of lines reach is left open', () => {
  const parts = ['100.00', '200.00', '300.00', '400.00'].map((amount) => ({ amount, ...ACME }));
  assert.deepEqual(found(parts, [{ amount: '500.00', date: '2026-03-12', ...ACME }]), []);
});

test('several lines against several of one party with one total are a proposal', () => {
  const matches = found(
    [
      { amount: '612.40', ...ACME },
      { amount: '87.65', ...ACME },
    ],
    [
      { amount: '500.00', counterparty: 'ACME INSTR' },
      { amount: '200.05', counterparty: 'ACME INSTR' },
    ],
  );
  assert.deepEqual(matches, ['counterparty_component many_to_many L1 L2 S1 S2']);
});

test('amounts that differ in a way that has a name are proposed with the name, and settle by no rule', () => {
  const shapes: readonly [string, string, RegExp][] = [
    ['1254.00', '1245.00', /transposed/],
    ['1254.00', '1229.00', /fee on the list/],
    ['1254.00', '-1254.00', /sign is turned/],
    ['1254.00', '1254.02', /rounding/],
    ['1254.00', '700.00', /part of the amount/],
  ];
  for (const [ledger, statement, reason] of shapes) {
    const both = lines(
      [{ amount: ledger, reference: 'INV-4001', ...ACME }],
      [{ amount: statement, reference: 'INV-4001', ...ACME, date: '2026-03-11' }],
    );
    const [match] = matchLines(both, DEFAULT_SETTINGS);
    assert.match(match?.reasons ?? 'nothing found', reason);
    assert.ok(!DEFAULT_SETTINGS.settle.includes(match?.rule ?? ''));
  }
});

test('amount and date alone find a rare amount, refuse a common one, and never settle', () => {
  const noise = Array.from({ length: 40 }, (_, at) => ({
    amount: `${at + 3}.00`,
    counterparty: `Party ${at}`,
  }));
  const bare = { amount: '4711.83', description: 'ACH CREDIT' };
  const matches = found([...noise, { amount: '4711.83' }], [bare]);
  assert.deepEqual(matches, ['amount_date fuzzy_match L41 S1']);
  assert.ok(!DEFAULT_SETTINGS.settle.includes('amount_date'));
  assert.deepEqual(found([{ amount: '50.00' }, { amount: '50.00' }], [{ amount: '50.00' }]), []);
});

test('an amount on a party that the other side knows under its own name is another event', () => {
  const known = { amount: '12.34', reference: 'INV-9001', counterparty: 'Quartz Dental' };
  const matches = found(
    [known, { amount: '8123.45', counterparty: 'Borealis Freight' }],
    [known, { amount: '8123.45', counterparty: 'QUARTZ DENTAL' }],
  );
  assert.deepEqual(matches, ['exact_reference exact_match L1 S1']);
});

test('the best assignment is taken, not the first that fits', () => {
  // L1 fits S1 best, but L2 fits nothing else: together L1-S2 and L2-S1 are better than L1-S1 alone.
  const matches = found(
    [
      { amount: '640.10', counterparty: 'Granite Foods', date: '2026-03-10' },
      { amount: '640.10', counterparty: 'Granite Foods', date: '2026-03-02' },
    ],
    [
      { amount: '640.10', counterparty: 'Granite Foods', date: '2026-03-09' },
      { amount: '640.10', counterparty: 'Granite Foods', date: '2026-03-12' },
    ],
  );
  assert.deepEqual(matches.map((match) => match.replace(/ \?.*/, '')).sort(), [
    'amount_date_text fuzzy_match L1 S2',
    'amount_date_text fuzzy_match L2 S1',
  ]);
});

test('windows are counted in business days of the calendar', () => {
  const line = { amount: '99.10', reference: 'A-1001', date: '2026-03-02' };
  const at = (date: string) => lines([line], [{ ...line, date }]);
  const settings = {
    ...DEFAULT_SETTINGS,
    windows: { ...DEFAULT_SETTINGS.windows, reference: 5, late: 5, document: 5 },
  };
  assert.equal(matchLines(at('2026-03-09'), settings).length, 1);
  assert.equal(matchLines(at('2026-03-10'), settings).length, 0);
});

test('the result is the same for any order of the lines, and no line stands in two matches', () => {
  const random = new Random(20260331);
  for (let round = 0; round < 60; round += 1) {
    const told = () => ({
      amount: `${random.whole(1, 6)}0.${random.pick(['00', '50'])}`,
      date: `2026-03-${String(random.whole(2, 27)).padStart(2, '0')}`,
      reference: random.chance(0.5) ? `INV-${random.whole(100, 112)}` : null,
      counterparty: random.chance(0.7)
        ? random.pick(['Acme', 'Acme Tools', 'Borealis', 'Granite Foods'])
        : null,
    });
    const all = lines(Array.from({ length: 25 }, told), Array.from({ length: 25 }, told));
    const shape = (some: typeof all) =>
      matchLines([...some], DEFAULT_SETTINGS)
        .map(inShort)
        .sort();
    const expected = shape(all);
    assert.deepEqual(shape(random.shuffle(all)), expected);
    const legs = matchLines(all, DEFAULT_SETTINGS).flatMap(({ ids }) => ids);
    assert.equal(new Set(legs).size, legs.length);
  }
});

test('five thousand lines of one amount and one counterparty end as ambiguous, and soon', () => {
  const alike = Array.from({ length: 2500 }, () => ({ amount: '100.00', counterparty: 'Acme' }));
  const began = performance.now();
  const matches = matchLines(lines(alike, alike), DEFAULT_SETTINGS);
  assert.ok(performance.now() - began < 20_000, `${performance.now() - began} ms`);
  assert.equal(matches.length, 2500);
  assert.ok(matches.every((match) => match.alternatives > 0));
});

test('a hundred parties of many lines each, of which nothing adds up, are soon done with', () => {
  const random = new Random(7);
  const all = () =>
    Array.from({ length: 2500 }, (_, at) => ({
      amount: `${random.whole(1_000, 9_999_999)}.${random.whole(10, 99)}`,
      counterparty: `${String.fromCharCode(97 + (at % 10))}${String.fromCharCode(97 + ((at / 10) % 10))}ston`,
      date: `2026-03-${String(1 + (at % 28)).padStart(2, '0')}`,
    }));
  const began = performance.now();
  const matches = matchLines(lines(all(), all()), DEFAULT_SETTINGS);
  assert.ok(performance.now() - began < 15_000, `${performance.now() - began} ms`);
  assert.ok(matches.length < 10, 'what adds up does so by chance');
});

test('texts of a megabyte take no time', () => {
  const huge = 'INV-1 acme '.repeat(100_000);
  const began = performance.now();
  found(
    [{ amount: '1.00', counterparty: huge, description: huge }],
    [{ amount: '1.00', counterparty: huge, reference: huge }],
  );
  assert.ok(performance.now() - began < 2_000);
});
