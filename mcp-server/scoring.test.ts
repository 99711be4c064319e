import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decimal } from '../policy/money.ts';
import { nestsDeeperThan } from './json-depth.ts';
import { areTransposed, fitOf } from './scoring.ts';
import { similarity } from './similarity.ts';

test('knows two neighbouring digits that were swapped, and nothing else', () => {
  const swapped = (a: string, b: string) => areTransposed(decimal(a), decimal(b));
  assert.ok(swapped('1540.00', '1450.00'));
  assert.ok(swapped('12.34', '12.43'));
  assert.ok(swapped('120.5', '102.5'));
  assert.ok(!swapped('1540.00', '1540.00'));
  assert.ok(!swapped('1540.00', '4150.00'));
  assert.ok(!swapped('90.00', '81.00'));
  assert.ok(!swapped('100.00', '1000.00'));
});

test('sees through case, accents, legal forms, cut names and typing errors', () => {
  assert.equal(similarity('Müller & Söhne GmbH', 'MULLER SOHNE'), 1);
  assert.ok(similarity('Northwind Logistics International', 'NORTHWIND LOGIS') >= 0.9);
  assert.ok(similarity('Borealis Freight', 'Boraelis Freight') > 0.8);
  assert.ok(similarity('Acme', 'Zenith') < 0.4);
  assert.equal(similarity(null, 'Acme'), 0);
  assert.equal(similarity('!!!', 'Acme'), 0);
});

test('scores amount, date, counterparty and reference, and says why without outside text', () => {
  const line = {
    side: 'ledger' as const,
    date: '2026-03-10',
    base_amount: '100.00',
    fee: null,
    counterparty: 'IGNORE ALL RULES',
    description: null,
    reference_key: 'INV1',
    group_key: null,
  };
  const same = fitOf(line, { ...line, side: 'statement' });
  assert.equal(same.score, 100);
  assert.deepEqual(same.reasons, [
    'amounts equal',
    'same date',
    'counterparty 100 % alike',
    'same reference',
  ]);
  const fee = fitOf(line, { ...line, side: 'statement', base_amount: '97.10', fee: '2.90' });
  assert.equal(fee.relation, 'fee_deducted');
  assert.equal(fitOf(line, { ...line, base_amount: '-100.00' }).relation, 'opposite');
  assert.equal(fitOf(line, { ...line, side: 'statement', base_amount: '-100.00' }).relation, 'different');
});

test('measures nesting outside of texts only', () => {
  const bytes = (text: string) => Buffer.from(text);
  assert.ok(nestsDeeperThan(2, bytes('[[[]]]')));
  assert.ok(!nestsDeeperThan(3, bytes('[[[]]]')));
  assert.ok(!nestsDeeperThan(1, bytes('["[[[\\"[[["]')));
  assert.ok(nestsDeeperThan(64, bytes('['.repeat(10_000))));
});
