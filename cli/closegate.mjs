#!/usr/bin/env node
// The installed command: runs cli/main.ts on the project's own Node 24, from whatever folder it is called in.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
// Who reads a log of any length keeps nothing of it: with little room for what is young, memory stays flat.
const flags = JSON.parse(readFileSync(here('node-flags.json'), 'utf8'));
const [, , command = ''] = process.argv;
process.argv.splice(2, 0, ...(Object.hasOwn(flags, command) ? flags[command] : []), here('main.ts'));
await import('../scripts/run.mjs');
