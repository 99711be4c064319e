#!/usr/bin/env node
// The installed command: runs cli/main.ts on the project's own Node 24, from whatever folder it is called in.
import { fileURLToPath } from 'node:url';

process.argv.splice(2, 0, fileURLToPath(new URL('main.ts', import.meta.url)));
await import('../scripts/run.mjs');
