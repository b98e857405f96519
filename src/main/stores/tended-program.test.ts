import { expect, test, vi } from 'vitest';
import type { Program, StopHow } from './program.ts';
import { tendProgram } from './tended-program.ts';

type Fake = Program & { readonly die: () => void };

/** Programs that live until killed or stopped; `failures` launches fail first. */
const createFakes = () => {
  const launched: Fake[] = [];
  const state = { failures: 0, alive: 0, aliveMax: 0 };
  const launch = async (): Promise<Program> => {
    if (state.failures > 0) {
      state.failures -= 1;
      throw new Error('no memory');
    }
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    state.alive += 1;
    state.aliveMax = Math.max(state.aliveMax, state.alive);
    const die = () => {
      state.alive -= 1;
      resolve();
    };
    const fake = { pid: launched.length + 1, ended, die, stop: vi.fn(async (_how: StopHow) => die()) };
    launched.push(fake);
    return fake;
  };
  return { launched, state, launch };
};

test('a program that ends by itself is started again, and the holders are told', async () => {
  const { launched, launch } = createFakes();
  const note = vi.fn();
  const tended = tendProgram({ name: 'Redis', launch, note });
  await tended.start();
  launched[0]?.die();
  await vi.waitFor(() => expect(tended.pid()).toBe(2));
  expect(note.mock.calls).toEqual([['Redis ended by itself: starting it again']]);
});

test('is tried again until it starts', async () => {
  const { launched, launch, state } = createFakes();
  const tended = tendProgram({ name: 'Redis', launch, note: () => undefined });
  await tended.start();
  state.failures = 3;
  launched[0]?.die();
  await vi.waitFor(() => expect(tended.pid()).toBe(2), { timeout: 3_000 });
});

test('stays stopped once stopped', async () => {
  const { launched, launch, state } = createFakes();
  const tended = tendProgram({ name: 'Redis', launch, note: () => undefined });
  await tended.start();
  await tended.stop('fast');
  expect(launched[0]?.stop).toHaveBeenCalledWith('fast');
  await new Promise(setImmediate);
  expect([launched.length, state.alive, tended.pid()]).toEqual([1, 0, undefined]);
});

test('never runs twice, however starts and stops overlap', async () => {
  const { launch, state } = createFakes();
  const tended = tendProgram({ name: 'Redis', launch, note: () => undefined });
  await Promise.all([tended.start(), tended.start(), tended.stop('fast'), tended.start(), tended.start()]);
  expect([state.alive, state.aliveMax]).toEqual([1, 1]);
});

test('tells the one who starts it why it does not start', async () => {
  const { launch, state } = createFakes();
  state.failures = 1;
  const tended = tendProgram({ name: 'Redis', launch, note: () => undefined });
  await expect(tended.start()).rejects.toThrow('no memory');
});
