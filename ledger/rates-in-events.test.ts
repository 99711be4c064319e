import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { currencyCode } from '../policy/currency.ts';
import { callBy, line, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, freshDatabase } from '../tests/harness/database.ts';
import { ratesOfLines } from './rates.ts';
import { flagException } from './exceptions.ts';
import { importDocument } from './import.ts';
import { openItems } from './items.ts';
import { proposeMatch } from './matches.ts';

const EUR = currencyCode('EUR');
const RATE = { from: 'EUR', to: 'USD', source: 'ECB', date: '2026-03-31', rate: '1.1498', age_days: 0 };
const RECONCILIATION = 'US/2026-03/1030';
let base: TestDatabase;
let ids: string[];
before(async () => {
  base = await freshDatabase();
  await smallBooks(base.door);
  const euros = { date: '2026-03-31', currency: EUR };
  const answer = await importDocument(base.door, callBy('engine:close'), {
    ...{ reconciliation: RECONCILIATION, side: 'ledger', fileName: 'euros.csv', sha256: 'e', currency: EUR },
    totals: null,
    lines: [line('E1', '100.00', euros), line('E2', '-100.00', euros), line('E3', '7.00', euros)],
  });
  assert.equal(answer.outcome, 'done');
  ids = (await openItems(base.db, RECONCILIATION, { limit: 10 })).items.map(({ id }) => id);
});
after(() => base.close());

async function detailOf(action: string): Promise<Record<string, unknown>> {
  const { bytes } = await base.db
    .selectFrom('audit_events')
    .select('bytes')
    .where('action', '=', action)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  return (JSON.parse(bytes.toString()) as { detail: Record<string, unknown> }).detail;
}

test('a proposal and a flag about converted amounts carry the rate: source, day, pair, rate', async () => {
  const [first, second, third] = ids;
  await proposeMatch(base.door, callBy('llm:recon-operator'), {
    reconciliation: RECONCILIATION,
    itemIds: [first ?? '', second ?? ''],
    rationale: 'A posting and its reversal.',
  });
  assert.deepEqual((await detailOf('PROPOSE'))['rates'], [RATE]);
  await flagException(base.door, callBy('llm:recon-operator'), {
    reconciliation: RECONCILIATION,
    itemIds: [third ?? ''],
    reasonCode: 'OTHER',
    narrative: 'Nobody knows.',
  });
  assert.deepEqual((await detailOf('FLAG'))['rates'], [RATE]);
});

test('dollars among dollars carry none', async () => {
  const [item] = (await openItems(base.db, 'US/2026-03/1010', { limit: 1 })).items;
  await flagException(base.door, callBy('llm:recon-operator'), {
    reconciliation: 'US/2026-03/1010',
    itemIds: [item?.id ?? ''],
    reasonCode: 'OTHER',
    narrative: 'Nobody knows.',
  });
  assert.equal('rates' in (await detailOf('FLAG')), false);
});

test('a rate that was corrected after the import is told as such, not as the one that was used', async () => {
  const euros = { currency: 'EUR', date: '2026-03-31', amount: '100.00' };
  const then = { ...euros, base_amount: '90.00', amount_usd: '90.00' };
  assert.deepEqual(await ratesOfLines(base.db, 'USD', [then]), [{ ...RATE, corrected_since_import: true }]);
});
