import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import test from 'node:test';
import {
  openCheckpoint,
  parseVerifier,
  signCheckpoint,
  signerOf,
  verifierOf,
  verifierText,
} from './checkpoint.ts';

// The verifier key and the note of Go's golang.org/x/mod/sumdb/note, whose format C2SP signed-note is.
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';

const signer = signerOf(
  'closegate.example/audit',
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
);
const said = { size: 42n, root: Buffer.alloc(32, 5), at: '2026-04-02T10:00:00.000001Z' };
const note = signCheckpoint(signer, said);

test('a checkpoint reads back as it was signed', () => {
  assert.deepEqual(openCheckpoint(verifierOf(signer), note), { origin: signer.origin, ...said });
  assert.match(
    note,
    /^closegate\.example\/audit\n42\nBQUF[A-Za-z0-9+/]+=\nat 2026-04-02T10:00:00\.000001Z\n\n— closegate\.example\/audit \S+\n$/,
  );
});

test('a verifier key in its published form is read and written', () => {
  assert.equal(verifierText(parseVerifier(PETER)), PETER);
  assert.equal(
    verifierText(parseVerifier(verifierText(verifierOf(signer)))),
    verifierText(verifierOf(signer)),
  );
  assert.throws(() => parseVerifier(PETER.replace('c74f20a3', 'c74f20a4')), /the id .* does not fit/);
  assert.throws(() => parseVerifier('not a key'), /reads like/);
});

for (const [what, edited, refusal] of [
  ['a size that was changed', note.replace('\n42\n', '\n43\n'), /the signature does not fit/],
  ['a root that was changed', note.replace('BQUF', 'BQUG'), /the signature does not fit/],
  ['a time that was changed', note.replace('2026-04-02', '2026-03-31'), /the signature does not fit/],
  [
    'another log',
    note.replaceAll('closegate.example', 'closegate.test'),
    /is of the log "closegate\.test\/audit"/,
  ],
  ['no signature', note.slice(0, note.indexOf('—')), /no signature of closegate\.example/],
  ['no checkpoint at all', 'hello\n', /not a checkpoint/],
] as const) {
  test(`refuses ${what}`, () => {
    assert.throws(() => openCheckpoint(verifierOf(signer), edited), refusal);
  });
}

test('refuses the signature of another key under the same name', () => {
  const other = signerOf(
    signer.origin,
    generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  );
  assert.throws(() => openCheckpoint(verifierOf(signer), signCheckpoint(other, said)), /no signature of/);
  assert.ok(openCheckpoint(verifierOf(signer), note + signCheckpoint(other, said).split('\n\n')[1]));
});

test('refuses a key of another kind', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  assert.throws(
    () => signerOf('x', rsa.export({ format: 'pem', type: 'pkcs8' }).toString()),
    /is rsa, not Ed25519/,
  );
  assert.throws(() => signerOf('x', 'nonsense'), /not a private key/);
});
