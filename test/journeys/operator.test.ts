import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStory, type Story } from './story.ts';
import { openTill } from './till.ts';

// What an operator types, as the real command line, against the database of a world at work.

const CLI = new URL('../../src/main/cli.ts', import.meta.url).pathname;

let story: Story;
let databaseUrl: string;
let dataDir: string;
beforeAll(async () => {
  story = await openStory();
  databaseUrl = story.databaseUrl;
  dataDir = await mkdtemp(join(tmpdir(), 'vimbiso-operator-'));
});
afterAll(async () => {
  await story.close();
  await rm(dataDir, { recursive: true, force: true });
});

const type = (...words: readonly string[]): Promise<{ readonly code: number; readonly said: string }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], APP_ENV: 'test', DATABASE_URL: databaseUrl, OPS_PORT: '0' };
    execFile(process.execPath, [CLI, ...words, '--data', dataDir], { env }, (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, said: stdout.trim() });
    });
  });

it('money stop and money start say what they did, change it once, and are audited', async () => {
  const till = openTill(story);
  expect(await type('money', 'stop')).toEqual({ code: 0, said: 'money is stopped' });
  expect(await type('money', 'stop')).toEqual({ code: 0, said: 'money was stopped already' });
  expect(await story.say('263770000001', '0.1=>263770000002')).toContain('Payments are stopped');
  expect(await type('money', 'start')).toEqual({ code: 0, said: 'money is started' });
  expect(await till.audited('money')).toEqual(['payment.money_stopped', 'payment.money_started']);
});

it('ledger check adds the ledger up, and names what does not', async () => {
  expect(await type('ledger', 'check')).toEqual({ code: 0, said: 'the ledger adds up' });
  const { ledgerDatabase } = story.grounds[0]!;
  await ledgerDatabase.query(
    'CREATE TABLE changed AS SELECT account_id, denomination, securer_id FROM ledger.balance LIMIT 1',
  );
  const shift = (by: number): Promise<unknown> =>
    ledgerDatabase.query(
      `UPDATE ledger.balance b SET receivable_minor = b.receivable_minor + ${String(by)} FROM changed c
       WHERE b.account_id = c.account_id AND b.denomination = c.denomination AND b.securer_id IS NOT DISTINCT FROM c.securer_id`,
    );
  await shift(1);
  const { code, said } = await type('ledger', 'check');
  expect(code).toBe(1);
  expect(said).toContain('do not hold');
  await shift(-1);
  expect((await type('ledger', 'check')).code).toBe(0);
});
