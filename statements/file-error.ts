/** Where a file is wrong, what is wrong there, and what to do now. */
export interface Fault {
  readonly file: string;
  /** 1-based; 0 when the fault is the file's as a whole. */
  readonly line: number;
  readonly what: string;
  readonly whatNow: string;
}

/** A file that cannot be used. Its message leaves the line out where the whole file is meant. */
export class FileError extends Error implements Fault {
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly whatNow: string;

  /** @param outcome what became of it, as the message's end */
  constructor(fault: Fault, outcome = '') {
    const where = fault.line === 0 ? fault.file : `${fault.file}:${fault.line}`;
    super(`${where}: ${fault.what}; ${fault.whatNow}${outcome}`);
    this.file = fault.file;
    this.line = fault.line;
    this.what = fault.what;
    this.whatNow = fault.whatNow;
  }
}
