import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { en } from '../../src/conversation/wording/en.ts';
import { openTown, type Town } from './town.ts';
import { tell, until } from './until.ts';

/** Tries, an isolated process for the last of them, and a machine that is busy. */
const BURIED_MS = 90_000;
const DELAY_MAX_MS = 5_000;

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.close());

it('a message that fails every time is tried alone, then apart, then buried; its sender is told, nobody else waits', async () => {
  const { people } = town.simulator;
  const [victim = '', ...others] = Array.from({ length: 9 }, (_, index) => `26377000${6_000 + index}`);
  await Promise.all([victim, ...others].map((who) => people.ask(who, 'hi', { timeoutMs: 20_000 })));

  // Its sealed body is damaged at rest, before a worker sees it.
  for (const role of ['work-1', 'work-2'] as const) town.kill(role, 'SIGSTOP');
  await people.write(victim, 'help');
  const damaged = await town.query(
    `UPDATE bot.input SET body = set_byte(body, length(body) - 1, get_byte(body, length(body) - 1) # 1) WHERE state = 'waiting' RETURNING 1`,
  );
  expect(damaged).toHaveLength(1);
  await people.write(victim, 'about');
  for (const role of ['work-1', 'work-2'] as const) town.kill(role, 'SIGCONT');

  const delays: number[] = [];
  let isOver = false;
  const talk = async (who: string): Promise<void> => {
    while (!isOver) {
      const beganAt = performance.now();
      await people.ask(who, 'help', { timeoutMs: 30_000 });
      delays.push(performance.now() - beganAt);
      await pause(100);
    }
  };
  const talks = others.map(talk);
  const buriedMs = await until(
    'the poison is buried',
    async () => (await town.events('queue.input_buried')).length > 0,
    BURIED_MS,
  );
  isOver = true;
  await Promise.all(talks);
  await town.settled(20_000);

  const bodies = people.inbox(victim).map(({ content }) => ('body' in content ? content.body : ''));
  expect(bodies).toHaveLength(3);
  expect(bodies[1]).toBe(en.gaveUp);
  expect(bodies[2]!.startsWith(en.about)).toBe(true);
  expect(await town.query(`SELECT state, body IS NOT NULL AS kept FROM bot.input WHERE state = 'buried'`)).toEqual([
    { state: 'buried', kept: true },
  ]);
  expect(await town.query(`SELECT event FROM bot.audit_entry WHERE event = 'queue.input_buried'`)).toHaveLength(1);
  expect(await town.events('queue.input_buried')).toHaveLength(1);
  expect((await town.events('queue.lane_isolated')).length).toBeGreaterThan(0);
  expect((await town.events('main.role_started')).some(({ role }) => role === 'lane')).toBe(true);
  expect(town.deaths).toEqual([]);
  const longestMs = Math.max(...delays);
  tell(
    `buried after ${Math.round(buriedMs)} ms; ${delays.length} messages of others meanwhile, the slowest answered in ${Math.round(longestMs)} ms`,
  );
  expect(longestMs).toBeLessThan(DELAY_MAX_MS);
});
