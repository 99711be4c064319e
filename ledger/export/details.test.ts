import assert from 'node:assert/strict';
import test from 'node:test';
import { ratesOf, sweepOf } from './details.ts';

const bytes = (detail: unknown) => Buffer.from(JSON.stringify({ detail }));
const EURO = { from: 'EUR', to: 'USD', rate: '1.1498', source: 'ECB', date: '2026-03-31', age_days: 0 };

test('rates are said with pair, rate, source and day; many by their number and digest', () => {
  assert.equal(ratesOf(bytes({ rates: [EURO] })), 'EUR/USD 1.1498 (ECB 2026-03-31)');
  const corrected = { ...EURO, corrected_since_import: true };
  assert.equal(
    ratesOf(bytes({ rates: [EURO, corrected] })),
    'EUR/USD 1.1498 (ECB 2026-03-31); EUR/USD 1.1498 (ECB 2026-03-31, corrected since the import)',
  );
  assert.equal(ratesOf(bytes({ rates_digest: { count: '120', digest: 'ab' } })), '120 rates, SHA-256 ab');
  for (const none of [bytes({ rates: 'no' }), bytes({}), Buffer.from('{"rates'), Buffer.from('"rates')])
    assert.equal(ratesOf(none), '');
});

test('a sweep is said with what made somebody look and what was found', () => {
  const orphans = [{ run: 'close/US/2026-03', finding: 'gone' }];
  assert.deepEqual(sweepOf(bytes({ trigger: 'timer', runs: 2, orphans })), {
    ...{ trigger: 'timer', runs: 2, orphans: 'close/US/2026-03: gone' },
  });
  assert.equal(sweepOf(Buffer.from('x'))['orphans'], '');
});
