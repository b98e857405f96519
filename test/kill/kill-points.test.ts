import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killAt, killAtP11, WORKERS, type Arm, type Passings } from './arms.ts';
import { createChance } from './chance.ts';
import { openCrowd, type CrowdOptions } from './crowd.ts';
import { openTown, type Town } from './town.ts';
import { tell, until } from './until.ts';

const DEATHS = 10;
/** The passing that a life ends at lies between these. */
const PASSINGS: Passings = { from: 3, to: 12 };
const DRAINED_MS = 30_000;
/** A claim's lease of 13 s, 15 s of waiting for a status, and a machine that is busy. */
const ALL_SENT_MS = 45_000;
/**
 * A doubtful answer is sent once more 28 s after its sender died. Killing ends before, so that none is doubtful twice:
 * that one would be given up, by design.
 */
const SPELL_MS = 20_000;

const FEW: CrowdOptions = { size: 16, pauseMaxMs: 300 };
/** A dead worker holds up those it was busy with: enough others are left for the next to die with, a few at a time. */
const MANY: CrowdOptions = { size: 150, pauseMaxMs: 20_000 };

const DOORS = ['serve-1', 'serve-2'] as const;

let crowds = 0;
/** Deaths while people talk, then quiet until everything is answered; as often as it takes for ten deaths. */
const killManyTimes = async (town: Town, point: string, how: { arm: Arm; crowd: CrowdOptions; spellMs?: number }) => {
  const { arm, spellMs = 60_000 } = how;
  const chance = createChance();
  const sum = { deaths: 0, messages: 0, repeated: 0, lost: 0 };
  while (sum.deaths < DEATHS) {
    const disarm = await arm(town, chance);
    const before = town.deaths.length;
    const died = (): number => town.deaths.length - before;
    let firstDiedAt: number | undefined;
    crowds += 1;
    const crowd = openCrowd(town.simulator, chance, { ...how.crowd, firstNumber: 200 * crowds });
    const isEnough = (): boolean => {
      if (died() > 0) firstDiedAt ??= performance.now();
      return sum.deaths + died() >= DEATHS || performance.now() - (firstDiedAt ?? Infinity) > spellMs;
    };
    await until(`deaths at ${point}`, isEnough, 120_000);
    const deaths = town.deaths.slice(before);
    expect(deaths.map(({ reason }) => reason)).toEqual(deaths.map(() => 'signal'));
    await disarm();
    await crowd.hush();
    const drainedMs = await town.lanesDrained(DRAINED_MS);
    const settledMs = drainedMs + (await town.settled(ALL_SENT_MS));
    const lost = await countLost(town);
    const { messages, repeated } = crowd.check(lost);
    tell(
      `${point}, seed ${chance.seed}: killed ${deaths.length} times, ${messages} messages answered in order, ${lost} lost, ` +
        `${repeated} sent twice; lanes drained in ${Math.round(drainedMs)} ms, all sent in ${Math.round(settledMs)} ms`,
    );
    sum.deaths += deaths.length;
    sum.messages += messages;
    sum.repeated += repeated;
    sum.lost += lost;
  }
  return sum;
};

/** Answers that were doubtful twice and that the program itself gave up, visibly; any other that was not sent is a failure. */
const countLost = async (town: Town): Promise<number> => {
  const gone = await town.query(`DELETE FROM bot.outbox WHERE state <> 'sent' RETURNING state, ambiguities`);
  for (const { state, ambiguities } of gone)
    expect({ state, twice: Number(ambiguities) > 0 }).toEqual({ state: 'undelivered', twice: true });
  return gone.length;
};

describe('killed ten times while people talk', () => {
  let town: Town;
  beforeAll(async () => {
    town = await openTown();
  });
  afterAll(() => town.close());

  it('P2, committed and not yet acknowledged: each message is answered once, in order', async () => {
    expect(await killManyTimes(town, 'P2', { arm: killAt('P2', DOORS, PASSINGS), crowd: FEW })).toMatchObject({
      repeated: 0,
      lost: 0,
    });
  });

  it('P3, just acknowledged: each message is answered once, in order', async () => {
    expect(await killManyTimes(town, 'P3', { arm: killAt('P3', DOORS, PASSINGS), crowd: FEW })).toMatchObject({
      repeated: 0,
      lost: 0,
    });
  });

  it('P10, decided and not yet sent: each message is answered, in order', async () => {
    expect(
      await killManyTimes(town, 'P10', { arm: killAt('P10', WORKERS, PASSINGS), spellMs: SPELL_MS, crowd: MANY }),
    ).toMatchObject({ lost: 0 });
  });

  it('P11, Graph has it and says so by status: each message is answered once, in order', async () => {
    expect(await killManyTimes(town, 'P11', { arm: killAtP11(PASSINGS), crowd: MANY })).toMatchObject({
      repeated: 0,
      lost: 0,
    });
  });
});

describe('killed ten times while Graph sends no status', () => {
  let town: Town;
  beforeAll(async () => {
    town = await openTown({ settings: { statuses: 'none' } });
  });
  afterAll(() => town.close());

  it('P11: each message is answered, in order; the doubtful one once more under the same reference', async () => {
    const { repeated, lost } = await killManyTimes(town, 'P11 without statuses', {
      arm: killAtP11(PASSINGS),
      spellMs: SPELL_MS,
      crowd: MANY,
    });
    expect(lost).toBe(0);
    expect(repeated).toBeGreaterThan(0);
    const sent = Map.groupBy(town.simulator.sent.list(), ({ reference = '' }) => reference);
    expect(Math.max(...[...sent.values()].map((copies) => copies.length))).toBe(2);
    for (const copies of sent.values())
      expect(new Set(copies.map(({ request }) => JSON.stringify(request))).size).toBe(1);
  });
});
