import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { closegate, copyOf, processesIn, start } from './harness/command.ts';

test('the demo closes the example company end to end and agrees with truth.csv', async () => {
  const { dir, remove } = copyOf('halden');
  try {
    const { code, stdout, stderr } = await start('cli/demo.ts', ['--dir', dir]).ended;
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    assert.match(stdout, /Settled by rules: (?!0,)\d+, of which wrong by truth\.csv: 0\n/);
    assert.match(
      stdout,
      /-> DENIED\n\s+SOD_SAME_ACTOR {2}policy\.yaml#\/rules\/segregation_of_duties\/text\n\s+"Nobody confirms/,
    );
    assert.match(stdout, /-> ESCALATED\n\s+TIER_EXCEEDED/);
    const [, imported, accounted] = /lines imported: (\d+), lines accounted for: (\d+)/.exec(stdout) ?? [];
    assert.ok(imported !== undefined && Number.parseInt(imported, 10) >= 600);
    assert.equal(imported, accounted);
    assert.equal(stdout.match(/ 0\.00 {2}CERTIFIED/g)?.length, 6);
    assert.match(stdout, /US\/2026-03\/1030 .*CERTIFIED {2}human:mei\.tan, human:tomas\.lindqvist/);
    assert.match(stdout, /audit verify: intact/);
    assert.deepEqual(processesIn(dir), [], 'nothing is left running');
  } finally {
    remove();
  }
});

test('an interrupt at any moment leaves nothing running', async () => {
  for (const moment of [
    /making the database/,
    /started Temporal/,
    /Closing 2026-03/,
    /in investigation {2}MATCHED/,
  ]) {
    const { dir, remove } = copyOf('halden');
    try {
      const demo = start('cli/demo.ts', ['--dir', dir]);
      await until(() => moment.test(demo.output()) || demo.child.exitCode !== null);
      demo.child.kill('SIGINT');
      const { code } = await demo.ended;
      assert.equal(code, 130, demo.output());
      assert.deepEqual(processesIn(dir), [], `interrupted at ${moment.source}`);
    } finally {
      remove();
    }
  }
});

test('a supervisor killed outright leaves servers that the next command adopts, and books that are as they were', async () => {
  const { dir, remove } = copyOf('halden');
  try {
    const closed = await closegate(['close', '--dir', dir, '--period', '2026-03', '--entity', 'SG']);
    assert.equal(closed.code, 0, closed.stderr);
    const before = await closegate(['inbox', '--dir', dir, '--json']);
    const status = JSON.parse((await closegate(['status', '--dir', dir, '--json'])).stdout) as {
      processes: Record<string, string>;
    };
    const supervisors = processesIn(dir).filter((line) => line.includes('supervise'));
    assert.equal(supervisors.length, 1);
    process.kill(Number.parseInt(supervisors[0] ?? '', 10), 'SIGKILL');
    const doctor = await closegate(['doctor', '--dir', dir]);
    assert.equal(doctor.code, 1);
    assert.match(doctor.stdout, /supervisor was killed/);

    const up = await closegate(['up', '--dir', dir]);
    assert.equal(up.code, 0, up.stderr);
    assert.match(up.stderr, /adopted Postgres/);
    assert.match(up.stderr, /adopted Temporal/);
    const again = JSON.parse((await closegate(['status', '--dir', dir, '--json'])).stdout) as typeof status;
    assert.equal(again.processes['postgres'], status.processes['postgres']);
    assert.equal((await closegate(['inbox', '--dir', dir, '--json'])).stdout, before.stdout);
    assert.equal((await closegate(['sweep', '--dir', dir])).code, 0);

    const down = await closegate(['down', '--dir', dir, '--reset']);
    assert.equal(down.code, 0);
    assert.deepEqual(processesIn(dir), []);
  } finally {
    remove();
  }
});

async function until(done: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!done()) {
    if (Date.now() > deadline) throw new Error('it did not come to that');
    await sleep(20);
  }
}
