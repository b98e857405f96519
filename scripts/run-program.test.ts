import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { endStrays, runProgram } from './run-program.ts';

const run = (command: string, timeoutMs = 5000) => runProgram({ command: 'bash', args: ['-c', command], timeoutMs });

/** A process that ended but was not yet waited for has no command line. */
const isRunning = (pid: string) => existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';

test('returns the exit code and both outputs', async () => {
  expect(await run('echo out; echo err >&2; exit 3')).toMatchObject({ code: 3, output: 'out\nerr\n' });
});

test('ends a program that takes too long', async () => {
  expect((await run('sleep 60', 100)).code).toBe(124);
});

test('ends what a program leaves behind, in its group and outside', async ({ skip }) => {
  if (process.platform !== 'linux') skip('strays are found through /proc');
  const inside = await run('sleep 60 & echo $!');
  const outside = await run('setsid sleep 60 & echo $!; sleep 0.2');
  const ended = await endStrays(0);
  await expect.poll(() => isRunning(inside.output.trim())).toBe(false);
  await expect.poll(() => isRunning(outside.output.trim())).toBe(false);
  expect(ended.join()).toContain('sleep 60');
});
