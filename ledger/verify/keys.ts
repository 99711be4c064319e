import type { AuditKey } from '../audit.ts';

/**
 * Reads `CLOSEGATE_AUDIT_RETIRED_KEYS`: `id:hex,id:hex`, the keys that older rows were signed with.
 * @throws when an entry is not an id and 32 bytes or more in hex; the message does not show the key.
 */
export function retiredKeys(text: string | undefined): AuditKey[] {
  const entries = (text ?? '').split(',').map((entry) => entry.trim());
  return entries
    .filter((entry) => entry !== '')
    .map((entry, at) => {
      const [, id, hex] = /^([^:\s]+):((?:[0-9a-fA-F]{2}){32,})$/.exec(entry) ?? [];
      if (id === undefined || hex === undefined)
        throw new Error(
          `CLOSEGATE_AUDIT_RETIRED_KEYS: entry ${at + 1} is not like id:hex with at least 32 bytes in hex`,
        );
      return { id, secret: Buffer.from(hex, 'hex') };
    });
}
