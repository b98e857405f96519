// `npm test`: everything. The last line is `N passed, N failed` or `N passed, N failed, N skipped`.
import { existsSync } from 'node:fs';
import { provideChromium } from './chromium.ts';
import { gateParts } from './gate.ts';
import { failures, runParts, testPart, type Part } from './parts.ts';
import { endProgramsOnSignals, endStrays } from './run-program.ts';
import { addTallies, closingLine, type Tally } from './tally.ts';

const MINUTE_MS = 60_000;
const STRAY_GRACE_MS = 5000;

/** The suites that start real programs, one after another: two cores, and stores that are measured by time. */
const SUITES: readonly string[] = ['contracts', 'journeys', 'kill'];

async function browserParts(): Promise<{ readonly parts: readonly Part[]; readonly tally: Tally }> {
  if (!existsSync('test/browser')) return notRun('browser', 'there is no test/browser yet', false);
  const chromium = await provideChromium();
  if ('reason' in chromium) return notRun('browser', chromium.reason, process.env['CI'] === 'true');
  return { parts: [testPart('browser', 20 * MINUTE_MS)], tally: failures(0) };
}

function notRun(suite: string, reason: string, isFailure: boolean) {
  console.log(`${suite} tests: not run (${reason})`);
  return { parts: [], tally: failures(isFailure ? 1 : 0) };
}

/** Runs all parts and returns the sum. */
async function runEverything(): Promise<Tally> {
  const gate = await runParts(gateParts(existsSync), 2);
  const present = SUITES.filter((suite) => existsSync(`test/${suite}`));
  const missing = SUITES.filter((suite) => !present.includes(suite));
  missing.forEach((suite) => notRun(suite, `there is no test/${suite} yet`, false));
  const suites = await runParts(
    present.map((suite) => testPart(suite, 30 * MINUTE_MS)),
    1,
  );
  const browser = await browserParts();
  const pages = await runParts(browser.parts, 1);
  return addTallies([...[...gate, ...suites, ...pages].map((result) => result.tally), browser.tally]);
}

endProgramsOnSignals();
const tally = await runEverything();
for (const stray of await endStrays(STRAY_GRACE_MS)) console.log(`ended a process that outlived its test: ${stray}`);
console.log(closingLine(tally));
process.exitCode = tally.failed === 0 ? 0 : 1;
