import assert from 'node:assert/strict';
import test from 'node:test';
import { Decimal as PlainDecimal } from 'decimal.js';
import fc from 'fast-check';
import { RunningTotal, amountOf, currencyCode, exponentOf, formatAmount, roundTo } from './currency.ts';
import { MoneyError, ZERO, decimal, sum, usd } from './money.ts';

const cents = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
const money = cents.map((value) => decimal(value).times(decimal('0.01')));

test('refuses everything that is not a plain decimal', () => {
  const texts = [
    '',
    ' ',
    '1e5',
    '1,000.00',
    '+1',
    '.5',
    '5.',
    'NaN',
    'Infinity',
    '0x10',
    '--1',
    '1 ',
    '1\n',
    '１',
    '1_000',
  ];
  for (const text of texts) assert.throws(() => decimal(text), MoneyError, JSON.stringify(text));
  const others: readonly unknown[] = [1.1, 1, null, undefined, {}, true];
  for (const value of others) {
    assert.throws(() => decimal(value as string), MoneyError);
  }
});

test('sums are exact in any order', () => {
  assert.equal(sum([decimal('0.1'), decimal('0.2')]).toFixed(), '0.3');
  assert.ok(sum([]).eq(ZERO));
  fc.assert(
    fc.property(fc.array(cents, { maxLength: 50 }), (values) => {
      const total = values.reduce((a, b) => a + b, 0n);
      const asMoney = values.map((value) => decimal(value).times(decimal('0.01')));
      assert.ok(sum(asMoney).times(decimal('100')).eq(decimal(total)));
      assert.ok(sum(asMoney.toReversed()).eq(sum(asMoney)));
    }),
  );
});

test('a running total is the sum, in every currency', () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n })),
      fc.constantFrom('USD', 'JPY', 'BHD', 'CLF'),
      (minors, code) => {
        const currency = currencyCode(code);
        const unit = decimal('10').pow(exponentOf(currency));
        const amounts = minors.map((minor) => decimal(minor).dividedBy(unit));
        const total = new RunningTotal(currency);
        for (const amount of amounts) total.add(formatAmount(amount, currency));
        assert.ok(total.amount.eq(sum(amounts)));
      },
    ),
  );
  assert.ok(new RunningTotal(currencyCode('USD')).amount.eq(ZERO));
});

test('what is written is read back the same', () => {
  fc.assert(
    fc.property(money, fc.constantFrom('USD', 'EUR', 'SGD'), (amount, code) => {
      const currency = currencyCode(code);
      const text = formatAmount(amount, currency);
      assert.match(text, /^-?\d+\.\d{2}$/);
      assert.ok(amountOf(text, currency).eq(amount));
    }),
  );
});

test('never writes an exponent', () => {
  assert.equal(String(usd('0.000000000000000001')), '0.000000000000000001');
  assert.equal(
    JSON.stringify({ a: decimal('100000000000000000000000000000') }),
    '{"a":"100000000000000000000000000000"}',
  );
});

test('rounds half to even, by the digits of the currency', () => {
  const cases = [
    ['USD', '0.125', '0.12'],
    ['USD', '0.135', '0.14'],
    ['USD', '-0.125', '-0.12'],
    ['JPY', '2.5', '2'],
    ['KWD', '1.0005', '1.000'],
  ] as const;
  for (const [code, from, to] of cases) {
    const currency = currencyCode(code);
    assert.equal(formatAmount(roundTo(currency, decimal(from)), currency), to);
  }
});

test('rounding moves an amount by half a minor unit at most', () => {
  fc.assert(
    fc.property(money, fc.bigInt({ min: 0n, max: 999n }), (amount, thousandths) => {
      const fine = amount.plus(decimal(thousandths).times(decimal('0.00001')));
      assert.ok(roundTo(currencyCode('USD'), fine).minus(fine).abs().lte('0.005'));
    }),
  );
});

test('knows how many digits a currency has, and which are none', () => {
  assert.deepEqual(
    ['USD', 'JPY', 'BHD', 'CLF'].map((code) => exponentOf(currencyCode(code))),
    [2, 0, 3, 4],
  );
  for (const code of ['usd', 'XXX', 'ZZZ', 'US', '']) assert.throws(() => currencyCode(code), MoneyError);
  assert.throws(() => amountOf('1.5', currencyCode('JPY')), MoneyError);
});

test("leaves the library's own settings alone", () => {
  assert.equal(PlainDecimal.precision, 20);
});
