import type { Json } from '../canonical.ts';

// What stands in an event's bytes alone, as a table for people must say it. The bytes are what counts.
type Detail = Readonly<Record<string, Json | undefined>>;

function detailOf(bytes: Buffer): Detail {
  try {
    const event = JSON.parse(bytes.toString('utf8')) as { readonly detail?: Detail } | null;
    return event?.detail ?? {};
  } catch {
    return {}; // Bytes that are no JSON any more were edited: verifying says so.
  }
}

/** The exchange rates behind an event's amounts: `EUR/USD 1.1498 (ECB 2026-03-31)`. */
export function ratesOf(bytes: Buffer): string {
  // Most events have none; those are not parsed.
  if (!bytes.includes('"rates')) return '';
  const { rates, rates_digest: digest } = detailOf(bytes);
  if (Array.isArray(rates)) return rates.map(rateInWords).join('; ');
  const { count, digest: hash } = (digest ?? {}) as { readonly count?: string; readonly digest?: string };
  return hash === undefined ? '' : `${count ?? ''} rates, SHA-256 ${hash}`;
}

function rateInWords(entry: Json): string {
  const said = (entry ?? {}) as Readonly<Record<string, Json | undefined>>;
  const word = (name: string) => (typeof said[name] === 'string' ? said[name] : '?');
  const since = said['corrected_since_import'] === true ? ', corrected since the import' : '';
  return `${word('from')}/${word('to')} ${word('rate')} (${word('source')} ${word('date')}${since})`;
}

/** What a recovery sweep was and found. */
export function sweepOf(bytes: Buffer): Readonly<Record<string, unknown>> {
  const { trigger, runs, orphans } = detailOf(bytes);
  const found = Array.isArray(orphans) ? (orphans as { run?: string; finding?: string }[]) : [];
  return {
    trigger,
    runs,
    orphans: found.map(({ run, finding }) => `${run ?? ''}: ${finding ?? ''}`).join('; '),
  };
}
