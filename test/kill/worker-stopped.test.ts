import { afterAll, beforeAll, expect, it } from 'vitest';
import { createChance } from './chance.ts';
import { openCrowd } from './crowd.ts';
import { openTown, type Town } from './town.ts';
import { tell, until } from './until.ts';

const STOPPED_MS = 12_000;
/** A lease of 10 s, then lane after lane alone. */
const TAKEN_OVER_MS = 25_000;

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
  const newClaims = async (): Promise<readonly string[]> => (await heldClaims()).filter((claim) => !before.has(claim));
  let held: readonly string[] = [];
  const isCaught = async (): Promise<boolean> => {
    if ((await newClaims()).length === 0) return false;
    town.kill('work-1', 'SIGSTOP');
    held = await newClaims();
    if (held.length > 0) return true;
    town.kill('work-1', 'SIGCONT');
    return false;
  };
  await until('the first worker is caught with lanes in its hands', isCaught, 20_000);
  const stoppedAt = performance.now();
  town.kill('work-2', 'SIGCONT');
  const isTakenOver = async (): Promise<boolean> => {
    const rows = await town.query(
      `SELECT count(*)::int AS taken FROM bot.lane AS l JOIN unnest($1::text[]) AS c(claim)
         ON l.identity_id = split_part(c.claim, '/', 1)::uuid AND l.fence <> split_part(c.claim, '/', 2)::bigint`,
      [held],
    );
    return rows[0]?.['taken'] === held.length;
  };
  await until(
    'the second worker has taken over every lane',
    async () => performance.now() - stoppedAt > STOPPED_MS && (await isTakenOver()),
    TAKEN_OVER_MS,
  );
  town.kill('work-1', 'SIGCONT');
  await crowd.hush();
  await town.lanesDrained(30_000);
  await town.settled(45_000);
  const { messages, repeated } = crowd.check();
  const lost = await town.events('queue.lease_lost');
  const away = await town.events('conversation.dependency_away');
  tell(
    `stopped with ${held.length} lanes, seed ${chance.seed}: all taken over; ${lost.length} turns found their lease lost, ` +
      `${away.length} their connection; ${messages} messages answered in order, ${repeated} sent twice`,
  );
  expect(repeated).toBe(0);
  expect(town.deaths).toEqual([]);
});
