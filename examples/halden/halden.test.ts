import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { negated } from '../../policy/currency.ts';
import { type Decimal, sum } from '../../policy/money.ts';
import { type Side, parseBalances, parseOpenItems } from '../../statements/balances.ts';
import { parseCamt053 } from '../../statements/camt053.ts';
import { type Account, type Source, inboxOf, loadCompany } from '../../statements/company.ts';
import { parseCsv } from '../../statements/csv.ts';
import { type StatementLine, checkControlTotals } from '../../statements/statement.ts';
import { table } from '../../statements/table.ts';
import { generateHalden } from './generate.ts';
import { HOSTILE } from './generator/hostile.ts';

const SIDES: readonly Side[] = ['ledger', 'statement'];

/** A company folder's month, read the plain way: every side with its lines, balances and carried-in items. */
function readMonth(dir: string, period: string) {
  const company = loadCompany(dir);
  const read = (name: string): Buffer => readFileSync(join(inboxOf(company, period), name));
  const balances = parseBalances(read('balances.csv'), 'balances.csv');
  const openItems = parseOpenItems(read('open-items.csv'), 'open-items.csv');
  const linesOf = (source: Source): readonly StatementLine[] => {
    if (source.mapping === null) return parseCamt053(read(source.file), source.file)[0]?.lines ?? [];
    const lines = parseCsv(read(source.file), source.file, source.mapping.columns);
    const own = lines.filter((line) => source.account === null || line.account === source.account);
    return source.sign === 'normal' ? own : own.map((line) => ({ ...line, amount: negated(line.amount) }));
  };
  return company.entities.flatMap((entity) =>
    entity.accounts.map((account) => ({
      entity: entity.code,
      account,
      sides: sidesOf(entity.code, account),
    })),
  );

  function sidesOf(entity: string, account: Account) {
    return SIDES.map((side) => {
      const own = <Row extends { entity: string; account: string; side: Side }>(row: Row): boolean =>
        row.entity === entity && row.account === account.code && row.side === side;
      const balance = balances.find(own);
      assert.ok(balance, `${entity} ${account.code} ${side} has no balance`);
      return {
        side,
        source: account[side],
        lines: linesOf(account[side]),
        carried: openItems.filter(own),
        balance,
      };
    });
  }
}

const total = (lines: readonly StatementLine[]): Decimal => sum(lines.map((line) => line.amount));

for (const [name, dir] of [
  ['halden', import.meta.dirname],
  ['starter', join(import.meta.dirname, '../starter')],
] as const) {
  describe(`the ${name} company`, () => {
    const month = readMonth(dir, '2026-03');

    test('opens plus its lines closes, on every side', () => {
      for (const { account, sides } of month) {
        for (const { source, lines, balance } of sides) {
          assert.ok(lines.length > 0);
          assert.equal(balance.currency, source.currency);
          checkControlTotals({ ...balance, account: account.code, lines }, source.file);
        }
      }
    });

    test('explains the difference of the openings by the items carried in', () => {
      for (const { account, sides } of month) {
        const [ledger, statement] = sides;
        assert.ok(ledger && statement);
        const opening = ledger.balance.opening.minus(statement.balance.opening);
        const items = total(ledger.carried).minus(total(statement.carried));
        assert.ok(opening.equals(items), `${account.code}: ${opening.toFixed()} and ${items.toFixed()}`);
      }
    });

    test('dates every line in the month and every carried-in item before it', () => {
      for (const { lines, carried } of month.flatMap(({ sides }) => sides)) {
        assert.ok(lines.every((line) => line.date.startsWith('2026-03-')));
        assert.ok(carried.every((line) => line.date < '2026-03-01'));
      }
    });
  });
}

describe('the sample month', () => {
  const month = readMonth(import.meta.dirname, '2026-03');
  const files = generateHalden();

  test('is generated again byte for byte', () => {
    for (const [path, text] of files) {
      assert.equal(readFileSync(join(import.meta.dirname, path), 'utf8'), text, path);
    }
    const inbox = readdirSync(join(import.meta.dirname, 'inbox/2026-03')).map(
      (name) => `inbox/2026-03/${name}`,
    );
    assert.deepEqual(inbox.sort(), [...files.keys()].filter((path) => path.startsWith('inbox/')).sort());
  });

  test('has at least 600 lines and every line in exactly one row of the answer key', () => {
    const rows = table(readFileSync(join(import.meta.dirname, 'truth.csv')), 'truth.csv', [
      ...['entity', 'account', 'truth_id', 'match_type', 'ledger_ids', 'statement_ids', 'reason', 'note'],
    ]);
    const key = (entity: string, account: string, side: string, id: string): string =>
      [entity, account, side, id].join(' ');
    const answered = rows.flatMap((row) =>
      SIDES.flatMap((side) =>
        (row.cell(`${side}_ids`)?.split(' ') ?? []).map((id) =>
          key(row.cell('entity') ?? '', row.cell('account') ?? '', side, id),
        ),
      ),
    );
    const imported = month.flatMap(({ entity, account, sides }) =>
      sides.flatMap(({ side, lines, carried }) =>
        [...lines, ...carried].map((line) => key(entity, account.code, side, line.externalId)),
      ),
    );
    assert.ok(imported.length >= 600, `${imported.length}`);
    assert.deepEqual(answered.sort(), imported.sort());
    for (const row of rows) {
      const ids = `${row.cell('ledger_ids') ?? ''} ${row.cell('statement_ids') ?? ''}`.trim().split(' ');
      const exception = row.cell('match_type') === 'exception';
      assert.equal(row.cell('reason') !== null, exception);
      assert.equal(ids.length === 1, exception);
    }
  });

  test('agrees in every match of the answer key, stated fees included, but for what is to be booked or still to come', () => {
    const amounts = new Map(
      month.flatMap(({ entity, account, sides }) =>
        sides.flatMap(({ side, lines, carried }) =>
          [...lines, ...carried].map((line) => {
            const gross = sum([line.amount, line.fee ?? '0']);
            return [[entity, account.code, side, line.externalId].join(' '), gross] as const;
          }),
        ),
      ),
    );
    for (const row of table(Buffer.from(files.get('truth.csv') ?? ''), 'truth.csv', [
      ...['entity', 'account', 'truth_id', 'match_type', 'ledger_ids', 'statement_ids', 'reason', 'note'],
    ])) {
      const [entity, account] = [row.cell('entity') ?? '', row.cell('account') ?? ''];
      // Two currencies agree at a rate, not in their figures.
      if (row.cell('match_type') === 'exception' || account === '1300') continue;
      const [ledger, statement] = SIDES.map((side) =>
        sum(
          (row.cell(`${side}_ids`)?.split(' ') ?? []).map((id) => {
            const amount = amounts.get([entity, account, side, id].join(' '));
            assert.ok(amount, id);
            return amount;
          }),
        ),
      );
      const differs = /has to be booked|still to come/.test(row.cell('note') ?? '');
      assert.ok(ledger && statement && ledger.equals(statement) !== differs, row.cell('truth_id') ?? '');
    }
  });

  test('carries every hostile text on a line that no rule can settle by its reference', () => {
    const rows = table(Buffer.from(files.get('truth.csv') ?? ''), 'truth.csv', [
      ...['entity', 'account', 'truth_id', 'match_type', 'ledger_ids', 'statement_ids', 'reason', 'note'],
    ]);
    for (const text of Object.values(HOSTILE)) {
      const found = month.flatMap(({ entity, account, sides }) =>
        sides.flatMap(({ side, lines }) =>
          lines
            .filter((line) => line.description === text.trim() || line.counterparty === text.trim())
            .map((line) => ({ entity, account: account.code, side, id: line.externalId })),
        ),
      );
      assert.equal(found.length, 1, text);
      const [one] = found;
      const row = rows.find(
        (row) =>
          one !== undefined &&
          row.cell('entity') === one.entity &&
          row.cell('account') === one.account &&
          row.cell(`${one.side}_ids`)?.split(' ').includes(one.id),
      );
      assert.match(row?.cell('match_type') ?? '', /^(exception|fuzzy_match)$/);
    }
  });
});
