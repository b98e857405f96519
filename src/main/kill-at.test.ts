import { expect, test, vi } from 'vitest';
import { safe, readValues, loopback } from '../../test/support/configuration.ts';
import type { Config } from './config.ts';
import { readKillAt } from './kill-at.ts';

const contextOf = (environment: Config['environment'], killAt?: string) => ({
  args: { words: [], options: { 'kill-at': killAt } },
  config: { environment } as Config,
});

test('there is no kill point where none is asked for', () => {
  expect(readKillAt(contextOf('test'))).toBeUndefined();
});

test('dies at the named passing of the named point, and nowhere else', async () => {
  const die = vi.fn();
  const at = readKillAt(contextOf('test', 'P3:2'), die);
  for (const point of ['P3', 'P2', 'P2', 'P10'] as const) await at?.(point);
  expect(die).not.toHaveBeenCalled();
  await at?.('P3');
  expect(die).toHaveBeenCalledTimes(1);
});

test.each(['development', 'staging', 'production'] as const)('is refused in %s', (environment) => {
  expect(() => readKillAt(contextOf(environment, 'P3:1'))).toThrow('main.kill_point_refused');
});

test('is refused by the configuration that a real production or staging reads', () => {
  for (const values of [safe('production'), loopback]) {
    const read = readValues(values);
    if (!read.ok) throw new Error(read.problems.join('; '));
    const { args } = contextOf('test', 'P3:1');
    expect(() => readKillAt({ args, config: read.config })).toThrow('main.kill_point_refused');
  }
});

test.each(['P3', 'P3:0', 'P3:-1', '3:1', 'P3:1.5', 'P3:1 ', ''])(
  'refuses %j, which names no passing of a point',
  (text) => {
    expect(() => readKillAt(contextOf('test', text))).toThrow('main.kill_point_refused');
  },
);
