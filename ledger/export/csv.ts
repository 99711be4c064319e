const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** A cell's text: instants in ISO 8601, lists with spaces between, documents as JSON. */
function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** One cell by RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it. */
export function cell(value: unknown): string {
  const plain = text(value);
  const safe = /^[=+\-@\t\r]/.test(plain) && !NUMBER.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A CSV file's lines with a header, for rows that come one by one. */
export async function* csv(
  columns: readonly string[],
  rows: Iterable<Readonly<Record<string, unknown>>> | AsyncIterable<Readonly<Record<string, unknown>>>,
): AsyncGenerator<string> {
  yield `${columns.map(cell).join(',')}\n`;
  for await (const row of rows) yield `${columns.map((column) => cell(row[column])).join(',')}\n`;
}
