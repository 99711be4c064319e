// What settles has no double: nothing that came twice, was presented again or was booked twice settles by a reference alone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Told, found } from './testing.ts';

const on = (day: number, amount: string, more: Partial<Told> = {}): Told => ({
  ...{ amount, date: `2026-03-${String(day).padStart(2, '0')}` },
  ...more,
});
const settled = (ledger: readonly Told[], statement: readonly Told[]) =>
  found(ledger, statement).filter((match) => /^(?:exact_reference|identifier|group_key) /.test(match));

const booked = on(3, '509.93', { reference: '172-2000', counterparty: 'Ilford Packaging Ltd' });

test('a payment that came twice, of which the second has the number as it is booked', () => {
  const first = on(4, '509.93', { reference: 'RG.NR. 172-2000', counterparty: 'ILFORD PACKAGING' });
  const again = on(9, '509.93', { reference: '1722000', counterparty: 'ILFORD PACKAGING' });
  assert.deepEqual(settled([booked], [again]), ['exact_reference exact_match L1 S1']);
  assert.deepEqual(settled([booked], [again, first]), []);
  const unnumbered = { ...first, reference: null };
  assert.deepEqual(settled([booked], [again, unnumbered]), [], 'also where it has no number');
  const another = { ...first, reference: null, counterparty: 'QUARTZ DENTAL' };
  assert.deepEqual(settled([booked], [again, another]).length, 1, 'another party paid for itself');
  const far = { ...unnumbered, date: '2026-05-20' };
  assert.deepEqual(settled([booked], [again, far]).length, 1, 'and so did who paid months later');
});

test('a posting that was booked twice, once with the number in its column', () => {
  const gift = { counterparty: 'The Brampton Players' };
  const ledger = [
    on(1, '2750.00', { ...gift, description: 'Donation GR1399' }),
    on(9, '2750.00', { ...gift, reference: 'GR1399', description: 'Donation' }),
  ];
  const paid = on(2, '2750.00', { reference: 'GR1399', description: 'FPI THE BRAMPTON PLAYE GR1399' });
  assert.deepEqual(settled(ledger, [paid]), []);
  assert.deepEqual(settled(ledger.slice(0, 1), [paid]), ['identifier exact_match L1 S1']);
});

test('a double has no partner of its own', () => {
  const next = on(5, '509.93', { reference: '172-2044', counterparty: 'Ilford Packaging Ltd' });
  const unnumbered = on(6, '509.93', { counterparty: 'ILFORD PACKAGING' });
  const paid = on(4, '509.93', { reference: '1722000', counterparty: 'ILFORD PACKAGING' });
  assert.deepEqual(settled([booked, next], [paid, unnumbered]), ['exact_reference exact_match L1 S1']);
});

test('of many equal payments of one party none is in doubt because of one without a number', () => {
  const numbers = [1, 2, 3, 4, 5];
  const due = numbers.map((at) =>
    on(at, '49.00', { reference: `INV-4${at}01`, counterparty: 'Parcel Pool' }),
  );
  const paid = due.map((line) => ({ ...line, counterparty: 'PARCEL POOL' }));
  const more = on(6, '49.00', { counterparty: 'PARCEL POOL' });
  assert.equal(settled(due, [...paid, more]).length, numbers.length);
  assert.equal(settled(due.slice(0, 2), [...paid.slice(0, 2), more]).length, 0);
  const named = on(6, '49.00', { counterparty: 'PARCEL POOL', description: 'EREF+INV-4201 AGAIN' });
  assert.equal(settled(due, [...paid, named]).length, numbers.length - 1, 'whoever names one is that one’s');
});

test('a wrong posting, its reversal and the right one are a pair and an offset, and no group that settles', () => {
  const group = { group: '9100041946', reference: '9100041946', counterparty: 'Reifen Goebel' };
  const ledger = [
    on(3, '19122.18', group),
    on(4, '-19122.18', { ...group, description: 'STORNO' }),
    on(4, '19065.18', group),
  ];
  const paid = on(2, '19065.18', { description: 'SEPA-GUTSCHRIFT SVWZ+9100041946 REIFEN GOEBEL' });
  assert.deepEqual(settled(ledger, [paid]), []);
  assert.deepEqual(found(ledger, [paid]).sort(), [
    'amount_date_text exact_match L3 S1',
    'named_offset same_side_offset L1 L2',
  ]);
});
