import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseCamt053 } from './camt053.ts';
import { StatementError, checkControlTotals } from './statement.ts';

const NS = 'urn:iso:std:iso:20022:tech:xsd:camt.053.001';
const bal = (code: string, amount: string, indicator = 'CRDT', ccy = 'EUR'): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="${ccy}">${amount}</Amt>` +
  `<CdtDbtInd>${indicator}</CdtDbtInd><Dt><Dt>2026-03-31</Dt></Dt></Bal>`;
const entry = (amount: string, rest = '', indicator = 'CRDT', status = '<Sts>BOOK</Sts>'): string =>
  `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${indicator}</CdtDbtInd>${status}` +
  `<BookgDt><Dt>2026-03-10</Dt></BookgDt>${rest}</Ntry>`;
const tx = (inside: string): string => `<NtryDtls><TxDtls>${inside}</TxDtls></NtryDtls>`;
const file = (inside: string, version = '02'): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${NS}.${version}"><BkToCstmrStmt><GrpHdr/><Stmt><Id>S1</Id>` +
  `<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>${inside}</Stmt></BkToCstmrStmt></Document>`;
const parse = (text: string) => parseCamt053(Buffer.from(text), 'f.xml');
const one = (text: string) => {
  const [statement] = parse(text);
  assert.ok(statement);
  return statement;
};
const line = (inside: string, version?: string) => {
  const [found] = one(file(inside, version)).lines;
  assert.ok(found);
  return found;
};
const refused = (text: string | Buffer, what: RegExp): void => {
  assert.throws(
    () => parseCamt053(Buffer.from(text), 'f.xml'),
    (error) => error instanceof StatementError && what.test(error.what) && error.file === 'f.xml',
  );
};

describe('a camt.053 statement', () => {
  test('has opening, closing and signed lines that make its control total', () => {
    const text = file(bal('OPBD', '10.00') + bal('CLBD', '2.50', 'DBIT') + entry('12.50', '', 'DBIT'));
    const statement = one(text);
    assert.equal(statement.opening?.toFixed(), '10');
    assert.equal(statement.closing?.toFixed(), '-2.5');
    assert.equal(statement.account, 'DE02120300000000202051');
    checkControlTotals(statement, 'f.xml');
  });

  test('opens with PRCD only when there is no OPBD, and takes no other balance', () => {
    assert.equal(one(file(bal('PRCD', '3.00') + bal('CLAV', '9.00'))).opening?.toFixed(), '3');
    assert.equal(one(file(bal('PRCD', '3.00') + bal('OPBD', '4.00'))).opening?.toFixed(), '4');
    assert.equal(one(file(bal('CLAV', '9.00') + bal('CLBD', '9.00', 'CRDT', 'SEK'))).closing, null);
  });

  test('leaves out and counts what is not booked, in both ways of writing the status', () => {
    const pending =
      entry('1.00', '', 'CRDT', '<Sts><Cd>PDNG</Cd></Sts>') + entry('2.00', '', 'CRDT', '<Sts>INFO</Sts>');
    const statement = one(file(pending + entry('4.00', '', 'CRDT', '<Sts><Cd>BOOK</Cd></Sts>'), '08'));
    assert.equal(statement.leftOut, 2);
    assert.deepEqual(
      statement.lines.map((found) => found.amount),
      ['4.00'],
    );
  });

  test('does not turn the sign of a reversal, which its indicator states already', () => {
    const names = '<RltdPties><Dbtr><Nm>Payer</Nm></Dbtr><Cdtr><Nm>Payee</Nm></Cdtr></RltdPties>';
    const found = line(entry('5.00', `<RvslInd>true</RvslInd>${tx(names)}`));
    assert.equal(found.amount, '5.00');
    assert.equal(found.counterparty, 'Payee');
  });

  test('names the other party by direction, in both ways of writing it', () => {
    const names = '<RltdPties><Dbtr><Pty><Nm>Payer</Nm></Pty></Dbtr><Cdtr><Nm>Payee</Nm></Cdtr></RltdPties>';
    assert.equal(line(entry('5.00', tx(names))).counterparty, 'Payer');
    assert.equal(line(entry('5.00', tx(names), 'DBIT')).counterparty, 'Payee');
  });

  test('refers by end-to-end id, else by the structured reference, and keeps the text', () => {
    const remittance =
      '<RmtInf><Ustrd>one</Ustrd><Ustrd>two</Ustrd><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf>';
    const found = line(entry('5.00', tx(`<Refs><EndToEndId>0007</EndToEndId></Refs>${remittance}`)));
    assert.equal(found.reference, '0007');
    assert.equal(found.description, 'one two');
    const other = line(entry('5.00', tx(`<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>${remittance}`)));
    assert.equal(other.reference, 'RF18');
  });

  test('is one line per transaction when a batch itemises its whole amount', () => {
    const details = (first: string): string =>
      `<AcctSvcrRef>B1</AcctSvcrRef><NtryDtls><Btch><PmtInfId>RUN-1</PmtInfId></Btch>` +
      `<TxDtls><Amt Ccy="EUR">${first}</Amt></TxDtls>` +
      `<TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">4.00</Amt></TxAmt></AmtDtls></TxDtls></NtryDtls>`;
    const split = one(file(entry('10.00', details('6.00'), 'DBIT'))).lines;
    assert.deepEqual(
      split.map((found) => [found.externalId, found.amount, found.group]),
      [
        ['B1/1', '-6.00', 'RUN-1'],
        ['B1/2', '-4.00', 'RUN-1'],
      ],
    );
    assert.equal(one(file(entry('10.00', details('5.00'), 'DBIT'))).lines.length, 1);
  });

  test('states a fee when the bank says that the amount includes it', () => {
    const charges = '<Chrgs><Rcrd><Amt Ccy="EUR">0.35</Amt><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>';
    assert.equal(line(entry('5.00', charges), '08').fee, '0.35');
    assert.equal(line(entry('5.00', charges.replace('true', 'false')), '08').fee, null);
  });

  test('takes the day of a date with time as written, whatever its zone', () => {
    const text = entry('5.00').replace('<Dt>2026-03-10</Dt>', '<DtTm>2026-03-10T23:30:00-11:00</DtTm>');
    assert.equal(line(text).date, '2026-03-10');
  });

  test('keeps entries that are the same in everything, with stable ids', () => {
    const ids = one(file(entry('5.00') + entry('5.00'))).lines.map((found) => found.externalId);
    assert.equal(new Set(ids).size, 2);
    assert.deepEqual(
      one(file(entry('5.00') + entry('5.00'))).lines.map((found) => found.externalId),
      ids,
    );
  });

  test('may use a namespace prefix', () => {
    const text = file(bal('OPBD', '1.00') + entry('5.00'))
      .replace(/<(\/?)([A-Z])/g, '<$1n:$2')
      .replace('xmlns=', 'xmlns:n=');
    assert.equal(one(text).lines.length, 1);
  });

  test('decodes the five entities once, and CDATA not at all', () => {
    const text = (inside: string) =>
      line(entry('5.00', tx(`<RmtInf><Ustrd>${inside}</Ustrd></RmtInf>`))).description;
    assert.equal(text('A &amp;lt; &#66;&#x43; &quot;D&quot;'), 'A &lt; BC "D"');
    assert.equal(text('<![CDATA[<b>&amp;</b>]]>'), '<b>&amp;</b>');
  });

  test('may be in ISO 8859-1', () => {
    const text = file(entry('5.00', tx('<RmtInf><Ustrd>Müller</Ustrd></RmtInf>'))).replace(
      'UTF-8',
      'ISO-8859-1',
    );
    const [statement] = parseCamt053(Buffer.from(text, 'latin1'), 'f.xml');
    assert.equal(statement?.lines[0]?.description, 'Müller');
  });
});

describe('a camt.053 file is refused', () => {
  for (const amount of ['12..34', '-5.00', '1e3', '5.001', '', '1,00', '+5', 'NaN']) {
    test(`for the amount "${amount}"`, () => refused(file(entry(amount)), /^entry 1: amount/));
  }
  test('with the line on which the entry stands', () => {
    assert.throws(
      () => parse(file(`<!-- <Ntry> -->\n${entry('1.00')}\n${entry('x')}`)),
      (error) => error instanceof StatementError && error.line === 4,
    );
  });
  test('for an indicator that is neither', () => refused(file(entry('1.00', '', 'BOTH')), /CdtDbtInd/));
  test('for a status it does not know', () => refused(file(entry('1.00', '', 'CRDT', '')), /status/));
  test('for a currency it does not know', () =>
    refused(file(entry('1').replace('"EUR"', '"EUX"')), /ISO 4217/));
  test('for a day that does not exist', () => refused(file(entry('1').replace('03-10', '02-30')), /no date/));
  test('for a document type', () => refused(`<!DOCTYPE a [<!ENTITY b "c">]>${file('')}`, /DOCTYPE/));
  test('for broken markup', () => refused(file('<Ntry>'), /not well-formed/));
  test('for a cut file', () => refused(file(entry('1.00')).slice(0, -30), /well-formed/));
  test('quickly for a million comments that never end', () => {
    const started = performance.now();
    refused(file('<!--'.repeat(1_000_000)), /breaks off/);
    refused(file('<a '.repeat(1_000_000)), /XML/);
    assert.ok(performance.now() - started < 5_000);
  });
  test('for nesting without end', () => refused('<a>'.repeat(10_000), /deep/));
  test('for an encoding it does not know', () => refused(file('').replace('UTF-8', 'UTF-7'), /encoding/));
  test('for bytes that are not of its encoding', () => refused(Buffer.from([0x3c, 0xff, 0x3e]), /not utf-8/));
  test('for another message', () => refused(file('').replace('camt.053', 'camt.054'), /no camt.053/));
  test('for something else altogether', () => refused('id,amount\n1,2\n', /XML|camt/));
  test('for nothing at all', () => refused('', /XML|camt/));
});

test('the banks’ own files are read, and the bad one is refused', (t) => {
  const corpus = process.env['CLOSEGATE_CORPUS'];
  if (corpus === undefined) {
    t.skip('CLOSEGATE_CORPUS is not set');
    return;
  }
  const folder = join(corpus, 'statements/camt053');
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    if (name.startsWith('bad-')) assert.throws(() => parseCamt053(bytes, name), StatementError, name);
    else
      assert.ok(
        parseCamt053(bytes, name).every((statement) => statement.lines.length > 0),
        name,
      );
  }
  const finnish = parseCamt053(readFileSync(join(folder, 'fi-sample.xml')), 'fi-sample.xml');
  finnish.forEach((statement) => checkControlTotals(statement, 'fi-sample.xml'));
});
