import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  createServer,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { bucketCopies, folderCopies } from './checkpoint-copies.ts';

/** As much of S3's protocol as a bucket with Object Lock shows its writers. */
const kept = new Map<string, string>();
let lastPut: IncomingHttpHeaders = {};
let server: Server;
let endpoint = '';
before(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://bucket');
  const key = pathname.replace(/^\/audit-copies\/?/, '');
  let body = '';
  for await (const chunk of request) body += String(chunk);
  if (request.method === 'PUT') {
    if (kept.has(key) && request.headers['if-none-match'] === '*')
      return void response.writeHead(412).end('<Error><Code>PreconditionFailed</Code></Error>');
    lastPut = request.headers;
    kept.set(key, body);
    return void response.writeHead(200, { ETag: '"1"' }).end();
  }
  if (searchParams.get('list-type') === '2') {
    const files = [...kept.keys()].filter((name) => name.startsWith(searchParams.get('prefix') ?? ''));
    const contents = files.map((name) => `<Contents><Key>${name}</Key></Contents>`).join('');
    return void response
      .writeHead(200, { 'Content-Type': 'application/xml' })
      .end(`<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`);
  }
  const note = kept.get(key);
  response.writeHead(note === undefined ? 404 : 200).end(note);
}

let years = 7;
const bucket = () =>
  bucketCopies({
    bucket: 'audit-copies',
    prefix: 'checkpoints/',
    endpoint,
    region: 'eu-central-1',
    retentionYears: async () => years,
    now: () => new Date('2026-04-02T10:00:00Z'),
  });

test('a note goes to the bucket under compliance lock for seven years, and never over another', async () => {
  const copies = bucket();
  assert.equal(await copies.latest(), null);
  await copies.put(9n, 'note of 9\n');
  assert.equal(lastPut['x-amz-object-lock-mode'], 'COMPLIANCE');
  assert.match(String(lastPut['x-amz-object-lock-retain-until-date']), /^2033-04-02T10:00:00/);
  assert.equal(lastPut['if-none-match'], '*');
  assert.ok(lastPut['x-amz-checksum-sha256'] ?? lastPut['x-amz-trailer']);
  await copies.put(9n, 'note of 9\n');
  await assert.rejects(copies.put(9n, 'another note of 9\n'));
});

test('a note is locked for as long as is said when it is put', async () => {
  years = 10;
  await bucket().put(50n, 'note of 50\n');
  assert.match(String(lastPut['x-amz-object-lock-retain-until-date']), /^2036-04-02T10:00:00/);
  years = 7;
});

test('the latest of a bucket is the one over most rows', async () => {
  const copies = bucket();
  await copies.put(100n, 'note of 100\n');
  const latest = await copies.latest();
  assert.equal(latest?.size, 100n);
  assert.match(latest.note, /note of 100/);
});

test('a folder keeps notes for its owner alone, never replaces one, and passes over other files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'closegate-copies-'));
  try {
    const copies = folderCopies(join(folder, 'checkpoints'));
    assert.equal(await copies.latest(), null);
    await copies.put(9n, 'nine\n');
    await copies.put(10n, 'ten\n');
    await copies.put(10n, 'ten\n');
    await assert.rejects(copies.put(10n, 'another ten\n'), /EEXIST/);
    assert.deepEqual(await copies.latest(), { size: 10n, note: 'ten\n' });
    assert.equal(statSync(join(folder, 'checkpoints', '00000000000000000010.note')).mode & 0o777, 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
