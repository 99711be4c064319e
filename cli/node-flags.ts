import flags from './node-flags.json' with { type: 'json' };

/**
 * How Node is to use memory where very much goes through it, by command or by a process's entry. `closegate audit` keeps
 * nothing of what it reads. The close worker holds the lines that are left of a month while it matches them: a heap that
 * grows in small steps stays half as large, and while the database is busy beside it the young are collected faster by one
 * thread than by several that wait for each other.
 */
export function nodeFlagsOf(entry: string): readonly string[] {
  return Object.hasOwn(flags, entry) ? flags[entry as keyof typeof flags] : [];
}
