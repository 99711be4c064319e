import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { loadActors } from './actors.ts';
import { parseBalances, parseOpenItems } from './balances.ts';
import { inboxOf, loadCompany } from './company.ts';
import { ConfigError } from './config-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'closegate-company-'));
after(() => rmSync(dir, { recursive: true }));

const COMPANY = `name: Small
reporting_currency: USD
entities:
  A:
    name: Small Ltd.
    currency: USD
    accounts:
      '1010':
        name: Bank
        currency: USD
        kind: bank
        ledger: { file: ledger.csv, mapping: own, account: '1010' }
        statement: { file: bank.xml, format: camt053, iban: DE1 }
mappings:
  own:
    date_format: YYYY-MM-DD
    currency: USD
    columns: { date: d, amount: a, account: acc }
`;

function company(text: string) {
  writeFileSync(join(dir, 'company.yaml'), text);
  return loadCompany(dir);
}
function faulty(text: string, line: number, what: RegExp): void {
  assert.throws(
    () => company(text),
    (error) => {
      assert.ok(error instanceof ConfigError, String(error));
      assert.match(error.what, what);
      assert.equal(error.line, line);
      assert.match(error.message, line === 0 ? /company\.yaml: .*; / : /company\.yaml:\d+: .*; /);
      return true;
    },
  );
}

describe('company.yaml', () => {
  test('is read with both sources of an account', () => {
    const [account] = company(COMPANY).entities[0]?.accounts ?? [];
    assert.equal(account?.ledger.mapping?.name, 'own');
    assert.equal(account.ledger.account, '1010');
    assert.equal(account.statement.format, 'camt053');
    assert.equal(account.statement.account, 'DE1');
    assert.equal(account.statement.currency, 'USD');
  });

  test('is refused with the line of an unknown key', () =>
    faulty(COMPANY.replace('kind: bank', 'kind: bank\n        colour: red'), 12, /colour/));
  test('is refused with the line of a wrong value', () =>
    faulty(COMPANY.replace('kind: bank', 'kind: sock'), 11, /kind/));
  test('is refused for a source without a mapping', () =>
    faulty(COMPANY.replace(' mapping: own,', ''), 12, /ledger\.mapping/));
  test('is refused for an unknown currency', () =>
    faulty(COMPANY.replace('reporting_currency: USD', 'reporting_currency: USX'), 2, /ISO 4217/));
  test('is refused for a duplicate key', () => faulty(`${COMPANY}name: Twice\n`, 19, /unique/));
  test('is refused for an unknown mapping', () =>
    faulty(COMPANY.replace('mapping: own', 'mapping: none'), 0, /no mapping "none" \(own\)/));
  test('is refused for a mapping called like an object’s own property', () =>
    faulty(COMPANY.replace('mapping: own', 'mapping: constructor'), 0, /no mapping/));
  test('is refused for a file outside the inbox', () =>
    faulty(COMPANY.replace('ledger.csv', '../ledger.csv'), 12, /file/));
  test('is refused when an intercompany account names no counterparty', () =>
    faulty(COMPANY.replace('kind: bank', 'kind: intercompany'), 0, /counterparty/));
  test('is refused for aliases', () =>
    faulty(COMPANY.replace('Small Ltd.', '&x Small').replace('name: Bank', 'name: *x'), 0, /alias/));
  test('is refused when it is not there', () => {
    assert.throws(() => loadCompany(join(dir, 'nowhere')), /company\.yaml: cannot be read; .*closegate init/);
  });
  test('knows no period 2026-13', () =>
    assert.throws(() => inboxOf(company(COMPANY), '2026-13'), ConfigError));
});

describe('actors.yaml', () => {
  const actors = (text: string) => {
    writeFileSync(join(dir, 'actors.yaml'), `actors:\n${text}`);
    return loadActors(dir);
  };
  const ANA = `  - { id: 'human:ana', kind: human, name: Ana, roles: [reviewer] }\n`;

  test('makes a person their own principal', () => {
    assert.deepEqual(actors(ANA), [
      {
        id: 'human:ana',
        kind: 'human',
        name: 'Ana',
        roles: ['reviewer'],
        principal: 'human:ana',
        active: true,
      },
    ]);
  });
  test('is refused when an id’s prefix is not its kind', () =>
    assert.throws(() => actors(`${ANA}  - { id: 'llm:x', kind: human, name: X }\n`), /kind human/));
  test('is refused when a model has nobody who answers for it', () =>
    assert.throws(() => actors(`${ANA}  - { id: 'llm:x', kind: llm, name: X }\n`), /names no principal/));
  test('is refused when the principal is not a person of the file', () =>
    assert.throws(
      () => actors(`${ANA}  - { id: 'llm:x', kind: llm, name: X, principal: 'human:bob' }\n`),
      /no person/,
    ));
  test('is refused for the same id twice', () => assert.throws(() => actors(ANA + ANA), /twice/));
});

describe('balances and open items', () => {
  const head = 'entity,account,side,currency,opening,closing\n';
  const items = 'entity,account,side,id,date,amount,currency,reference,counterparty,description,group\n';
  test('are read exactly', () => {
    const [balance] = parseBalances(
      Buffer.from(`${head}A,1010,ledger,USD,-0.10,12345678901234567.89\n`),
      'b.csv',
    );
    assert.equal(balance?.opening.toFixed(), '-0.1');
    assert.equal(balance.closing.toFixed(), '12345678901234567.89');
    const [item] = parseOpenItems(
      Buffer.from(`${items}A,1010,ledger,x,2026-02-27,-5.00,USD,R,,"a, b",\n`),
      'o.csv',
    );
    assert.equal(item?.amount, '-5.00');
    assert.equal(item.description, 'a, b');
    assert.equal(item.counterparty, null);
  });
  test('are refused for a side that is there twice, a wrong side, a wrong header', () => {
    const row = 'A,1010,ledger,USD,1,2\n';
    assert.throws(
      () => parseBalances(Buffer.from(head + row + row), 'b.csv'),
      /b\.csv:3: A 1010 ledger stands in the file twice/,
    );
    assert.throws(
      () => parseBalances(Buffer.from(head + row.replace('ledger', 'middle')), 'b.csv'),
      /b\.csv:2: .*side/,
    );
    assert.throws(
      () => parseBalances(Buffer.from(`x${head}`), 'b.csv'),
      /expected the columns entity,account/,
    );
  });
  test('may use one id on two sides but not twice on one', () => {
    const row = (side: string): string => `A,1010,${side},x,2026-02-27,-5.00,USD,,,,\n`;
    assert.equal(parseOpenItems(Buffer.from(items + row('ledger') + row('statement')), 'o.csv').length, 2);
    assert.throws(() => parseOpenItems(Buffer.from(items + row('ledger') + row('ledger')), 'o.csv'), /twice/);
  });
});
