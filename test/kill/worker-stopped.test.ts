import { afterAll, beforeAll, expect, it } from 'vitest';
import { createChance } from './chance.ts';
import { openCrowd } from './crowd.ts';
import { openTown, type Town } from './town.ts';
import { tell, until } from './until.ts';

const STOPPED_MS = 12_000;

let town: Town;
beforeAll(async () => {
  // The supervisor would end a process that is silent for ten seconds: here it shall come back and find its lanes taken.
  town = await openTown({ timings: { silenceMaxMs: 60_000 } });
});
afterAll(() => town.close());

/** Every claim that holds now, by lane and fence. */
const heldClaims = async (): Promise<readonly string[]> => {
  const rows = await town.query(
    `SELECT identity_id || '/' || fence AS claim FROM bot.lane WHERE lease_until > clock_timestamp()`,
  );
  return rows.map(({ claim }) => String(claim));
};

it('a worker that is stopped for 12 s with lanes in its hands writes nothing when it goes on: no answer twice', async () => {
  const chance = createChance();
  const crowd = openCrowd(town.simulator, chance, { size: 80, pauseMaxMs: 500 });
  await until('people talk', () => crowd.said() > 200, 30_000);
  // With the second stopped for a moment, every new claim is the first one's.
  town.kill('work-2', 'SIGSTOP');
  const before = new Set(await heldClaims());
  const newClaims = async (): Promise<number> => (await heldClaims()).filter((claim) => !before.has(claim)).length;
  const isCaught = async (): Promise<boolean> => {
    if ((await newClaims()) === 0) return false;
    town.kill('work-1', 'SIGSTOP');
    if ((await newClaims()) > 0) return true;
    town.kill('work-1', 'SIGCONT');
    return false;
  };
  await until('the first worker is caught with lanes in its hands', isCaught, 20_000);
  const stoppedAt = performance.now();
  const held = await newClaims();
  town.kill('work-2', 'SIGCONT');
  await until('12 s have passed', () => performance.now() - stoppedAt > STOPPED_MS, STOPPED_MS + 5_000);
  town.kill('work-1', 'SIGCONT');
  await crowd.hush();
  await town.lanesDrained(30_000);
  await town.settled(45_000);
  const { messages, repeated } = crowd.check();
  const lost = await town.events('queue.lease_lost');
  tell(
    `stopped with ${held} lanes, seed ${chance.seed}: fenced ${lost.length} times, ${messages} messages answered, ${repeated} sent twice`,
  );
  expect(lost.length).toBeGreaterThan(0);
  expect(repeated).toBe(0);
  expect(town.deaths).toEqual([]);
});
