import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { EcbCsvError, type EcbRate, parseEcbCsv } from '../policy/ecb-csv.ts';
import { ZipError, isZip, onlyFileOf } from './zip.ts';

// The full history since 1999 is about 2 MB, zipped 0.6 MB.
const MOST_BYTES = 20_000_000;

/**
 * Reads a file of the ECB's euro reference rates, as CSV or zipped as the ECB offers it.
 * @returns its rates, with the SHA-256 of the file's own bytes in hex.
 * @throws {EcbCsvError} with file, line and what is wrong; then nothing of it may be used.
 */
export function readRateFile(path: string): { fileName: string; sha256: string; rates: EcbRate[] } {
  const fileName = basename(path);
  const file = bytesOf(path);
  const { name, bytes } = isZip(file) ? unzipped(file, fileName) : { name: fileName, bytes: file };
  const rates = parseEcbCsv(textOf(bytes, name), name);
  return { fileName, sha256: createHash('sha256').update(file).digest('hex'), rates };
}

function bytesOf(path: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable';
    throw new EcbCsvError(`${path} cannot be read (${why}); no rate was read`, { cause });
  }
  if (bytes.length > MOST_BYTES) {
    throw new EcbCsvError(
      `${path} has ${bytes.length} bytes, more than ${MOST_BYTES}: it is not the ECB's file; no rate was read`,
    );
  }
  return bytes;
}

function unzipped(file: Buffer, fileName: string): { name: string; bytes: Buffer } {
  try {
    const { name, bytes } = onlyFileOf(file, MOST_BYTES);
    return { name: `${fileName}/${basename(name).slice(0, 60)}`, bytes };
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    throw new EcbCsvError(`${fileName} ${error.message}; no rate was read`, { cause: error });
  }
}

function textOf(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new EcbCsvError(`${name} is not text in UTF-8, as the ECB's files are; no rate was read`, {
      cause,
    });
  }
}
