import { StatementError, clip } from './statement.ts';

/** A row and the line of the file on which it begins. */
export interface CsvRecord {
  readonly cells: string[];
  readonly line: number;
}

// Quoted cells may hold line breaks; anything beyond this is a quote that was never closed.
const MAX_RECORD = 1_000_000;

/**
 * Cuts a CSV text (RFC 4180) into records, piece by piece: quoted cells with delimiters, quotes and line breaks in them,
 * lines ended by CR LF, LF or CR. Wholly empty rows are left out. What a piece ends with and does not complete is kept
 * for the next.
 */
export class RecordSplitter {
  readonly #file: string;
  readonly #delimiter: string;
  #rest = '';
  #line = 1;
  #width = 0;

  constructor(file: string, delimiter: string) {
    this.#file = file;
    this.#delimiter = delimiter;
  }

  /**
   * Takes the next piece of the text, and gives the records that it completes.
   * @param last true for the last piece: then what is left is a record too.
   * @throws {StatementError} on rows of another width than the first, on broken quotes, and on records without end.
   */
  push(piece: string, last: boolean): CsvRecord[] {
    const text = this.#rest === '' ? piece : this.#rest + piece;
    const found: CsvRecord[] = [];
    let at = 0;
    let [lf, cr, quote] = [-2, -2, -2];
    // The next of each from here on; looked for again only once it lies behind.
    const next = (one: string, known: number) =>
      known === -1 || known >= at ? known : text.indexOf(one, at);
    while (at < text.length) {
      [lf, cr, quote] = [next('\n', lf), next('\r', cr), next('"', quote)];
      const end = cr !== -1 && (lf === -1 || cr < lf) ? cr : lf;
      if (quote !== -1 && (end === -1 || quote < end)) {
        const record = this.#quoted(text, at, last);
        if (record === null) break;
        this.#keep(found, record.cells, this.#line);
        this.#line += record.breaks;
        at = record.end;
        continue;
      }
      // A CR at the end of a piece may be half of a CR LF.
      if ((end === -1 || (end === cr && end === text.length - 1)) && !last) break;
      const stop = end === -1 ? text.length : end;
      if (stop > at) this.#keep(found, text.slice(at, stop).split(this.#delimiter), this.#line);
      if (end !== -1) this.#line += 1;
      at = end === -1 ? stop : end === cr && lf === cr + 1 ? end + 2 : end + 1;
    }
    this.#rest = text.slice(at);
    if (this.#rest.length > MAX_RECORD)
      throw this.#fail(this.#line, 'one row is longer than 1 MB', 'check the quotes around this line');
    return found;
  }

  // Character by character from quote to quote. Null when the text ends before the record does.
  #quoted(
    text: string,
    from: number,
    last: boolean,
  ): { cells: string[]; end: number; breaks: number } | null {
    const cells: string[] = [];
    let [at, breaks] = [from, 0];
    for (;;) {
      let cell: string;
      if (text[at] === '"') {
        let [value, start] = ['', at + 1];
        for (;;) {
          const close = text.indexOf('"', start);
          if (close === -1 || (close === text.length - 1 && !last)) {
            if (!last) return null;
            throw this.#fail(
              this.#line,
              'Quote Not Closed: the file ends inside a quoted cell',
              'check delimiter and quotes, and export the file again',
            );
          }
          value += text.slice(start, close);
          start = close + 1;
          if (text[start] !== '"') break;
          value += '"';
          start += 1;
        }
        at = start;
        cell = value;
        breaks += value.match(/\r\n|\r|\n/g)?.length ?? 0;
        if (at < text.length && !this.#ends(text, at))
          throw this.#fail(
            this.#line + breaks,
            `Invalid Closing Quote: "${clip(text[at] ?? '')}" follows the quote that closes cell ${cells.length + 1}`,
            'check delimiter and quotes, and export the file again',
          );
      } else {
        const start = at;
        while (at < text.length && !this.#ends(text, at)) {
          if (text[at] === '"')
            throw this.#fail(
              this.#line + breaks,
              `Invalid Opening Quote: a quote stands inside cell ${cells.length + 1}, which does not begin with one`,
              'check delimiter and quotes, and export the file again',
            );
          at += 1;
        }
        cell = text.slice(start, at);
      }
      cells.push(cell);
      if (at >= text.length) return last ? { cells, end: at, breaks } : null;
      if (text[at] === this.#delimiter) {
        at += 1;
        continue;
      }
      if (text[at] === '\r' && at === text.length - 1 && !last) return null;
      return { cells, end: at + (text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1), breaks: breaks + 1 };
    }
  }

  #ends(text: string, at: number): boolean {
    const one = text[at];
    return one === this.#delimiter || one === '\n' || one === '\r';
  }

  #keep(found: CsvRecord[], cells: string[], line: number): void {
    if (this.#width === 0) this.#width = cells.length;
    if (cells.length !== this.#width)
      throw this.#fail(
        line,
        `Invalid Record Length: expect ${this.#width} cells, found ${cells.length}`,
        'check delimiter and quotes, and export the file again',
      );
    if (cells.some((text) => text.trim() !== '')) found.push({ cells, line });
  }

  #fail(line: number, what: string, whatNow: string): StatementError {
    return new StatementError({ file: this.#file, line, what, whatNow });
  }
}
