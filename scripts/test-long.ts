// `npm run test:long`: the kills again, twenty at each point of a payment, with both kinds of core.
import { runParts, testPart } from './parts.ts';
import { endProgramsOnSignals, endStrays } from './run-program.ts';
import { addTallies, closingLine } from './tally.ts';

const HOUR_MS = 3_600_000;
const STRAY_GRACE_MS = 5000;

endProgramsOnSignals();
process.env['KILLS'] = '20';
console.log(`begun ${new Date().toISOString()}`);
const results = await runParts([testPart('kill', HOUR_MS)], 1);
for (const stray of await endStrays(STRAY_GRACE_MS)) console.log(`ended a process that outlived its test: ${stray}`);
const tally = addTallies(results.map(({ tally: each }) => each));
console.log(closingLine(tally));
process.exitCode = tally.failed === 0 ? 0 : 1;
