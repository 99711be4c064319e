import assert from 'node:assert/strict';
import test from 'node:test';
import { rulesBroken } from './probe.ts';

const forbidden: readonly (readonly [file: string, code: string])[] = [
  ['policy/probe.ts', 'import { a } from "../ledger/a.ts"; a();'],
  ['policy/controls/probe.ts', 'export { a } from "../../ledger/a.ts";'],
  ['policy/probe.ts', 'import type { A } from "../ledger/a.ts"; export type B = A;'],
  ['ledger/probe.ts', 'export * from "../matching/a.ts";'],
  ['statements/probe.ts', 'export const a = import("../ledger/a.ts");'],
  ['statements/probe.ts', 'export type A = import("../ledger/a.ts").A;'],
  ['matching/probe.ts', 'import { a } from "../statements/a.ts"; a();'],
  ['mcp-server/tools/probe.ts', 'import { a } from "../../matching/a.ts"; a();'],
  ['activities/agent/probe.ts', 'import { a } from "../../ledger/a.ts"; a();'],
  ['activities/agent/probe.ts', 'import { a } from "../close/a.ts"; a();'],
  ['workflows/probe.ts', 'import { a } from "../activities/close/a.ts"; a();'],
  ['workflows/probe.ts', 'import { a } from "../ledger/a.ts"; a();'],
  ['workers/probe.ts', 'import { a } from "../matching/a.ts"; a();'],
  ['console/probe.ts', 'import { a } from "../matching/a.ts"; a();'],
  ['console/probe.ts', 'import { a } from "../cli/a.ts"; a();'],
];

const permitted: readonly (readonly [file: string, code: string])[] = [
  ['ledger/probe.ts', 'import { a } from "../policy/a.ts"; a();'],
  ['policy/controls/probe.ts', 'import { a } from "../money.ts"; a();'],
  ['activities/close/probe.ts', 'import { a } from "../../matching/a.ts"; a();'],
  ['workflows/probe.ts', 'import type { A } from "../activities/agent/a.ts"; export type B = A;'],
  ['workflows/probe.ts', 'import { a } from "../policy/period.ts"; a();'],
  ['workers/probe.ts', 'import { a } from "../activities/close/a.ts"; a();'],
  ['cli/probe.ts', 'import { a } from "../ledger/a.ts"; a();'],
  ['ledger/probe.test.ts', 'import { a } from "../tests/a.ts"; a();'],
];

test('refuses an import that the table of rooms does not allow', async () => {
  for (const [file, code] of forbidden) {
    assert.ok((await rulesBroken(code, file)).includes('closegate/room-imports'), `${file}: ${code}`);
  }
});

test('permits what the table of rooms allows', async () => {
  for (const [file, code] of permitted)
    assert.deepEqual(await rulesBroken(code, file), [], `${file}: ${code}`);
});

test('keeps the database from the agent, the model key from the server, and files from the controls', async () => {
  const refused = [
    ['activities/agent/probe.ts', 'import { Pool } from "pg"; Pool();'],
    ['mcp-server/probe.ts', 'import { Anthropic } from "@anthropic-ai/sdk"; Anthropic();'],
    ['policy/probe.ts', 'import { readFileSync } from "node:fs"; readFileSync("x");'],
  ] as const;
  for (const [file, code] of refused)
    assert.deepEqual(await rulesBroken(code, file), ['no-restricted-imports'], file);
  assert.deepEqual(await rulesBroken('export const now = () => Date.now();', 'policy/probe.ts'), [
    'no-restricted-globals',
  ]);
});

test('refuses any, non-null assertions, default exports and enums', async () => {
  const refused = [
    ['export const a = (x: any) => x;', '@typescript-eslint/no-explicit-any'],
    ['export const a = (x: string | null) => x!;', '@typescript-eslint/no-non-null-assertion'],
    ['export default 1;', 'no-restricted-syntax'],
    ['export enum A { B }', 'no-restricted-syntax'],
    ['import { A } from "./a.ts"; export type B = A;', '@typescript-eslint/consistent-type-imports'],
  ] as const;
  for (const [code, rule] of refused)
    assert.deepEqual(await rulesBroken(code, 'ledger/probe.ts'), [rule], code);
});
