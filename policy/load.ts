import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import canonicalize from 'canonicalize';
import {
  type Document,
  LineCounter,
  type YAMLError,
  isMap,
  isNode,
  isPair,
  isScalar,
  parseDocument,
} from 'yaml';
import type { z } from 'zod';
import { type Finding, codeCoverage, contradictions } from './policy-checks.ts';
import { type PolicyContent, describe, policySchema } from './schema.ts';

/** A policy in force: what was written, what it says, and the hash that names this version. */
export interface Policy {
  readonly fileName: string;
  /** The file's text, verbatim. */
  readonly source: string;
  /** Plain JSON as written; money stays decimal strings of US dollars. Frozen. */
  readonly content: PolicyContent;
  /** {@link policyHash} of the content. */
  readonly hash: string;
}

/** A policy that cannot be used. The message lists every problem, one a line, each with file and line. */
export class PolicyError extends Error {
  override name = 'PolicyError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** A longer text is no policy. */
export const MAX_CHARACTERS = 1_000_000;

/**
 * SHA-256, in hex, over the canonical JSON (RFC 8785) of the content: comments, key order and quoting do not count,
 * every value does.
 */
export function policyHash(policy: Pick<Policy, 'content'>): string {
  const canonical = canonicalize(policy.content);
  if (canonical === undefined) throw new PolicyError(['the policy has no JSON form']);
  return createHash('sha256').update(canonical, 'utf8').digest('hex');
}

/**
 * Reads a policy file.
 * @throws {PolicyError} when it cannot be read or is not a valid policy.
 */
export function loadPolicy(path: string): Policy {
  return parsePolicy(readPolicyText(path), basename(path));
}

/**
 * The text of a policy file, unchecked.
 * @throws {PolicyError} when it cannot be read or is not UTF-8.
 */
export function readPolicyText(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable';
    throw new PolicyError([`${path}: the policy cannot be read (${why})`]);
  }
}

/**
 * Checks the text of a `policy.yaml` (YAML 1.2 core; no aliases, no tags, no duplicate keys, no unknown keys).
 * @param fileName only for messages
 * @throws {PolicyError} with every problem at once.
 */
export function parsePolicy(text: string, fileName: string): Policy {
  if (text.length > MAX_CHARACTERS) {
    throw new PolicyError([`${fileName}: has ${text.length} characters, more than ${MAX_CHARACTERS}`]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.2',
    schema: 'core',
    logLevel: 'error',
  });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    throw new PolicyError(
      faults.map((fault) => `${fileName}:${lines.linePos(fault.pos[0]).line} ${syntax(fault, text)}`),
    );
  }
  const raw = plainJson(document, fileName);
  const parsed = policySchema.safeParse(raw, { error: explain });
  const findings = [...(parsed.error?.issues ?? []).flatMap(findingsOf), ...codeCoverage(raw)];
  if (parsed.success) findings.push(...contradictions(parsed.data));
  if (findings.length > 0 || !parsed.success)
    throw new PolicyError(report(findings, document, lines, fileName));
  const content = deepFreeze(parsed.data);
  return Object.freeze({ fileName, source: text, content, hash: policyHash({ content }) });
}

// For what the schema's own messages do not cover.
const explain: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_value') {
    const found = typeof issue.input === 'string' ? `"${issue.input.slice(0, 60)}"` : describe(issue.input);
    return issue.input === undefined
      ? 'is missing'
      : `must be one of ${issue.values.join(', ')}; found ${found}`;
  }
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.input === undefined) return 'is missing';
  const expected =
    issue.expected === 'array' ? 'a list' : issue.expected === 'string' ? 'text' : 'a block of keys';
  return `must be ${expected}, found ${describe(issue.input)}`;
};

function plainJson(document: Document.Parsed, fileName: string): unknown {
  try {
    // An alias can make a small file expand without end, and would hide a value from the line that uses it.
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw new PolicyError([`${fileName}: uses a YAML alias (*name); write the value out where it applies`]);
  }
}

function findingsOf(issue: z.core.$ZodIssue): Finding[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'is not a key of the policy' }));
  }
  if (issue.code === 'invalid_key') {
    return [
      { path: issue.path, message: `as a key ${issue.issues.map(({ message }) => message).join('; ')}` },
    ];
  }
  return [{ path: issue.path, message: issue.message }];
}

function report(
  findings: readonly Finding[],
  document: Document.Parsed,
  lines: LineCounter,
  fileName: string,
): string[] {
  return findings
    .map(({ path, message }) => ({
      line: lineOf(document, lines, path),
      path: path.map(String).join('.'),
      message,
    }))
    .sort((a, b) => a.line - b.line)
    .map(
      ({ line, path, message }) => `${fileName}:${line} ${path === '' ? '(top level)' : path}: ${message}`,
    );
}

/** The line of the key at a path; for a key that is not there, of the nearest one above it. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!isPair(pair)) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else {
      const item: unknown =
        typeof step === 'number' ? (node as { items?: unknown[] } | null)?.items?.[step] : undefined;
      if (!isNode(item)) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    }
  }
  return lines.linePos(offset).line;
}

function syntax({ code, message, pos }: YAMLError, text: string): string {
  if (code === 'DUPLICATE_KEY') return `${keyAt(text, pos[0])}: stands here a second time; keep one`;
  if (code === 'MULTIPLE_DOCS') return 'begins a second document; a policy is one';
  return (message.split('\n', 1)[0] ?? message).replace(/ at line \d+, column \d+:?$/, '');
}

const keyAt = (text: string, offset: number): string =>
  /^[^:\n]{0,60}/.exec(text.slice(offset))?.[0] ?? 'a key';

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
