import {
  type KeyObject,
  createHash,
  createPrivateKey,
  createPublicKey,
  sign as ed25519,
  verify as ed25519Verify,
} from 'node:crypto';

/** What a checkpoint says: how many leaves the tree had, their root, and when it was sealed. */
export interface Checkpoint {
  /** Names the log; the first line of the note and the name of its key. */
  readonly origin: string;
  readonly size: bigint;
  readonly root: Buffer;
  /** The database's instant, ISO 8601 in UTC. */
  readonly at: string;
}

/** Who signs: the log's name and an Ed25519 private key. */
export interface Signer {
  readonly origin: string;
  readonly key: KeyObject;
}

/** Whose signature counts. Its text form is that of C2SP signed-note verifier keys. */
export interface Verifier {
  readonly origin: string;
  readonly key: KeyObject;
}

/** A text that is not a checkpoint of ours, or not signed by the key that counts. */
export class CheckpointError extends Error {
  override name = 'CheckpointError';
}

// A log that goes on after a restore has another name, so that nobody can hold two histories for one.
const RESTORED = /\/restored-([1-9]\d{0,3})$/;

/** How often a log was restored, by its name. */
export function restoresOf(origin: string): number {
  return Number.parseInt(RESTORED.exec(origin)?.[1] ?? '0', 10);
}

/** The name of a log after so many restores; of none, its first name. */
export function restoredOrigin(origin: string, times: number): string {
  const first = origin.replace(RESTORED, '');
  return times === 0 ? first : `${first}/restored-${times}`;
}

const ED25519 = Buffer.of(1);
// What precedes the 32 bytes of an Ed25519 public key in its SPKI form (RFC 8410).
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Writes and signs a checkpoint: a C2SP tlog-checkpoint in a C2SP signed note, with the instant as extension line. */
export function signCheckpoint(signer: Signer, { size, root, at }: Omit<Checkpoint, 'origin'>): string {
  const body = `${signer.origin}\n${size}\n${root.toString('base64')}\nat ${at}\n`;
  const signature = ed25519(null, Buffer.from(body, 'utf8'), signer.key);
  const stamped = Buffer.concat([keyId(signer.origin, createPublicKey(signer.key)), signature]);
  return `${body}\n— ${signer.origin} ${stamped.toString('base64')}\n`;
}

/**
 * Reads a note and checks its signature. Signatures of others are passed over, as the format asks. A log's key also counts
 * for what the log was called before and after a restore.
 * @throws {CheckpointError} when it is no checkpoint, of another log, or not signed by this key.
 */
export function openCheckpoint(verifier: Verifier, note: string): Checkpoint {
  const end = note.indexOf('\n\n');
  const [body, signatures] = [note.slice(0, end + 1), note.slice(end + 2)];
  const [origin, size, root, ...extensions] = body.split('\n');
  const at = /^at (\d{4}-\d\d-\d\dT[\d:.]+Z)$/.exec(extensions[0] ?? '')?.[1];
  if (end < 0 || !origin || !/^(0|[1-9]\d{0,18})$/.test(size ?? '') || !at || !root)
    throw new CheckpointError('this is not a checkpoint of an audit log');
  if (restoredOrigin(origin, 0) !== restoredOrigin(verifier.origin, 0))
    throw new CheckpointError(
      `the checkpoint is of the log "${origin.slice(0, 80)}", not "${verifier.origin}"`,
    );
  const named = { origin, key: verifier.key };
  const id = keyId(origin, verifier.key);
  const stamped = signatures
    .split('\n')
    .flatMap((line) =>
      line.startsWith(`— ${origin} `) ? [Buffer.from(line.slice(origin.length + 3), 'base64')] : [],
    )
    .find((bytes) => bytes.subarray(0, 4).equals(id));
  if (!stamped) throw new CheckpointError(`no signature of ${verifierText(named)} is on the checkpoint`);
  if (!ed25519Verify(null, Buffer.from(body, 'utf8'), verifier.key, stamped.subarray(4)))
    throw new CheckpointError(
      'the signature does not fit: the checkpoint was edited, or made with another key',
    );
  const hash = Buffer.from(root, 'base64');
  if (hash.length !== 32) throw new CheckpointError('the root is not 32 bytes');
  return { origin, size: BigInt(size ?? '0'), root: hash, at };
}

/** The signer of a PKCS #8 PEM. @throws {CheckpointError} when it is no Ed25519 private key. */
export function signerOf(origin: string, pem: string): Signer {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new CheckpointError("the sealer's key is not a private key in PEM form");
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new CheckpointError(`the sealer's key is ${key.asymmetricKeyType}, not Ed25519`);
  return { origin, key };
}

/** Whose signature a signer's is. */
export function verifierOf({ origin, key }: Signer): Verifier {
  return { origin, key: createPublicKey(key) };
}

/** `origin+id+key`, as C2SP signed-note writes verifier keys: what an auditor is given. */
export function verifierText({ origin, key }: Verifier): string {
  const encoded = Buffer.concat([ED25519, rawKey(key)]).toString('base64');
  return `${origin}+${keyId(origin, key).toString('hex')}+${encoded}`;
}

/** Reads {@link verifierText}. @throws {CheckpointError} when it is none, or its id does not fit its key. */
export function parseVerifier(text: string): Verifier {
  const [, origin, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim()) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  if (!origin || bytes.length !== 33 || bytes[0] !== 1)
    throw new CheckpointError('a verifier key reads like closegate.example/audit+1a2b3c4d+AW…');
  const key = createPublicKey({ key: Buffer.concat([SPKI, bytes.subarray(1)]), format: 'der', type: 'spki' });
  if (keyId(origin, key).toString('hex') !== id)
    throw new CheckpointError('the id of the verifier key does not fit the key');
  return { origin, key };
}

/** C2SP signed-note: the first four bytes of SHA-256 over name, newline, signature type and public key. */
function keyId(origin: string, key: KeyObject): Buffer {
  return createHash('sha256')
    .update(`${origin}\n`, 'utf8')
    .update(ED25519)
    .update(rawKey(key))
    .digest()
    .subarray(0, 4);
}

function rawKey(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
}
