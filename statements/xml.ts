import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { StatementError } from './statement.ts';

/** An element of a parsed document: only {@link children}, {@link child} and {@link textOf} look inside. */
export type XmlNode = unknown;

const MAX_BYTES = 64_000_000;
const MAX_DEPTH = 60;
const ENCODINGS: ReadonlySet<string> = new Set([
  'utf-8',
  'us-ascii',
  'iso-8859-1',
  'iso-8859-15',
  'windows-1252',
]);

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#text',
  cdataPropName: '#cdata',
  removeNSPrefix: true,
  // Amounts and references with leading zeros must stay text.
  parseTagValue: false,
  parseAttributeValue: false,
  // Entities are decoded below, five of them and no more.
  processEntities: false,
  isArray: (_name, _path, _leaf, isAttribute) => !isAttribute,
});

/**
 * Reads an XML document into a tree of text. No document type, no entities beyond the five of XML itself, no
 * external anything.
 * @returns the root and the document's text, for finding lines.
 * @throws {StatementError} when it is not well-formed, too large, too deep, or in an unknown encoding.
 */
export function parseXml(bytes: Uint8Array, file: string): { root: XmlNode; text: string } {
  const refuse = (line: number, what: string, whatNow: string): StatementError =>
    new StatementError({ file, line, what, whatNow });
  if (bytes.length > MAX_BYTES) throw refuse(0, 'is larger than 64 MB', 'ask the bank for daily files');
  const text = decode(bytes, file);
  const declared = /<!(DOCTYPE|ENTITY)/i.exec(text);
  if (declared !== null) {
    const what = `declares a ${(declared[1] ?? '').toUpperCase()}, which no statement needs`;
    throw refuse(lineOf(text, declared.index), what, 'ask the bank for a plain file');
  }
  // XML 1.0, 2.2: these characters may not occur at all.
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.exec(text);
  if (control !== null)
    throw refuse(lineOf(text, control.index), 'holds control characters', 'ask for the file again');
  checkDepth(text, refuse);
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) {
    throw refuse(
      verdict.err.line,
      `is not well-formed XML: ${verdict.err.msg.slice(0, 200)}`,
      'ask for the file again',
    );
  }
  try {
    return { root: parser.parse(text) as XmlNode, text };
  } catch {
    throw refuse(0, 'is not readable XML', 'ask for the file again');
  }
}

/** The 1-based line on which an offset of a text lies. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** All children of a name, in order. */
export function children(node: XmlNode, name: string): readonly XmlNode[] {
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, name)) return [];
  const found: unknown = Reflect.get(node, name);
  return Array.isArray(found) ? found : [found];
}

/** The first element at a path such as `Acct/Id/IBAN`, or undefined. */
export function child(node: XmlNode, path: string): XmlNode {
  return path.split('/').reduce<XmlNode>((at, name) => children(at, name)[0], node);
}

/** The trimmed text at a path with its entities decoded; null when absent or empty. */
export function textOf(node: XmlNode, path = ''): string | null {
  const at = path === '' ? node : child(node, path);
  const text = raw(at).trim();
  return text === '' ? null : text;
}

/** An attribute's value, or null. */
export function attribute(node: XmlNode, name: string): string | null {
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, `@${name}`)) return null;
  const value: unknown = Reflect.get(node, `@${name}`);
  return typeof value === 'string' ? decodeEntities(value) : null;
}

function raw(node: XmlNode): string {
  if (typeof node === 'string') return decodeEntities(node);
  const text = children(node, '#text').map((part) => (typeof part === 'string' ? decodeEntities(part) : ''));
  // A CDATA section is text as it stands: `&amp;` in it is five characters.
  const cdata = children(node, '#cdata').map((part) => (typeof part === 'string' ? part : ''));
  return [...text, ...cdata].join('');
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** One pass, so that `&amp;lt;` becomes `&lt;` and no further. */
function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/g,
    (whole, hex, dec, name) => {
      if (typeof name === 'string') return NAMED[name] ?? whole;
      const point = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number.parseInt(String(dec), 10);
      const allowed = point === 9 || point === 10 || point === 13 || (point >= 32 && point < 0xd800);
      if (allowed || (point > 0xdfff && point <= 0x10ffff && point !== 0xfffe && point !== 0xffff)) {
        return String.fromCodePoint(point);
      }
      return '\ufffd';
    },
  );
}

function decode(bytes: Uint8Array, file: string): string {
  const head = new TextDecoder('iso-8859-1').decode(bytes.subarray(0, 200));
  const declared =
    /<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(head)?.[1]?.toLowerCase() ?? 'utf-8';
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const encoding = utf16 ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : declared;
  if (!utf16 && !ENCODINGS.has(encoding)) {
    const what = `is declared to be in encoding ${encoding.slice(0, 40)}, which is not read here`;
    throw new StatementError({ file, line: 1, what, whatNow: 'ask the bank for UTF-8' });
  }
  try {
    return new TextDecoder(encoding === 'us-ascii' ? 'utf-8' : encoding, { fatal: true }).decode(bytes);
  } catch {
    const what = `holds bytes that are not ${encoding}`;
    throw new StatementError({ file, line: 0, what, whatNow: 'ask for the file again' });
  }
}

/**
 * Counts open elements before any parser builds a tree of them. Jumps by `indexOf`, because a pattern would start
 * over at each of a million comments that never end.
 */
function checkDepth(
  text: string,
  refuse: (line: number, what: string, whatNow: string) => StatementError,
): void {
  let depth = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    const [open, end] = text.startsWith('<!--', at)
      ? ['<!--', '-->']
      : text.startsWith('<![CDATA[', at)
        ? ['<![CDATA[', ']]>']
        : ['<', '>'];
    const close = text.indexOf(end, at + open.length);
    if (close < 0)
      throw refuse(lineOf(text, at), 'is not well-formed XML: it breaks off', 'ask for the file again');
    const element = open === '<' && text[at + 1] !== '?' && text[at + 1] !== '!';
    if (element && text[close - 1] !== '/') depth += text[at + 1] === '/' ? -1 : 1;
    if (depth > MAX_DEPTH) {
      throw refuse(
        lineOf(text, at),
        `is nested more than ${MAX_DEPTH} elements deep`,
        'ask for a plain file',
      );
    }
    at = close + end.length;
  }
}
