import { crc32, inflateRawSync } from 'node:zlib';

/** A zip archive that is damaged, or not one plain file. */
export class ZipError extends Error {
  override name = 'ZipError';
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LENGTH = 22;
const STORED = 0;
const DEFLATED = 8;

/** True when bytes begin as a zip archive does, whatever the file is called. */
export function isZip(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32LE(0) === LOCAL;
}

/**
 * Reads the one file of a zip archive (PKWARE APPNOTE 4.3: stored or deflated, not encrypted, no zip64, no comment) and
 * checks its size and CRC-32. What unpacks to more than `most` bytes is refused before it is unpacked further.
 * @throws {ZipError} on anything else.
 */
export function onlyFileOf(zip: Buffer, most: number): { readonly name: string; readonly bytes: Buffer } {
  try {
    return read(zip, most);
  } catch (error) {
    // A length or an offset that leads out of the archive.
    if (error instanceof RangeError) throw new ZipError('breaks off: the archive is damaged');
    throw error;
  }
}

function read(zip: Buffer, most: number): { name: string; bytes: Buffer } {
  const end = zip.length - END_LENGTH;
  if (end < 0 || zip.readUInt32LE(end) !== END)
    throw new ZipError('does not end as a zip archive; unzip it first');
  const count = zip.readUInt16LE(end + 10);
  if (count !== 1) throw new ZipError(`holds ${count} files, not one; unzip it first`);
  const entry = zip.readUInt32LE(end + 16);
  if (zip.readUInt32LE(entry) !== ENTRY) throw new ZipError('has no directory where it says so');
  const [flags, method] = [zip.readUInt16LE(entry + 8), zip.readUInt16LE(entry + 10)];
  if ((flags & 1) !== 0 || (method !== STORED && method !== DEFLATED)) {
    throw new ZipError('is encrypted or packed in another way than deflate; unzip it first');
  }
  const [packed, size] = [zip.readUInt32LE(entry + 20), zip.readUInt32LE(entry + 24)];
  if (size > most) throw new ZipError(`unpacks to ${size} bytes, more than ${most}`);
  const nameLength = zip.readUInt16LE(entry + 28);
  const name = zip.toString('utf8', entry + 46, entry + 46 + nameLength);
  const local = zip.readUInt32LE(entry + 42);
  if (zip.readUInt32LE(local) !== LOCAL) throw new ZipError('has no file where its directory says so');
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const content = zip.subarray(start, start + packed);
  const bytes = method === STORED ? content : inflated(content, size);
  if (bytes.length !== size || crc32(bytes) !== zip.readUInt32LE(entry + 16)) {
    throw new ZipError('is damaged: its file has not the size and check sum that it should have');
  }
  return { name, bytes };
}

// The size that the directory states bounds what is unpacked, so an archive cannot unpack without end.
function inflated(content: Buffer, size: number): Buffer {
  try {
    return inflateRawSync(content, { maxOutputLength: Math.max(size, 1) });
  } catch (cause) {
    throw new ZipError('is damaged: its file cannot be unpacked to the size that it should have', { cause });
  }
}
