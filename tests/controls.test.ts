import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { closegate } from './harness/command.ts';

const ROOT = new URL('../', import.meta.url);
const text = readFileSync(new URL('docs/controls.md', ROOT), 'utf8');
const quoted = [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

test('every file that a control names is there', () => {
  const files = quoted.filter((word) => /^[a-z-]+(\/[\w.-]+)+\.(ts|sql|py)$/.test(word));
  assert.ok(files.length > 60, `only ${files.length} files were found in the text`);
  assert.deepEqual(
    files.filter((file) => !existsSync(fileURLToPath(new URL(file, ROOT)))),
    [],
  );
});

test('every control says what enforces it, what shows it and what it leaves', () => {
  const controls = text.split(/^## (?=\d)/m).slice(1);
  assert.equal(controls.length, 9);
  for (const control of controls)
    for (const part of ['References', 'Enforced by', 'Shown by', 'Evidence'])
      assert.match(control, new RegExp(`\\*\\*${part}\\*\\*: .*\\S`), control.split('\n')[0]);
});

test('every command of the walk is one that closegate knows, with the options that it uses', async () => {
  const commands = quoted.flatMap((word) => {
    const [, line] = /^(?:npx )?closegate (.+)$/.exec(word) ?? [];
    return line === undefined ? [] : [line];
  });
  assert.ok(commands.length >= 10);
  for (const line of commands) {
    const words = line.split(' ');
    const end = words.findIndex((word) => !/^[a-z]+(-[a-z]+)*$/.test(word) || word === 'in-force');
    const path = end < 0 ? words : words.slice(0, end);
    const { code, stdout } = await closegate([...path, '--help']);
    assert.equal(code, 0, line);
    for (const option of words.filter((word) => word.startsWith('--')))
      assert.ok(stdout.includes(option), `${line}: no ${option}`);
  }
});
