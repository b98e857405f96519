import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

const folder = mkdtempSync(join(tmpdir(), 'vimbiso-lifecycle-'));
const program = join(folder, 'top.mjs');
writeFileSync(
  program,
  `const { beginLifecycle } = await import('${new URL('./lifecycle.ts', import.meta.url).href}');
   const say = (line) => console.log(line);
   const isSlow = process.argv.includes('slow');
   const life = beginLifecycle({ role: 'top', log: say, noteEvent: say, parent: undefined, isRunByNpm: process.argv.includes('npm') });
   life.onStop(async () => say('second'));
   life.onStop(async () => { say('first'); if (isSlow) await new Promise(() => undefined); });
   const open = setInterval(() => undefined, 1_000);
   say('pid ' + process.pid);
   const code = await life.ended;
   process.exit(code);`,
);

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const begin = (command: string, args: readonly string[]) => {
  const handle = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(handle);
  let text = '';
  const waiting: (() => void)[] = [];
  handle.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    for (const look of waiting) look();
  });
  const closed = new Promise<number | null>((resolve) => handle.once('close', resolve));
  const said = (part: string) =>
    new Promise<void>((resolve) => {
      const look = (): void => {
        if (text.includes(part)) resolve();
      };
      waiting.push(look);
      look();
    });
  return { handle, closed, said, lines: () => text.split('\n').filter(Boolean) };
};

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'drains on %s, last begun first, and ends with 0',
  async (signal) => {
    const { handle, closed, said, lines } = begin(process.execPath, [program]);
    await said('pid');
    handle.kill(signal);
    expect(await closed).toBe(0);
    expect(lines().slice(2)).toEqual(['first', 'second', 'main.role_stopped']);
  },
);

test('one Ctrl-C that arrives twice is one; a later one ends at once', async () => {
  const { handle, closed, said, lines } = begin(process.execPath, [program, 'slow']);
  await said('pid');
  handle.kill('SIGINT');
  handle.kill('SIGINT');
  await said('first');
  const timer = setInterval(() => handle.kill('SIGINT'), 100);
  expect(await closed).toBe(130);
  clearInterval(timer);
  expect(lines().filter((line) => line === 'first')).toHaveLength(1);
});

test('ends when npm’s shell, which passes no signal on, is gone', async () => {
  const { handle, closed, said, lines } = begin('sh', ['-c', `'${process.execPath}' '${program}' npm; true`]);
  await said('pid');
  handle.kill('SIGTERM');
  await said('main.role_stopped');
  await closed;
  expect(lines().slice(2)).toEqual(['first', 'second', 'main.role_stopped']);
});
