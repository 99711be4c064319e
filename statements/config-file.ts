import { readFileSync } from 'node:fs';
import { LineCounter, isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import type { z } from 'zod';
import { FileError } from './file-error.ts';

/** A configuration file that cannot be used: where, what is wrong, and what to do now. */
export class ConfigError extends FileError {
  override name = 'ConfigError';
}

const MAX_BYTES = 1_000_000;

/**
 * Reads a YAML file and checks it by a schema. Unknown keys, duplicate keys, aliases and anything else that the
 * schema does not name are errors.
 * @throws {ConfigError} naming file, line and every fault found.
 */
export function readConfig<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> {
  return parseConfig(readText(file), file, schema);
}

/** {@link readConfig} on text that was already read; `file` is only for messages. */
export function parseConfig<Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) {
    const what = fault.message.split('\n')[0] ?? 'is not YAML';
    throw new ConfigError({
      file,
      line: lines.linePos(fault.pos[0]).line,
      what,
      whatNow: 'correct the YAML',
    });
  }
  // Aliases are of no use in these files and are how a small file becomes a huge one.
  const value: unknown = plain(document, file);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const found = result.error.issues.flatMap(plainly).map(({ path, message }) => ({
    line: lineOf(document, lines, path),
    what: `${path.join('.') || 'the file'}: ${message}`,
  }));
  throw new ConfigError({
    file,
    line: found[0]?.line ?? 0,
    what: found.map((one, at) => (at === 0 ? one.what : `line ${one.line}: ${one.what}`)).join('; '),
    whatNow: 'correct the file; the commented starter shows every key',
  });
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new ConfigError({
      file,
      line: 0,
      what: 'cannot be read',
      whatNow: 'check the folder, or make one with `closegate init DIR`',
    });
  }
  if (bytes.length > MAX_BYTES) {
    throw new ConfigError({
      file,
      line: 0,
      what: 'is larger than 1 MB',
      whatNow: 'check that it is the right file',
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigError({ file, line: 0, what: 'is not UTF-8 text', whatNow: 'save it as UTF-8' });
  }
}

function plain(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw new ConfigError({ file, line: 0, what: 'uses YAML aliases', whatNow: 'write the values out' });
  }
}

type Path = readonly (string | number)[];

/** An issue as one or more faults, each at the key that is wrong. Of a choice, the branch that came closest. */
function plainly(issue: z.core.$ZodIssue): { path: Path; message: string }[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? '' : part));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: 'is no key that is known here' }));
  }
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ path, message: issue.message }];
  const branches = issue.errors.map((branch) => branch.flatMap(plainly));
  const closest = branches.reduce((best, branch) => (branch.length < best.length ? branch : best));
  return closest.map((one) => ({ ...one, path: [...path, ...one.path] }));
}

/** The line of the deepest key on the path that exists: a missing key is reported at its parent. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: Path): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const part of path) {
    const next: { at: number | undefined; value: unknown } = child(node, part);
    offset = next.at ?? offset;
    if (!isNode(next.value)) break;
    node = next.value;
  }
  return lines.linePos(offset).line;
}

function child(node: Node | null, part: string | number): { at: number | undefined; value: unknown } {
  if (isSeq(node)) {
    const value = node.items[typeof part === 'number' ? part : -1];
    return { at: isNode(value) ? value.range?.[0] : undefined, value };
  }
  if (!isMap(node)) return { at: undefined, value: undefined };
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
  return { at: isScalar(pair?.key) ? pair.key.range?.[0] : undefined, value: pair?.value };
}
