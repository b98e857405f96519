import { defineConfig } from 'vitest/config';
import { findChromium } from './scripts/chromium.ts';

const SECOND = 1000;

/** Two cores: whatever starts programs of its own runs one file at a time. */
function slowProject(name: string, timeoutMs: number, env: Readonly<Record<string, string>> = {}) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      fileParallelism: false,
      testTimeout: timeoutMs,
      hookTimeout: 120 * SECOND,
      teardownTimeout: 30 * SECOND,
      env: { APP_ENV: 'test', TEST_STORES: 'real', ...env },
    },
  };
}

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.{ts,tsx}',
            'scripts/**/*.test.ts',
            'test/*.test.ts',
            'test/properties/**/*.test.ts',
            // Suites of ports that have a stand-in, or need no store: those that need one run in `contracts`.
            'test/contracts/{session-contract,limiter-contract,credex-token-contract,credex-hostile-core,delivery-client}.test.ts',
          ],
          // What PostgreSQL itself must do has no stand-in.
          exclude: ['test/contracts/{database,identity,intake,keys,lanes}*.test.ts'],
          testTimeout: 10 * SECOND,
          env: { APP_ENV: 'test', TEST_STORES: 'standin' },
        },
      },
      slowProject('contracts', 60 * SECOND),
      slowProject('journeys', 120 * SECOND),
      slowProject('kill', 420 * SECOND),
      slowProject('browser', 120 * SECOND, { CHROMIUM_PATH: findChromium() ?? '' }),
    ],
  },
});
