import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeLock } from './keeper-lock.ts';
import { identifyProcess } from './processes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keeper-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('of many who take the lock at once exactly one gets it', async () => {
  for (let round = 0; round < 20; round += 1) {
    const taken = (await Promise.all(Array.from({ length: 12 }, () => takeLock(folder)))).filter(Boolean);
    expect(taken).toHaveLength(1);
    await taken[0]?.();
  }
});

test('is refused while its holder runs, and given again after its release', async () => {
  const release = await takeLock(folder);
  expect(await takeLock(folder)).toBeUndefined();
  await release?.();
  expect(await takeLock(folder)).toBeTypeOf('function');
});

test('is taken from a holder whose process is gone, also when another process has its number now', async () => {
  const self = await identifyProcess(process.pid);
  for (const gone of [
    { ...self, pid: 4_194_304 },
    { ...self, startedTicks: '1' },
    { ...self, boot: 'an earlier boot' },
  ]) {
    const highest = Math.max(0, ...(await readdir(folder)).map(Number));
    await writeFile(join(folder, String(highest + 1)), JSON.stringify(gone));
    const release = await takeLock(folder);
    expect(release).toBeTypeOf('function');
    await release?.();
  }
});

test('leaves one file behind, however often it was taken', async () => {
  for (let round = 0; round < 5; round += 1) await (await takeLock(folder))?.();
  expect(await readdir(folder)).toEqual(['5']);
});
