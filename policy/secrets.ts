/** Something in a text that looks like a secret. What it says is never repeated. */
export interface Suspect {
  /** Counted from 1. */
  readonly line: number;
  /** What it looks like, as in "a Slack webhook address". */
  readonly looksLike: string;
}

// A policy is read by many and kept for years: a false alarm costs less than a key in it. The first match names it.
// Repetitions are bounded, so that no line can make the search slow.
const SHAPES: readonly (readonly [looksLike: string, shape: RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/g],
  ['a Slack webhook address', /hooks\.slack\.com\S*/gi],
  [
    'a webhook address',
    /(discord(app)?\.com\/api\/webhooks|webhook\.office\.com|https?:\/\/\S{0,200}webhook)\S*/gi,
  ],
  ['an address with a password in it', /[a-z]{2,10}:\/\/[^\s/:@]{0,80}:[^\s/@]{1,80}@\S*/gi],
  ['an API key', /\b(sk|pk|rk)[-_][A-Za-z0-9_-]{8,}/g],
  ['an API key', /\b(AKIA|ASIA)[0-9A-Z]{12,}|\bAIza[\w-]{20,}/g],
  ['an access token', /\b(gh[opusr]_|github_pat_|glpat-|npm_|xox[abeoprs]-)[A-Za-z0-9_-]{8,}/g],
  ['a signed token', /\beyJ[\w-]{6,200}\.[\w-]{6,}(\.[\w-]*)?/g],
  [
    'a password or a key',
    /\b(password|passwd|passphrase|secret|api[_-]?key|auth[_-]?token|token|bearer)\b["']?\s*[:=]\s*["']?[^\s"'#]{6,}/gi,
  ],
  ['a long hexadecimal key', /\b[0-9a-f]{32,}\b/gi],
];

const LONG_TOKEN = /[A-Za-z0-9+/_-]{40,}={0,2}/g;

// Words joined by dashes or slashes are long as well, but do not mix capitals, small letters and digits.
const isKeyLike = (token: string): boolean =>
  /[A-Z]/.test(token) && /[a-z]/.test(token) && /[0-9]/.test(token);

/** The text with everything that looks like a secret taken out. */
export function withoutSecrets(text: string): string {
  const masked = SHAPES.reduce((left, [looksLike, shape]) => left.replace(shape, `[${looksLike}]`), text);
  return masked.replace(LONG_TOKEN, (token) => (isKeyLike(token) ? '[a long base64 key]' : token));
}

/** Lines, comments included, with something that looks like a secret or a webhook address; one finding a line. */
export function secretsIn(text: string): Suspect[] {
  return text.split('\n').flatMap((words, index) => {
    const line = index + 1;
    const shape = SHAPES.find(([, each]) => words.search(each) !== -1);
    if (shape !== undefined) return [{ line, looksLike: shape[0] }];
    const long = (words.match(LONG_TOKEN) ?? []).some(isKeyLike);
    return long ? [{ line, looksLike: 'a long base64 key' }] : [];
  });
}
