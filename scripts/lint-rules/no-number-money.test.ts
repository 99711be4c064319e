import assert from 'node:assert/strict';
import test from 'node:test';
import { looksLikeMoney } from './no-number-money.js';
import { rulesBroken } from './probe.ts';

const MONEY = 'closegate/no-number-money';

const numberMoney = [
  'export const a = parseFloat("1.10");',
  'export const a = Number.parseFloat("1.10");',
  'export const a = Number("1.10");',
  'export const a = ["1.10"].map(Number);',
  'export const a = (d: { toNumber(): unknown }) => d.toNumber();',
  'export const a = (d: Record<string, () => unknown>) => d["toNumber"]?.();',
  'export const a = (text: string) => +text;',
  'import { Decimal } from "decimal.js"; export const a = new Decimal("1.10");',
  'import { Decimal as BaseDecimal } from "decimal.js"; export const a = new BaseDecimal("1.10");',
  'export function a(amount: number) { return amount; }',
  'export const a = (openingBalance: number | null) => openingBalance;',
  'export interface A { readonly feeUsd: number }',
  'export interface A { debits: readonly number[] }',
  'export interface A { rates: Map<string, number> }',
  'export type A = { closing?: number };',
  'export class A { total = 0; }',
  'export class A { #balance: number | undefined; }',
  'export let total = 0;',
  'export const a = (total = 0) => total;',
  'export const a = { credit: -12.5 };',
  'export const a = z.object({ amount: z.number() });',
  'export const a = z.object({ amount_usd: z.coerce.number().nullable() });',
  'export function totalDifference(): number { return 1; }',
];

const fine = [
  'export const a = (count: number, limit: number, port: number) => count + limit + port;',
  'export const a = Number.parseInt("8", 10);',
  'export const a = (x: unknown) => Number.isInteger(x) || x === Number.MAX_SAFE_INTEGER;',
  'export const a = +1;',
  'export interface A { totalLines: number; amountColumn: number; rateLimit: number; amount: string }',
  'export const a = { max_tokens: 100, amount: "1.00" };',
  'export const a = z.object({ count: z.number(), amount: z.string() });',
];

for (const room of [
  'policy',
  'ledger',
  'matching',
  'statements',
  'activities/close',
  'mcp-server',
  'console',
  'cli',
]) {
  test(`refuses money as a JS number in ${room}/`, async () => {
    for (const code of numberMoney) {
      assert.ok((await rulesBroken(code, `${room}/probe.ts`)).includes(MONEY), code);
    }
  });
}

test('leaves whole numbers alone', async () => {
  for (const code of fine) assert.deepEqual(await rulesBroken(code, 'ledger/probe.ts'), [], code);
});

test('lets money.ts alone construct decimals, and leaves rooms without money free', async () => {
  const code = 'import { Decimal } from "decimal.js"; export const a = new Decimal("1.10");';
  assert.deepEqual(await rulesBroken(code, 'policy/money.ts'), []);
  assert.deepEqual(await rulesBroken('export const a = Number("1");', 'bench/probe.ts'), []);
});

test('judges a name by its last word', () => {
  for (const name of ['amount', 'openingBalance', 'feeUsd', 'AMOUNT', 'amount_usd', 'rates', 'ledgerTotal']) {
    assert.ok(looksLikeMoney(name), name);
  }
  for (const name of ['count', 'totalCount', 'amountColumn', 'rateLimit', 'port', 'iterate', 'closingDay']) {
    assert.ok(!looksLikeMoney(name), name);
  }
});
