import assert from 'node:assert/strict';
import test, { after, before, beforeEach } from 'node:test';
import fc from 'fast-check';
import { type Transaction, sql } from 'kysely';
import { matchByRules } from '../matching/matcher.ts';
import { exactReference } from '../matching/rules/exact-reference.ts';
import { daysBetween } from '../policy/dates.ts';
import { decimal } from '../policy/money.ts';
import { POLICY } from '../policy/testing.ts';
import { callBy, line, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, asAdmin, freshDatabase } from '../tests/harness/database.ts';
import { type Found, matchesIn, settleWith } from '../tests/harness/settle.ts';
import type { OpenLine } from './candidate.ts';
import type { Database } from './database.ts';
import { replayHistory } from './history.ts';
import type { ImportLine } from './import.ts';
import type { Item } from './items.ts';
import { STANDING_REFERENCE, isSpecific, isStanding, referenceKey } from './keys.ts';
import { contentHashOf, counterpartyOf, totalsOf } from './legs.ts';
import { settleByRules } from './settle.ts';
import { BULK_RULE, BULK_VERSION } from './settle-found.ts';

let base: TestDatabase;
before(async () => {
  base = await freshDatabase();
});
beforeEach(async () => {
  await base.close();
  base = await freshDatabase();
});
after(() => base.close());

const settle = (reconciliation: string, find?: (open: readonly OpenLine[]) => readonly Found[]) =>
  settleWith(base, reconciliation, find);
const matches = () => matchesIn(base);

type Told = Omit<Found, 'legs'> & { readonly legs: readonly Item[] };

/** What the database must find, told without it: the pairs of one reference whose amount no line without a partner has. */
function oracle(items: readonly Item[]): Told[] {
  const pairs = ofOneReference(items);
  const paired = new Set(pairs.flatMap(({ legs }) => legs));
  const isOf = ({ currency, amount }: Item) => `${currency} ${decimal(amount).toFixed(2)}`;
  const left = new Set(items.filter((item) => !paired.has(item)).map(isOf));
  return pairs.filter(({ legs }) => !legs.some((leg) => left.has(isOf(leg))));
}

function ofOneReference(items: readonly Item[]): Told[] {
  const having = (side: string, key: string | null) =>
    items.filter((item) => item.side === side && item.reference_key === key);
  const agree = (a: string | null, b: string | null) => {
    if (a === null || b === null || a === b) return true;
    const [short, long] = a.length < b.length ? [a, b] : [b, a];
    return short.length >= 6 && long.startsWith(short);
  };
  return items.flatMap((ledger): Told[] => {
    const key = ledger.reference_key;
    if (ledger.side !== 'ledger' || key === null || !isSpecific(key)) return [];
    const [statement, ...others] = having('statement', key);
    if (!statement || others.length > 0 || having('ledger', key).length > 1) return [];
    const later = daysBetween(ledger.date, statement.date);
    const days = Math.abs(later);
    const fees = [ledger, statement].some(({ fee }) => fee !== null && !decimal(fee).isZero());
    if (later > 21 || later < -9 || fees || !decimal(ledger.amount).eq(statement.amount)) return [];
    if (ledger.currency !== statement.currency) return [];
    if (!agree(ledger.counterparty_key, statement.counterparty_key)) return [];
    const apart = days === 0 ? 'same day' : `${days} day${days === 1 ? '' : 's'} apart`;
    const reasons = `same reference ${ledger.reference ?? ''} and same amount ${ledger.amount} ${ledger.currency}, ${apart}`;
    const legs = [ledger, statement];
    return [{ rule: 'exact_reference', type: 'exact_match', legs, score: '1.00', alternatives: 0, reasons }];
  });
}

const anyLine = (side: string) =>
  fc
    .record({
      // Quotes, control characters and other scripts: what stands in a hash must be escaped as canonical JSON is.
      reference: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 10, max: 33 }).map((number) => `INV-${number}`) },
        fc.constantFrom(
          null,
          'ACC-44770',
          '2026-03-02',
          'Kd 7712',
          'inv 10',
          'A1',
          'AB-1',
          '12 "34"',
          'é\u007f\t99\\7',
          '票-2026',
        ),
      ),
      sign: fc.constantFrom('', '', '', '', '-'),
      day: fc.integer({ min: 1, max: 31 }),
      counterparty: fc.constantFrom(
        null,
        'Borealis GmbH',
        'BOREALIS INSTR',
        'Borealis Instruments',
        'Acme',
        'Acme T',
      ),
      fee: fc.constantFrom(null, null, null, null, '0.00', '1.00'),
      id: fc.constantFrom('', 'ü', '"', '\\'),
    })
    .map(
      ({ reference, sign, day, counterparty, fee, id }) =>
        (index: number): ImportLine =>
          line(`${side}${index}${id}`, `${sign}${amountOf(reference)}`, {
            reference,
            counterparty,
            date: `2026-03-${String(day).padStart(2, '0')}`,
            fee,
          }),
    );

/** Lines of different references, and some of any. */
const someLines = (side: string) =>
  fc
    .tuple(
      fc.uniqueArray(anyLine(side), {
        ...{ minLength: 10, maxLength: 18 },
        selector: (make) => make(0).reference ?? '',
      }),
      fc.array(anyLine(side), { maxLength: 3 }),
    )
    .map((lists) => lists.flat());

/** Mostly another amount for another reference. */
function amountOf(reference: string | null): string {
  const letters = [...(referenceKey(reference) ?? '')].map((letter) => letter.codePointAt(0) ?? 0);
  return `${10 + (letters.reduce((total, code) => total * 3 + code, 0) % 101)}.00`;
}

test('the database finds the pairs that the rule describes, no others, and records them word for word', async () => {
  let [found, held] = [0, 0];
  await fc.assert(
    fc.asyncProperty(someLines('L'), someLines('S'), async (ledger, statement) => {
      await base.close();
      base = await freshDatabase();
      const reconciliation = await smallBooks(base.door, {
        ledger: ledger.map((make, index) => make(index)),
        statement: statement.map((make, index) => make(index)),
      });
      const items = await base.db.selectFrom('items').selectAll().orderBy('id').execute();
      const expected = oracle(items);
      found += expected.length;
      held += ofOneReference(items).length - expected.length;
      await settle(reconciliation);
      const made = await matches();
      assert.deepEqual(
        made
          .map((match) => ({
            ...{ rule: match.rule, type: match.type, state: match.state, score: match.score },
            ...{ alternatives: match.alternatives, reasons: match.rationale, hash: match.content_hash },
            ...{ usd: match.amount_usd, counterparty: match.counterparty_key },
            totals: [match.ledger_total, match.statement_total, match.difference],
          }))
          .sort((a, b) => (a.hash < b.hash ? -1 : 1)),
        expected
          .map(({ legs, reasons, ...candidate }) => {
            const totals = totalsOf(legs);
            return {
              ...{ rule: candidate.rule, type: candidate.type, state: 'CONFIRMED', score: '1.00' },
              ...{ alternatives: 0, reasons, hash: contentHashOf(legs, candidate.rule, reasons) },
              ...{ usd: totals.amountUsd.toFixed(2), counterparty: counterpartyOf(legs) },
              totals: [totals.ledger.toFixed(2), totals.statement.toFixed(2), totals.difference.toFixed(2)],
            };
          })
          .sort((a, b) => (a.hash < b.hash ? -1 : 1)),
      );
    }),
    { numRuns: 40 },
  );
  assert.ok(found > 5 && held > 0, `only ${found} pairs were to be found, and ${held} to be left`);
});

test('a counterparty over the running limit is asked about pair by pair, the others not at all; a replay agrees', async () => {
  const pairs = (side: string) =>
    Array.from({ length: 40 }, (_, index) =>
      line(`${side}${index}`, '9000.00', {
        reference: `INV-${1000 + index}`,
        counterparty: index < 32 ? 'Borealis' : 'Acme',
      }),
    );
  const reconciliation = await smallBooks(base.door, { ledger: pairs('L'), statement: pairs('S') });
  const answer = await settle(reconciliation);
  // 27 × 9,000 is the most that stays under 250,000.
  assert.ok(answer.outcome === 'done');
  assert.deepEqual(answer.result, { settled: '35', proposed: '5', denied: '0' });
  const findings: unknown[] = [];
  const summary = await replayHistory(base.db, POLICY, {}, (finding) => findings.push(finding));
  assert.deepEqual([findings, summary.defects, summary.edited, summary.rebuilt], [[], 0, 0, 40]);
});

test('in a large account a line settles unless another names its number, or its party where that has few such pairs', async () => {
  const pair = (name: string, amount: string, counterparty: string) =>
    ['L', 'S'].map((side) => line(`${side}-${name}`, amount, { reference: `INV-${name}`, counterparty }));
  const pairs = [
    pair('70001', '77.10', 'Borealis GmbH'),
    pair('70002', '77.20', 'Borealis GmbH'),
    pair('70003', '77.30', 'Borealis GmbH'),
    pair('70004', '77.40', 'Borealis GmbH'),
    ...[5, 6, 7, 8].map((at) => pair(`7000${at}`, '77.50', 'Borealis GmbH')),
  ];
  const [ledger, statement] = [0, 1].map((at) => pairs.flatMap((both) => both[at] ?? []));
  const reconciliation = await smallBooks(base.door, {
    ledger: [
      ...(ledger ?? []),
      line('L-again', '77.20', { counterparty: 'Borealis' }),
      ...Array.from({ length: 50_000 }, (_, index) => line(`L${index}`, '1.00')),
    ],
    statement: [
      ...(statement ?? []),
      line('S-number', '77.10', { reference: '/ROC/INV 7OOO1' }),
      line('S-other', '77.30', { reference: 'INV-81234', counterparty: 'Acme' }),
      line('S-later', '77.50', { counterparty: 'Borealis' }),
    ],
  });
  await settle(reconciliation, () => []);
  const settled = (await matches()).map(({ rationale }) => /INV-\d+/.exec(rationale)?.[0]).sort();
  assert.deepEqual(
    settled,
    [3, 4, 5, 6, 7, 8].map((at) => `INV-7000${at}`),
  );
});

test('a match that is added to a settlement, or taken from it, is not what its event was made of', async () => {
  const reconciliation = await smallBooks(base.door, {
    ledger: [line('L1', '5.00', { reference: 'INV-1001' }), line('L2', '6.00', { reference: 'INV-1002' })],
    statement: [line('S1', '5.00', { reference: 'INV-1001' }), line('S2', '6.00', { reference: 'INV-1002' })],
  });
  await settle(reconciliation);
  await asAdmin(base.adminUrl, async (admin) => {
    await admin.query('alter table matches disable trigger all');
    await admin.query(
      `update matches set content_hash = repeat('0', 64) where id = (select max(id) from matches)`,
    );
  });
  const kinds: string[] = [];
  await replayHistory(base.db, POLICY, {}, (finding) => kinds.push(finding.kind));
  assert.deepEqual(kinds, ['edited']);
});

test('five thousand lines of one amount and one counterparty end in seconds, with nothing settled', async () => {
  const many = (side: string) =>
    Array.from({ length: 2_500 }, (_, index) =>
      line(`${side}${index}`, '10.00', { counterparty: 'Borealis', reference: 'RENT-2026' }),
    );
  const reconciliation = await smallBooks(base.door, { ledger: many('L'), statement: many('S') });
  const began = performance.now();
  const answer = await settleByRules(base.door, callBy('engine:matcher'), {
    reconciliation,
    matcher: matchByRules,
  });
  assert.ok(performance.now() - began < 60_000);
  assert.ok(answer.outcome === 'done' && answer.result['settled'] === '0', JSON.stringify(answer));
});

test('the records that others name can not go away, and what a row belongs to never changes', async () => {
  const reconciliation = await smallBooks(base.door);
  await settle(reconciliation, (open) => [
    {
      rule: 'x',
      type: 'fuzzy_match',
      legs: open.slice(0, 2),
      score: '0.50',
      alternatives: 0,
      reasons: 'why',
    },
  ]);
  await asAdmin(base.adminUrl, async (admin) => {
    const refuses = async (statement: string, why: RegExp) => {
      await assert.rejects(admin.query(statement), why, statement);
    };
    await refuses('delete from items', /DELETE refused/);
    await refuses('truncate matches cascade', /TRUNCATE refused/);
    await refuses('delete from documents', /DELETE refused/);
    await refuses(`update matches set reconciliation_id = 'elsewhere'`, /never changes/);
    await refuses('update dispositions set item_id = item_id + 1', /never changes/);
    await refuses('update matches set item_ids = item_ids[1:1]', /never changes/);
    await refuses('update matches set in_bulk = true', /never changes/);
    await refuses(`update matches set item_ids = '{}'`, /never changes|item_ids_check/);
    await refuses('update bulk_totals set amount_usd = 0', /UPDATE refused/);
    await refuses(
      `insert into matches (reconciliation_id, type, rule, state, proposed_by, score, rationale, ledger_total, statement_total,
                            difference, amount_usd, content_hash, item_ids, in_bulk)
       select reconciliation_id, type, rule, state, proposed_by, score, rationale, ledger_total, statement_total,
              difference, amount_usd, content_hash, item_ids, true from matches`,
      /only record_found\(\) records in bulk/,
    );
    // A line of the reconciliation, but none of the match.
    await refuses(
      `insert into dispositions (item_id, match_id)
       select i.id, m.id from items i, matches m where i.id <> all (m.item_ids) limit 1`,
      /none of the match's lines/,
    );
    await refuses('update documents set line_count = 7', /is final/);
    await refuses(
      'insert into dispositions (item_id, match_id) values (987654, 1)',
      /not there|two reconciliations/,
    );
    const item = (columns: string, values: string) =>
      `insert into items (reconciliation_id, side, ${columns} line_no, external_id, date, currency, amount, base_amount, amount_usd)
       values ('${reconciliation}', 'ledger', ${values} 1, 'X', '2026-03-10', 'USD', 1, 1, 1)`;
    await refuses(item('document_id,', '987654,'), /names a document/);
    // The statement's document for a line of the ledger.
    await refuses(
      item('document_id,', `(select id from documents where side = 'statement'),`),
      /names a document/,
    );
    await refuses(item('', '').replace(reconciliation, 'nowhere'), /reconciliation that is not there/);
    await refuses(
      item('document_id,', `(select id from documents where side = 'ledger'),`).replace(`'X'`, `'L1'`),
      /unique/,
    );
  });
  const { rows } = await sql<{ live: string }>`select count(*) as live from dispositions where live`.execute(
    base.db,
  );
  assert.equal(rows[0]?.live, '2');
});

test('what is recorded in bulk is what was found in bulk: nobody can put pairs of their own in its place', async () => {
  const reconciliation = await smallBooks(base.door);
  const record = (books = reconciliation) =>
    sql`select record_found(${books}, 'engine:matcher', 'x', null, '{}')`;
  const attempt = (work: (tx: Transaction<Database>) => Promise<unknown>) =>
    base.db.transaction().execute(work);
  await assert.rejects(
    attempt(async (tx) => {
      await sql`create temporary table settle_scope as select ${sql.lit(reconciliation)}::text as reconciliation_id`.execute(
        tx,
      );
      await sql`create temporary table settle_found as select 1::bigint as ledger_id`.execute(tx);
      await sql`create temporary table settle_sums as select ''::text as counterparty_key`.execute(tx);
      await record().execute(tx);
    }),
    /not the one that find_by_reference\(\) made/,
  );
  const found = async (tx: Transaction<Database>) => {
    await sql`select find_by_reference(${reconciliation}, '{}')`.execute(tx);
    await sql`select sum_found()`.execute(tx);
  };
  await assert.rejects(
    attempt(async (tx) => {
      await found(tx);
      await sql`update settle_found set ledger_total = 1`.execute(tx);
    }),
    /permission denied/,
  );
  await assert.rejects(
    attempt(async (tx) => {
      await found(tx);
      await sql`update settle_sums set fresh = 0`.execute(tx);
    }),
    /permission denied/,
  );
  // Nor can what was moved be hidden from the cumulative limit.
  await assert.rejects(
    sql`insert into bulk_totals values ('x', 'x', 'x', -1)`.execute(base.db),
    /permission denied/,
  );
  await assert.rejects(
    attempt(async (tx) => {
      await found(tx);
      await record('US/2026-03/1030').execute(tx);
    }),
    /another reconciliation/,
  );
});

test('what names no event is the same to the database and to the rule', async () => {
  const words = [...STANDING_REFERENCE.matchAll(/[A-Z]{2,}/g)]
    .map(([word]) => word)
    .filter((word) => word !== 'AZ');
  assert.ok(words.includes('KD') && words.includes('USTID') && words.includes('DEZ'), String(words));
  const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{0,${most}}$`));
  const letters = fc.stringMatching(/^[A-Z]{0,3}$/);
  const year = fc.constantFrom('19', '20', '21', '2026', '202613', '20260331', '202603', '190012');
  const key = fc
    .oneof(
      fc.tuple(fc.constantFrom(...words), letters, digits(4)),
      fc.tuple(fc.constantFrom(...words), fc.constantFrom('', '20', '2026', '26'), letters),
      fc.tuple(year, digits(4), letters),
      fc.tuple(fc.stringMatching(/^[A-Z]{1,3}[0-9]{1,3}[A-Z0-9]{3,5}[0-9]{6,8}[A-Z0-9]{0,4}$/)),
      fc.tuple(fc.stringMatching(/^[A-Z0-9]{1,10}$/)),
    )
    .map((parts) => parts.join(''))
    .filter((text) => text !== '');
  const keys = fc.sample(key, 20_000);
  const { rows } = await sql<{ key: string; none: boolean }>`
    select key, names_no_event(key) as none from unnest(${keys}::text[]) as key`.execute(base.db);
  assert.equal(rows.length, keys.length);
  assert.ok(rows.filter((row) => row.none).length > 2_000);
  for (const { key: one, none } of rows) assert.equal(none, isStanding(one), one);
});

test('an event says which version of its rule found what it tells of', async () => {
  assert.deepEqual([BULK_RULE, BULK_VERSION], [exactReference.name, exactReference.version]);
  const reconciliation = await smallBooks(base.door, {
    ledger: [line('L1', '5.00', { reference: 'INV-1001' }), line('L2', '7.00')],
    statement: [line('S1', '5.00', { reference: 'INV-1001' }), line('S2', '7.00')],
  });
  await settle(reconciliation, (open) => [
    { rule: 'x', type: 'fuzzy_match', legs: open, score: '0.50', alternatives: 0, reasons: 'why' },
  ]);
  const { rows } = await sql<{ said: string }>`
    select convert_from(bytes, 'UTF8')::jsonb -> 'detail' ->> 'rule_version' as said
      from audit_events where event_type = 'SETTLED_BY_RULE' order by id`.execute(base.db);
  assert.deepEqual(
    rows.map(({ said }) => said),
    [String(BULK_VERSION), '1'],
  );
});
