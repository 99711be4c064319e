import { stripVTControlCharacters } from 'node:util';

/** A command that was refused or failed: exit 1. Its message says what, where and what now. */
export class Failed extends Error {
  override name = 'Failed';
  /** Shown with `--json` beside the message. */
  readonly detail: unknown;

  constructor(message: string, detail: unknown = null) {
    super(message);
    this.detail = detail;
  }
}

/** A command that was called wrongly: exit 2. */
export class WrongUse extends Error {
  override name = 'WrongUse';
}

/** Prints a result: as one JSON document with `--json`, in words otherwise. */
export function print(options: { json?: boolean }, value: unknown, words: string): void {
  process.stdout.write(options.json ? `${JSON.stringify(value, null, 2)}\n` : `${words}\n`);
}

/** Text from outside, made harmless for a terminal: no escape sequences, no direction or zero-width tricks. */
export function harmless(text: string, length = 60): string {
  const clean = stripVTControlCharacters(text).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '·');
  return clean.length > length ? `${clean.slice(0, length - 1)}…` : clean;
}

/** A table with aligned columns; columns named in `right` are aligned to the right. */
export function table(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly string[] = [],
): string {
  const widths = headers.map((header, column) =>
    Math.max(header.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    headers
      .map((header, column) => {
        const cell = cells[column] ?? '';
        const width = widths[column] ?? 0;
        return right.includes(header) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(headers), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
