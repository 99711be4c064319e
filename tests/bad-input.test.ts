import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { type Ran, closegate, copyOf } from './harness/command.ts';

const march = join('inbox', '2026-03');

/** Spoils a copy of the example company, then asks for its close. */
async function closeSpoilt(
  spoil: (edit: (file: string, change: (text: string) => string) => void, dir: string) => void,
): Promise<Ran> {
  const { dir, remove } = copyOf('halden');
  try {
    spoil(
      (file, change) => writeFileSync(join(dir, file), change(readFileSync(join(dir, file), 'utf8'))),
      dir,
    );
    const ran = await closegate(['close', '--dir', dir, '--period', '2026-03']);
    assert.equal((await closegate(['status', '--dir', dir])).code, 1, 'nothing was started');
    return ran;
  } finally {
    remove();
  }
}

test('an unknown entity is named, with the ones there are', async () => {
  const { dir, remove } = copyOf('halden');
  const { code, stderr } = await closegate(['close', '--dir', dir, '--period', '2026-03', '--entity', 'FR']);
  remove();
  assert.equal(code, 1);
  assert.match(stderr, /there is no entity "FR" in .*company\.yaml; it has US, DE, SG/);
});

test('period 2026-13 is wrong use', async () => {
  const { code, stderr } = await closegate(['close', '--dir', 'examples/halden', '--period', '2026-13']);
  assert.equal(code, 2);
  assert.match(stderr, /2026-13/);
});

test('a folder without company.yaml, an unknown command and a missing option say what to do', async () => {
  const nowhere = await closegate(['close', '--dir', '/nowhere', '--period', '2026-03']);
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /\/nowhere holds no company\.yaml; .*closegate init/);
  assert.equal((await closegate(['clsoe'])).code, 2);
  const nobody = await closegate(['confirm', '1']);
  assert.equal(nobody.code, 2);
  assert.match(nobody.stderr, /--as/);
});

test('a missing file is named with its folder', async () => {
  const { code, stderr } = await closeSpoilt((_edit, dir) => rmSync(join(dir, march, 'sg-ledger.csv')));
  assert.equal(code, 1);
  assert.match(stderr, /sg-ledger\.csv: is missing in .*2026-03; put the file there/);
});

test('a CSV with a wrong header says which column it looked for and what it found', async () => {
  const { code, stderr } = await closeSpoilt((edit) =>
    edit(join(march, 'us-ledger.csv'), (text) => text.replace('posting_date', 'Datum')),
  );
  assert.equal(code, 1);
  assert.match(stderr, /us-ledger\.csv:1: .*posting_date.*Datum.*nothing was imported/s);
});

test('an unbalanced statement names all four figures', async () => {
  const { code, stderr } = await closeSpoilt((edit) =>
    edit(join(march, 'balances.csv'), (text) => text.replace('702530.03', '702531.03')),
  );
  assert.equal(code, 1);
  assert.match(
    stderr,
    /us-ledger\.csv.*opening 442,360\.57 \+ lines 260,169\.46 ≠ closing 702,531\.03 \(difference 1\.00 USD\)/,
  );
});

test('a policy with an unknown key, or with a float for money, is refused with file and line', async () => {
  const unknown = await closeSpoilt((edit) =>
    edit('policy.yaml', (text) => `${text}\nallow_everything: true\n`),
  );
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /policy\.yaml:\d+.*allow_everything/);
  const float = await closeSpoilt((edit) =>
    edit('policy.yaml', (text) =>
      text.replace(/materiality_threshold_usd: .*/, 'materiality_threshold_usd: 1000.5'),
    ),
  );
  assert.equal(float.code, 1);
  assert.match(
    float.stderr,
    /policy\.yaml:\d+.*money must be a quoted string such as "1000\.00", found the number 1000\.5/,
  );
});

test('a taken port is no obstacle: the next one is used', async () => {
  // Held by us, or by a stack that another test runs: taken it is.
  const blocker = createServer()
    .on('error', () => undefined)
    .listen(5440, '127.0.0.1');
  const { dir, remove } = copyOf('halden');
  try {
    const up = await closegate(['up', '--dir', dir, '--json'], { CLOSEGATE_PORT_OFFSET: '0' });
    assert.equal(up.code, 0, up.stderr);
    assert.doesNotMatch((JSON.parse(up.stdout) as { postgres: string }).postgres, /:5440\//);
  } finally {
    blocker.close();
    await closegate(['down', '--dir', dir]);
    remove();
  }
});

test('a dead Temporal is said in one line, with what to do', async () => {
  const { dir, remove } = copyOf('halden');
  const { code, stderr } = await closegate(['sweep', '--dir', dir], {
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
  });
  remove();
  assert.equal(code, 1);
  assert.match(stderr, /no Temporal server answers at 127\.0\.0\.1:1; `closegate up` starts one/);
});

test('every command has help with an example', async () => {
  const commandsOf = async (...group: string[]) => {
    const { stdout } = await closegate([...group, '--help']);
    const names = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1] ?? '');
    return names.filter((name) => name !== 'help').map((name) => [...group, name]);
  };
  const groups = ['actors', 'audit', 'fx', 'mcp', 'policy', 'schedule'];
  const alone = (await commandsOf()).filter(([name = '']) => !groups.includes(name));
  const grouped = await Promise.all(groups.map((group) => commandsOf(group)));
  assert.ok(alone.length >= 15, alone.join());
  for (const command of [...alone, ...grouped.flat()]) {
    const help = await closegate([...command, '--help']);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Example:\n {2}closegate /, command.join(' '));
  }
});
