import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';
import type { Tally } from './tally.ts';

/**
 * Writes one Tally as JSON to the file named by TALLY_FILE. Vitest's own JSON reporter leaves out why a test was skipped
 * and whether an error escaped all tests; both must not pass unseen.
 */
export default function createTallyReporter(): Reporter {
  return {
    onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]) {
      const file = process.env['TALLY_FILE'];
      if (file) writeFileSync(file, JSON.stringify(tallyModules(modules, unhandledErrors.length)));
    },
  };
}

function tallyModules(modules: readonly TestModule[], unhandled: number): Tally {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const states = tests.map((test) => test.result().state);
  const skipped = tests.flatMap((test) => {
    const result = test.result();
    return result.state === 'skipped' ? [{ name: test.fullName, reason: result.note ?? '' }] : [];
  });
  const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  const brokenSuites = suites.filter((suite) => suite.errors().length > 0).length;
  return {
    passed: states.filter((state) => state === 'passed').length,
    failed: states.filter((state) => state === 'failed' || state === 'pending').length + brokenSuites + unhandled,
    skipped,
  };
}
