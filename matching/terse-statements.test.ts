// A ledger that tells everything, and a statement that cuts names off, leaves numbers out and gets them wrong.
import assert from 'node:assert/strict';
import test from 'node:test';
import { identifiersIn } from './identifiers-in-text.ts';
import { isMistaken } from './identifiers.ts';
import { type Told, found } from './testing.ts';

const on = (day: string, amount: string, description: string, more: Partial<Told> = {}): Told => ({
  ...{ amount, date: `2026-03-${day}`, description },
  ...more,
});
const due = (reference: string, amount: string, counterparty: string, date = '2026-03-02'): Told => ({
  ...{ reference, amount, counterparty, date, description: `Invoice of ${date}` },
});
const paid = (day: string, amount: string, counterparty: string, description: string) =>
  on(day, amount, description, { counterparty });

test('a deposit and its return that both books have are two matches, not two reversals', () => {
  const ledger = [
    on('05', '8291.64', 'Westfield Capital - Payment received', { reference: 'AR-2129' }),
    on('11', '-8291.64', 'Westfield Capital - NSF return of deposited check', { reference: 'JE-7844' }),
  ];
  const both = [on('05', '8291.64', 'DEPOSIT'), on('12', '-8291.64', 'RETURNED ITEM - NSF')];
  assert.deepEqual(found(ledger, both).sort(), [
    'amount_date fuzzy_match L1 S1',
    'amount_date fuzzy_match L2 S2',
  ]);
  assert.deepEqual(found(ledger, []), ['reversal_in_text same_side_offset L1 L2'], 'in one book they are');
});

test('how a payment was made is no part of a name', () => {
  const ledger = [
    on('02', '-1100.00', 'Blackstone Digital Inc - Client site visit', { reference: 'AP-1130' }),
    on('02', '-1100.00', 'Granite Holdings LLC - Client site visit', { reference: 'AP-1131' }),
  ];
  const statement = [
    on('04', '-1100.00', 'E-PAYMENT GRANITE HOLD'),
    on('04', '-1100.00', 'AUTO-PAY BLACKSTONE DIGITAL I'),
  ];
  assert.deepEqual(found(ledger, statement).sort(), [
    'amount_date_text fuzzy_match L1 S2',
    'amount_date_text fuzzy_match L2 S1',
  ]);
});

test('a difference no larger than a fee, or of round amounts, tells where nobody else it could be', () => {
  const ledger = [
    on('10', '5150.62', 'Granite Dynamics Co - Customer payment', { reference: 'AR-2199' }),
    on('10', '24900.00', 'Meridian Strategic LLC - Customer payment', { reference: 'AR-2205' }),
  ];
  const statement = [
    on('11', '5178.83', 'WIRE TRF IN 2120919 GRANITE DYNAMIC'),
    on('11', '42900.00', 'WIRE TRF IN 5452882 MERIDIAN STRATE'),
  ];
  assert.deepEqual(found(ledger, statement).sort(), [
    'amount_slip fuzzy_match L1 S1',
    'amount_slip fuzzy_match L2 S2',
  ]);
  const another = on('12', '5190.00', 'WIRE TRF IN 2120977 GRANITE DYNAMIC');
  assert.ok(!found(ledger, [...statement, another]).some((match) => match.includes('L1')));
});

test('where many names have a word in common, those of the line’s own name are added up first', () => {
  const others = ['Digital', 'Capital', 'Supply', 'Ventures', 'Systems'].flatMap((kind, at) => [
    on('03', `-${1013 + 211 * at}.17`, `Redwood ${kind} Co - Retainer`, { reference: `AP-70${at}1` }),
    on('04', `-${1707 + 97 * at}.38`, `Redwood ${kind} Co - Retainer`, { reference: `AP-70${at}2` }),
  ]);
  const own = [
    on('02', '-2790.50', 'Redwood Logistics LLC - Audit services', { reference: 'AP-3591' }),
    on('03', '-5578.75', 'Redwood Logistic LLC - IT support contract', { reference: 'AP-3595' }),
  ];
  assert.deepEqual(found([...own, ...others], [on('06', '-8369.25', 'ACH DEBIT REDWOOD LOGISTICS LLC')]), [
    'counterparty_sum multi_to_one L1 L2 S1',
  ]);
});

test('a short number is known by the document’s word before it', () => {
  const ledger = [due('INV-00064', '26800.00', 'Ironbridge'), due('INV-00046', '26800.00', 'Falconer')];
  const [match] = found(ledger, [on('18', '26800.00', 'CK# 1056 Invoice #64')]);
  assert.equal(match, 'identifier exact_match L1 S1');
  assert.deepEqual(found(ledger, [on('18', '26800.00', 'CK# 1056 Order 64')]), []);
});

test('of a list the largest document may be paid in part, unless another payment names it too', () => {
  const ledger = [due('INV-00721', '105.00', 'Maple Leaf'), due('INV-00795', '8240.00', 'Maple Leaf')];
  const list = paid('20', '5955.40', 'MAPLE LEAF', 'ACH INV-00721; INV-00795');
  assert.deepEqual(found(ledger, [list]), ['listed_in_part multi_to_one L1 L2 S1']);
  const rest = paid('24', '2000.00', 'MAPLE LEAF', 'ACH INV-00795');
  assert.ok(!found(ledger, [list, rest]).includes('listed_in_part multi_to_one L1 L2 S1'));
});

test('two documents paid to the cent are paid, whatever the payer is called', () => {
  const ledger = [
    due('INV-00727', '27700.00', 'Aurora Pharma'),
    due('INV-00896', '5410.00', 'Aurora Pharma'),
  ];
  assert.deepEqual(found(ledger, [paid('20', '33110.00', 'APH', 'CK# 1566 INV-00896; INV-00727')]), [
    'identifier_sum multi_to_one L1 L2 S1',
  ]);
});

test('the initials of a name may have that of its legal form', () => {
  const ledger = [due('INV-00034', '168.40', 'Evergreen Environmental Inc')];
  assert.deepEqual(found(ledger, [paid('05', '168.40', 'EEI', 'Wire')]), [
    'amount_date_text fuzzy_match L1 S1',
  ]);
});

test('who pays a document twice has paid it the first time', () => {
  const ledger = [due('INV-00102', '347.00', 'Northern Star Logistics')];
  const statement = [
    paid('17', '347.00', 'Northern Star', 'Wire INV-00102'),
    paid('25', '347.00', 'Northern Star Logistics', 'ACH INV-00102'),
  ];
  assert.deepEqual(found(ledger, statement), ['amount_date_text exact_match L1 S1 ?1']);
});

test('one mistaken digit is a slip where nobody else names either number, the last digit only of a one-off amount', () => {
  const [a, b, c] = ['INV-00061', 'INV-02061', 'INV-00062'].map((text) => identifiersIn(text)[0]);
  assert.ok(a && b && c && isMistaken(a, b) && !isMistaken(a, c));
  const ledger = [due('INV-00061', '673.20', 'Meridian Technologies')];
  const pays = (number: string) => [paid('12', '673.20', 'MERIDIAN TECHNOLOGIES', `EFT ${number}`)];
  assert.deepEqual(found(ledger, pays('INV-02061')), ['amount_date_text fuzzy_match L1 S1']);
  assert.deepEqual(found(ledger, pays('INV-00062')), ['amount_date_text fuzzy_match L1 S1']);
  const round = [due('INV-00061', '1200.00', 'Meridian Technologies')];
  const next = paid('12', '1200.00', 'MERIDIAN TECHNOLOGIES', 'EFT INV-00062');
  assert.deepEqual(found(round, [next]), [], 'the next invoice of a monthly amount');
  const known = due('INV-02061', '99.00', 'Meridian Technologies');
  assert.ok(!found([...ledger, known], pays('INV-02061')).some((match) => match.includes('L1')));
});

test('numbers of a kind that each side counts for itself contradict nothing', () => {
  const names = 'Alder Birch Cedar Dogwood Elm Fir Ginkgo Hazel Ivy Juniper Kapok Larch'.split(' ');
  const ledger = names.map((name, at) =>
    on('02', `${at + 101}0.00`, `${name} Works PO ${at + 71001}`, { counterparty: `${name} Works` }),
  );
  const statement = names.map((name, at) =>
    paid('04', `${at + 101}0.00`, `${name.toUpperCase()} WORKS`, `PO ${at * 13 + 20117}`),
  );
  assert.equal(found(ledger, statement).length, names.length);
  assert.deepEqual(found(ledger.slice(0, 3), statement.slice(0, 3)), [], 'of three nobody knows');
});

test('a refund with a turned sign is its document’s, where no other line has the number', () => {
  const refund = { ...due('#41173', '1297.57', 'Global Dental'), description: 'Refund #41173' };
  const back = { ...paid('05', '-1297.57', 'GLOBAL DENTAL', 'PMT'), reference: '#41173' };
  assert.deepEqual(found([refund], [back]), ['amount_mismatch fuzzy_match L1 S1']);
  const sale = { ...due('#41173', '3290.10', 'Global Dental'), description: 'Invoice #41173' };
  assert.ok(!found([refund, sale], [back]).includes('amount_mismatch fuzzy_match L1 S1'));
});

test('of two postings that look the same the first is taken, and the second is as good', () => {
  const twice = on('05', '-162.34', 'Wire to Oceanic Travel');
  assert.deepEqual(found([twice, twice], [on('05', '-162.34', 'OCEANIC TRAVEL 7252')]), [
    'amount_date_text fuzzy_match L1 S1 ?1',
  ]);
  assert.deepEqual(found([twice, twice], [on('05', '-162.30', 'OCEANIC TRAVEL 7252')]), [
    'amount_slip fuzzy_match L1 S1 ?1',
  ]);
});

test('lines that differ from each other’s partners by a rounding are pairs, whatever they come to', () => {
  const ledger = [on('17', '-41.48', 'Initech LLC'), on('10', '350.00', 'Initech LLC')];
  const statement = [on('17', '-41.50', 'POS INITECH'), on('10', '350.02', 'POS INITECH LLC')];
  assert.deepEqual(found(ledger, statement).sort(), [
    'amount_slip fuzzy_match L1 S1',
    'amount_slip fuzzy_match L2 S2',
  ]);
});

test('a void takes back the cheque before it, not the one that replaces it', () => {
  const ledger = [
    on('06', '-7773.05', 'Redwood Networks Corp - IT support contract, INV-1213'),
    on('11', '7773.05', 'VOID - Check #4789 to Redwood Networks Corp (incorrect information)'),
    on('12', '-7773.05', 'Redwood Networks Corp - Reissued payment (replaces voided #4789)'),
  ];
  assert.deepEqual(found(ledger, [on('13', '-7773.05', 'CHECK #4790')]).sort(), [
    'amount_date fuzzy_match L3 S1',
    'reversal_in_text same_side_offset L1 L2',
  ]);
});
