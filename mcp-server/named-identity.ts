// What nobody may say about themselves, letters only.
const ALWAYS = new Set([
  'actor',
  'actorid',
  'actingactor',
  'actingas',
  'actas',
  'impersonate',
  'onbehalfof',
  'principal',
  'principalid',
  'xactorid',
]);
// Words that other vendors' clients put under prefixes of their own, about matters of theirs.
const WITHOUT_PREFIX = new Set(['role', 'roles', 'session', 'sessionid', 'sid', 'sub', 'subject']);
const OURS = 'closegate/';

/** True for a name under which a caller could try to say who they are: `actor_id`, `closegate/session`. */
export function namesIdentity(name: string): boolean {
  const bare = name.toLowerCase().startsWith(OURS) ? name.slice(OURS.length) : name;
  const word = lettersOf(bare.slice(bare.lastIndexOf('/') + 1));
  return ALWAYS.has(word) || (!bare.includes('/') && WITHOUT_PREFIX.has(word));
}

/** The names in a call's `_meta`, nested ones too, under which the caller says who they are. */
export function identityNamedIn(meta: unknown, path = '_meta'): string[] {
  if (typeof meta !== 'object' || meta === null) return [];
  return Object.entries(meta).flatMap(([name, value]) => [
    ...(namesIdentity(name) ? [`${path}.${name}`] : []),
    ...identityNamedIn(value, `${path}.${name}`),
  ]);
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]/g, '');
}
