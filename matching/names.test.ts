import assert from 'node:assert/strict';
import test from 'node:test';
import { Names, editDistance, likeness } from './names.ts';

const names = new Names();
const percent = (a: string, b: string) => {
  const [one, other] = [names.of(a), names.of(b)];
  assert.ok(one && other, `${a} ~ ${b}`);
  return likeness(one, other, (word) => 6 * Math.min(1, word.length / 4)).percent;
};

test('what banks do to a name leaves it alike', () => {
  for (const [a, b] of [
    ['Blue Bottle Coffee', 'SQ *BLUE BOTTLE COF'],
    ['Smith & Sons Manufacturing', 'SMITH SONS MFG'],
    ['Johnson Services Inc', 'JOHNSON SVCS'],
    ['Northwind Traders', 'NORTHWND TRADRS'],
    ['Müller GmbH', 'MUELLER'],
    ['Maria Garcia', 'GARCIA MARIA'],
    ['Global Tech Solutions', 'GLOBALTECHSOLUTIONS'],
    ['International Business Machines', 'IBM'],
    ['Amazon Web Services', 'AMZN Mktp US*2K4RT6'],
    ['Société Générale', 'SOC GENERALE'],
    ['東京株式会社', '東京株式会社'],
    ['ООО «Ромашка-Трейд»', 'ROMASHKA TREID LLC'],
    ['Газпром нефть', 'GAZPROM NEFT'],
    ['Οργανισμός Λιμένος Πειραιώς Α.Ε.', 'ORGANISMOS LIMENOS PIREOS'],
    ['Łódzka Spółdzielnia', 'LODZKA SPOLDZIELNIA'],
    ['Gledhill Timber Ltd', 'accounts@gledhilltimber.co.uk'],
    ['Emily Chaudhry', 'echaudhry@outlook.com'],
    ['Victor Farrow', 'farrow92@hotmail.co.uk'],
    ['HM Land Registry', 'HMLR'],
    ['KIRKS01', 'FPI KIRKSTALL BAKERY'],
  ] as const)
    assert.ok(percent(a, b) >= 60, `${a} ~ ${b}: ${percent(a, b)}`);
});

test('other parties are not alike', () => {
  for (const [a, b] of [
    ['Acme Tools', 'Acme Foods'],
    ['Borealis Freight', 'Quartz Dental'],
    ['Maria Kowalski', 'Maria Jensen'],
    ['Viola Trent', 'Bashir Khoury'],
    ['Outlook Travel', 'echaudhry@outlook.com'],
    ['Emily Chaudhry', 'billing@quartzdental.com'],
  ] as const)
    assert.ok(percent(a, b) < 60, `${a} ~ ${b}: ${percent(a, b)}`);
});

test('likeness does not hang on which name comes first', () => {
  for (const [a, b] of [
    ['Acme Tools', 'Acme Foods'],
    ['Granite Peak Insurance', 'GRANITE PEAK INSUR'],
  ] as const)
    assert.equal(percent(a, b), percent(b, a));
});

test('words about the payment name nobody', () => {
  for (const text of ['ACH CREDIT', 'MOBILE DEPOSIT', 'Order 704', '12345678', '***'])
    assert.equal(names.of(text), null, text);
});

test('two neighbouring letters that changed places are one slip', () => {
  assert.equal(editDistance('calloway', 'callowya', 2), 1);
  assert.equal(editDistance('calloway', 'caloway', 2), 1);
  assert.ok(editDistance('calloway', 'borealis', 2) > 2);
});
