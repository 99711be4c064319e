import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { restoresOf } from './checkpoint.ts';

/** Somewhere outside the database that checkpoints are copied to. Nothing there is ever replaced. */
export interface CheckpointCopies {
  /** For messages: where it is. */
  readonly name: string;
  latest(): Promise<{ readonly size: bigint; readonly note: string } | null>;
  /** Keeps a note. The same one twice is one. @throws when another note of that size is there. */
  put(size: bigint, note: string): Promise<void>;
}

const FILE = /^\d{20}\.note$/;
// Padded, so that names sort as sizes do.
const fileOf = (size: bigint) => `${String(size).padStart(20, '0')}.note`;
const sizeOf = (file: string) => BigInt(file.slice(0, 20));

/** Where in a place a log's copies are: those after a restore in a folder of their own, for sizes come twice then. */
export function placeWithin(origin: string): string {
  const times = restoresOf(origin);
  return times === 0 ? '' : `restored-${times}/`;
}

/** A folder: best one that another machine keeps. */
export function folderCopies(folder: string): CheckpointCopies {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    name: folder,
    async latest() {
      const last = readdirSync(folder)
        .filter((file) => FILE.test(file))
        .sort()
        .at(-1);
      return last === undefined
        ? null
        : { size: sizeOf(last), note: readFileSync(join(folder, last), 'utf8') };
    },
    async put(size, note) {
      const path = join(folder, fileOf(size));
      try {
        writeFileSync(path, note, { flag: 'wx', mode: 0o600 });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || readFileSync(path, 'utf8') !== note)
          throw error;
      }
    },
  };
}

/** Where an S3-compatible store is, and how long it must refuse to give a checkpoint up. */
export interface BucketOptions {
  readonly bucket: string;
  readonly prefix: string;
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Asked for each note: the policy in force may change while a sealer runs. A note keeps the term it was given. */
  readonly retentionYears: () => Promise<number>;
  /** The clock; tests give their own. */
  readonly now?: () => Date;
}

/**
 * A bucket with Object Lock: each note is kept in compliance mode, so that nobody, its owner included, removes it before
 * its time. Credentials come as the AWS SDK finds them. The bucket must have been made with Object Lock.
 */
export function bucketCopies(options: BucketOptions): CheckpointCopies {
  const { bucket, prefix, endpoint, region, retentionYears, now = () => new Date() } = options;
  // Other makers' stores are addressed by path.
  const client = new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  });
  const keyOf = (size: bigint) => `${prefix}${fileOf(size)}`;
  const read = async (key: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString('utf8')) ?? '';
  };
  return {
    name: `s3://${bucket}/${prefix}`,
    async latest() {
      let [last, token]: [string | undefined, string | undefined] = [undefined, undefined];
      do {
        const page: ListObjectsV2CommandOutput = await client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            ...(token ? { ContinuationToken: token } : {}),
          }),
        );
        const files = (page.Contents ?? []).flatMap(({ Key }) => (Key ? [Key.slice(prefix.length)] : []));
        last = [last, ...files]
          .flatMap((file) => (file && FILE.test(file) ? [file] : []))
          .sort()
          .at(-1);
        token = page.NextContinuationToken;
      } while (token);
      return last === undefined ? null : { size: sizeOf(last), note: await read(prefix + last) };
    },
    async put(size, note) {
      const until = now();
      until.setUTCFullYear(until.getUTCFullYear() + (await retentionYears()));
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: keyOf(size),
            Body: note,
            ContentType: 'text/plain; charset=utf-8',
            ObjectLockMode: 'COMPLIANCE',
            ObjectLockRetainUntilDate: until,
            ChecksumAlgorithm: 'SHA256',
            IfNoneMatch: '*',
          }),
        );
      } catch (error) {
        const { name } = error as Error;
        if (name !== 'PreconditionFailed' || (await read(keyOf(size))) !== note) throw error;
      }
    },
  };
}
