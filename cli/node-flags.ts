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

// Buffers come and go beside what stays: whatever of them is larger than this is given back to the system at once, and not
// kept between others until a heap of small pieces can use it. Read by glibc; others pass over it.
const ENVIRONMENT = {
  'workers/close.ts': { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_ARENA_MAX: '2' },
};

/** The same for what is below Node: variables of the process's environment. */
export function memoryEnvironmentOf(entry: string): Readonly<Record<string, string>> {
  return Object.hasOwn(ENVIRONMENT, entry) ? ENVIRONMENT[entry as keyof typeof ENVIRONMENT] : {};
}
