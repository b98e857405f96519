// `npm run check`: the fast gate, the same here and wherever changes are merged.
import { existsSync } from 'node:fs';
import { gateParts } from './gate.ts';
import { runParts } from './parts.ts';
import { endProgramsOnSignals, endStrays } from './run-program.ts';

endProgramsOnSignals();
const startedAt = performance.now();
const results = await runParts(gateParts(existsSync), 2);
await endStrays(2000);
const failed = results.filter((result) => !result.ok).map((result) => result.name);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
console.log(
  failed.length === 0 ? `check passed in ${seconds} s` : `check failed in ${seconds} s: ${failed.join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
