import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messagesBody } from '../support/webhooks.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createChance } from './chance.ts';
import { openCrowd } from './crowd.ts';
import { openTown, type Town } from './town.ts';
import { tell, until } from './until.ts';

/** "Within a second" and "within 5 s", and what a busy machine adds. */
const REFUSED_MS = 1_000 + 500;
const ACCEPTS_MS = 5_000;
const DRAINED_MS = 30_000;
const AWAY_MS = 3_000;

let town: Town;
beforeAll(async () => {
  town = await openTown({ environment: { WHATSAPP_PHONE_NUMBER_ID: '100000000000001' } });
});
afterAll(() => town.close());

type Probe = { readonly status: number; readonly tookMs: number; readonly endedAt: number };

let probes = 0;
/** A new message of somebody outside of the crowd, tried once at one door. */
const probe = async (door: string): Promise<Probe> => {
  const startedAt = performance.now();
  probes += 1;
  const body = messagesBody({
    wamid: `wamid.probe-${probes}`,
    atMs: systemClock.now(),
    from: { phone: '263770009999' },
  });
  const { status } = await town.simulator.webhooks.postOnce(body, { url: `${door}/bot/webhook` });
  return { status, tookMs: performance.now() - startedAt, endedAt: performance.now() };
};

/** Takes PostgreSQL away while people talk, and brings it back. */
const interrupt = async (how: string, takeAway: () => Promise<unknown>, bringBack: () => Promise<unknown>) => {
  const chance = createChance();
  const crowd = openCrowd(town.simulator, chance, { size: 24, firstNumber: 5_000 + 100 * probes, pauseMaxMs: 300 });
  await until('people talk', () => crowd.said() > 60, 30_000);
  await takeAway();
  const goneAt = performance.now();
  const refused: Probe[] = [];
  while (performance.now() - goneAt < AWAY_MS) refused.push(...(await Promise.all(town.doors.map(probe))));
  await bringBack();
  const backAt = performance.now();
  for (const door of town.doors)
    await until(`${door} accepts`, async () => (await probe(door)).status === 200, ACCEPTS_MS);
  const acceptedMs = performance.now() - backAt;
  await until('people talk on', async () => crowd.said() > 200, 30_000);
  await crowd.hush();
  const hushedAt = performance.now();
  const drainedMs = await town.lanesDrained(DRAINED_MS);
  await town.settled(DRAINED_MS + 15_000);
  const { messages, repeated } = crowd.check();
  tell(
    `PostgreSQL ${how}, seed ${chance.seed}: refused within ${Math.round(Math.max(0, ...refused.map(({ tookMs }) => tookMs)))} ms, ` +
      `accepted ${Math.round(acceptedMs)} ms after its return; ${messages} messages answered in order, ${repeated} sent twice ` +
      `under one reference; lanes drained in ${Math.round(drainedMs)} ms, all sent in ${Math.round(performance.now() - hushedAt)} ms`,
  );
  expect(town.deaths).toEqual([]);
  return { refused };
};

describe('PostgreSQL taken away while people talk: refused at once, taken up again, everybody answered in order', () => {
  it.each(['fast', 'immediate'] as const)('stopped (%s) and started', async (how) => {
    const { refused } = await interrupt(how, () => town.control.stopPostgres(how), town.control.startPostgres);
    expect(refused.length).toBeGreaterThan(0);
    for (const { status, tookMs } of refused) {
      expect(status).toBe(503);
      expect(tookMs).toBeLessThan(REFUSED_MS);
    }
  });

  it.each(['fast', 'immediate'] as const)('restarted at once (%s)', async (how) => {
    await interrupt(
      `restarted, ${how}`,
      () => town.control.restartPostgres(how),
      async () => undefined,
    );
  });

  it('killed by SIGKILL', async () => {
    await interrupt(
      'killed',
      async () => process.kill((await town.control.processes()).postgres!, 'SIGKILL'),
      () =>
        until(
          'PostgreSQL is back',
          () =>
            town.query('SELECT 1').then(
              () => true,
              () => false,
            ),
          20_000,
        ),
    );
  });
});
