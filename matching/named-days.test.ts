// What is paid out by the day: takings of the days, the terminal, the brand or the party that a line names.
import assert from 'node:assert/strict';
import test from 'node:test';
import { daysSaid } from './said-days.ts';
import { statedFees } from './stated.ts';
import { type Told, found } from './testing.ts';

const on = (day: number, amount: string, description: string, more: Partial<Told> = {}): Told => ({
  ...{ amount, date: `2026-04-${String(day).padStart(2, '0')}`, description },
  ...more,
});

test('days with the name of their month, and all days of a range', () => {
  assert.deepEqual(daysSaid('trading date 26mar'), ['03-26']);
  assert.deepEqual(daysSaid('bill of 3. maerz'), ['03-03']);
  assert.deepEqual([...daysSaid('settl 29.04-01.05')].sort(), ['04-29', '04-30', '05-01']);
  assert.deepEqual(daysSaid('fee 13.9%'), [], 'a percentage is no day');
  assert.deepEqual(daysSaid('mark 12'), [], 'and Mark is no month');
});

test('a percentage is what it is of the line, or of what leaves the line', () => {
  assert.ok(statedFees('plan, fee 13.9%', 'USD', 327_674n).includes(45_547n));
  assert.ok(statedFees('less prog fee 1.99pct', 'USD', 367_850n).includes(7_469n));
  assert.deepEqual(statedFees('fee 99%', 'USD', 327_674n), [], 'nobody keeps so much');
});

test('a settlement names the merchant and the days', () => {
  const sales = (day: number, amount: string, brand: string, mid = '7869224') =>
    on(day, amount, `Card sales ${brand} Altona`, { counterparty: brand, group: `MID ${mid}` });
  const ledger = [
    sales(10, '388.60', 'Mastercard'),
    sales(11, '301.81', 'Maestro'),
    sales(12, '209.23', 'VISA'),
    sales(11, '618.00', 'VISA', '1984643'),
    sales(13, '115.65', 'VISA'),
  ];
  const paid = (amount: string, says: string) => on(13, amount, says, { counterparty: 'NEXACARD ACQUIRING' });
  const all = ['named_day multi_to_one L1 L2 L3 S1'];
  assert.deepEqual(found(ledger, [paid('899.64', 'SETTL MID 7869224 10.04-12.04')]), all);
  assert.deepEqual(found(ledger, [paid('889.64', 'AUSZ VU 7869224 10.04 11.04 12.04 MDR 10.00')]), all);
  assert.deepEqual(
    found(ledger, [paid('884.71', 'SETTL MID 7869224 10.04-12.04')]),
    all,
    'less what is kept',
  );
  const elsewhere = found(ledger, [paid('884.71', 'SETTL MID 5550001 10.04-12.04')]);
  assert.deepEqual(elsewhere, [], 'another merchant');
});

test('American Express pays its own part of a day’s takings', () => {
  const sales = (amount: string, brand: string) =>
    on(10, amount, `Card sales ${brand}`, { counterparty: brand, group: 'MID 7869224' });
  const ledger = [sales('570.34', 'Maestro'), sales('2126.55', 'VISA'), sales('56.87', 'Amex')];
  const paid = on(13, '2664.50', 'SETTL MID 7869224 10.04', { counterparty: 'NEXACARD' });
  assert.deepEqual(found(ledger, [paid]), ['named_day multi_to_one L1 L2 S1']);
});

test('all postings of a party on the day that its debit names', () => {
  const registry = (amount: string, counterparty: string, day = 17) =>
    on(day, amount, 'Official copies', { counterparty });
  const ledger = [
    registry('-3.00', 'HM Land Registry'),
    registry('-6.00', 'HMLR'),
    registry('-7.00', 'HM Land Registry'),
    registry('-3.00', 'HMLR', 16),
    on(17, '-9.00', 'Stamps', { counterparty: 'Post Office' }),
  ];
  assert.deepEqual(found(ledger, [on(20, '-16.00', 'LAND REGISTRY  1704 DDR')]), [
    'named_day multi_to_one L1 L2 L3 S1',
  ]);
});

test('the fees of a day are booked as one, and five at 20.00 as 100.00', () => {
  const fee = (amount: string, says: string, day = 9) => on(day, amount, says);
  const fees = [
    fee('-0.49', 'Stripe fee'),
    fee('-6.80', 'Processing fees for ch_3ig998'),
    fee('-1.08', 'Stripe processing fees'),
  ];
  const others = [fee('-0.77', 'Stripe fee', 10), on(9, '51.20', 'CHARGE')];
  assert.deepEqual(
    found([on(9, '-8.37', 'Merchant fees 09 APR', { counterparty: 'Stripe' })], [...fees, ...others]),
    ['batch_sum multi_to_one L1 S1 S2 S3'],
  );
  const chaps = [3, 8, 14, 22, 27].map((day) => fee('-20.00', `CHAPS FEE 611455${day}`, day));
  const card = fee('-35.00', 'CARD FEE', 15);
  const booked = on(30, '-100.00', 'CHAPS fees for month x 5 @ £20', { counterparty: 'Bank' });
  assert.deepEqual(found([booked], [...chaps, card]), ['batch_sum multi_to_one L1 S1 S2 S3 S4 S5']);
  assert.deepEqual(found([booked], [...chaps.slice(1), card]), [], 'four are not five');
});

test('a lender states what it keeps as a percentage, and pays out for a customer it does not name', () => {
  const plan = on(20, '3276.74', 'CareCredit 18 mo plan, fee 13.9%', { counterparty: 'Nguyen, Nancy' });
  const paid = (amount: string) => on(22, amount, 'ORIG CO NAME:SYNCHRONY BANK CO ENTRY DESCR:CARECREDITSEC');
  assert.deepEqual(found([plan], [paid('2821.27')]), ['stated_fee fuzzy_match L1 S1']);
  assert.deepEqual(found([plan], [paid('2811.27')]), []);
});

test('claims of one insurer over two days are its one transfer, also those without its number', () => {
  const claim = (day: number, amount: string, who: string, reference: string | null, insurer = 'Guardian') =>
    on(day, amount, `Ins pmt ${insurer} clm ${amount.replace('.', '')}`, { counterparty: who, reference });
  const ledger = [
    claim(20, '479.62', 'Fitzgerald, Denise', 'EFT 363001613'),
    claim(20, '738.28', 'Zielinski, Maria', 'EFT 363001613'),
    claim(19, '344.82', 'Carver, Maria', null),
    claim(19, '742.70', 'Barnes, Paul', 'EFT 363001613'),
    claim(20, '155.63', 'Nguyen, Nancy', null, 'Aetna'),
    claim(26, '612.35', 'Ruiz, Tyler', null),
  ];
  const paid = on(19, '2305.42', 'ORIG CO NAME:GUARDIAN LIFE CO ENTRY DESCR:HCCLAIMPMT');
  assert.deepEqual(found(ledger, [paid]), ['batch_sum multi_to_one L1 L2 L3 L4 S1']);
});

test('a lockbox deposit comes in the part that is available at once and the part of the next day', () => {
  const check = (amount: string, counterparty: string) =>
    on(18, amount, 'Lockbox 04/18', {
      counterparty,
      group: 'DEP1580',
      reference: `PYMT${amount.replace('.', '')}`,
    });
  const ledger = [
    check('1275.29', 'Granite Builders'),
    check('84.10', 'Umbra West'),
    check('5652.11', 'Quarry Lake'),
  ];
  const part = (amount: string, available: number) =>
    on(18, amount, `115 LOCKBOX DEPOSIT 0731122 ${available}-DAY AVAIL 0418`);
  assert.deepEqual(found(ledger, [part('5609.20', 0), part('1402.30', 1)]), [
    'batch_in_parts many_to_many L1 L2 L3 S1 S2',
  ]);
  assert.deepEqual(found(ledger, [part('5609.20', 0), part('1402.40', 1)]), []);
});
