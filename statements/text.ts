import { StatementError } from './statement.ts';

/**
 * Decodes a text file that must be UTF-8, with or without a byte-order mark.
 * @param keepMark for a piece from inside a file: there it is no mark.
 * @throws {StatementError} on NULs and on bytes that are not UTF-8, with their line.
 */
export function decodeUtf8(bytes: Uint8Array, file: string, keepMark = false): string {
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const what = 'holds a NUL byte (UTF-16, or not a text file)';
    throw new StatementError({ file, line: lineAt(bytes, nul), what, whatNow: 'save it as UTF-8 text' });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: keepMark }).decode(bytes);
  } catch {
    throw new StatementError({
      file,
      line: firstBadLine(bytes),
      what: 'holds bytes that are not UTF-8',
      whatNow: 'save it as UTF-8 text',
    });
  }
}

function lineAt(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at >= 0 && at < offset; at = bytes.indexOf(10, at + 1)) line += 1;
  return line;
}

function firstBadLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  // A line feed is never part of a longer UTF-8 sequence, so each line can be tried by itself.
  for (let from = 0; from < bytes.length; line += 1) {
    const end = bytes.indexOf(10, from);
    const upTo = end < 0 ? bytes.length : end + 1;
    try {
      decoder.decode(bytes.subarray(from, upTo));
    } catch {
      return line;
    }
    from = upTo;
  }
  return 0;
}
