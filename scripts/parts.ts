import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram, type ProgramResult } from './run-program.ts';
import { EMPTY_TALLY, type Tally } from './tally.ts';

const MINUTE_MS = 60_000;

/** One part of the gate or of the tests. */
export type Part = {
  readonly name: string;
  readonly run: () => Promise<PartResult>;
};

export type PartResult = { readonly ok: boolean; readonly output: string; readonly tally: Tally };

/** A tool of node_modules, run by the Node that runs us. Its failure counts as one. */
export function toolPart(name: string, script: string, args: readonly string[]): Part {
  return {
    name,
    run: async () => {
      const result = await runNode([`node_modules/${script}`, ...args], {}, 5 * MINUTE_MS);
      return { ok: result.code === 0, output: result.output, tally: failures(result.code === 0 ? 0 : 1) };
    },
  };
}

/** One Vitest project; the counts come from scripts/tally-reporter.ts. */
export function testPart(project: string, timeoutMs: number): Part {
  return {
    name: project,
    run: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tally-'));
      const file = join(folder, 'tally.json');
      const reporters = ['--reporter=default', '--reporter=./scripts/tally-reporter.ts'];
      const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...reporters];
      const result = await runNode(args, { TALLY_FILE: file }, timeoutMs);
      const tally = readTally(file, result.code);
      rmSync(folder, { recursive: true, force: true });
      return { ok: tally.failed === 0, output: result.output, tally };
    },
  };
}

/** Also a failure: no report (it crashed), an exit code without a failed test, a skipped test without a reason. */
function readTally(file: string, exitCode: number): Tally {
  let tally = EMPTY_TALLY;
  try {
    tally = JSON.parse(readFileSync(file, 'utf8')) as Tally;
  } catch {
    return failures(1);
  }
  const failed = tally.failed + tally.skipped.filter(({ reason }) => reason === '').length;
  return { ...tally, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

export function failures(failed: number): Tally {
  return { ...EMPTY_TALLY, failed };
}

function runNode(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<ProgramResult> {
  return runProgram({ command: process.execPath, args, env, timeoutMs });
}

/** Runs parts, at most `width` at a time, and says of each how it went; a part's output is shown only if it failed. */
export async function runParts(parts: readonly Part[], width: number): Promise<readonly (PartResult & Part)[]> {
  const waiting = [...parts];
  const done: (PartResult & Part)[] = [];
  const work = async () => {
    for (let part = waiting.shift(); part; part = waiting.shift()) {
      const startedAt = performance.now();
      const result = await part.run();
      report(part.name, result, performance.now() - startedAt);
      done.push({ ...part, ...result });
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return done;
}

function report(name: string, { ok, output, tally }: PartResult, tookMs: number): void {
  const tests = tally.passed > 0 ? `, ${tally.passed} tests` : '';
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${(tookMs / 1000).toFixed(1)} s${tests})`);
  if (!ok) console.log(output.trimEnd());
  const reasons = Map.groupBy(tally.skipped, ({ reason }) => reason || 'no reason given, which counts as a failure');
  for (const [reason, tests] of reasons) console.log(`       not run: ${tests.length} (${reason})`);
}
