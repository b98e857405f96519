// What is lost is tried again, then alone, then buried; and every lane's counter is what waits in it.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMovableClock, type MovableClock } from '../../src/base/clock.ts';
import { LEASE_MS, TRIES_BEFORE_ISOLATION, TRIES_MAX, type Claim } from '../../src/queue/queue.ts';
import { buryHead, claimLanes, findTroubledLane, giveBack, sweepLanes } from '../../src/queue/store.ts';
import { createLaneActs, openLaneWorld, type LaneActs, type LaneWorld } from './lanes-world.ts';

let world: LaneWorld;
let clock: MovableClock;
let acts: LaneActs;

beforeAll(async () => {
  world = await openLaneWorld();
});
afterAll(() => world?.close());
beforeEach(async () => {
  clock = createMovableClock();
  acts = createLaneActs(world, clock);
  await world.empty();
});
afterEach(() => world.expectTrueCounters());

describe('what counts as a try', () => {
  test('given back for a passing reason it is as if never claimed, and is taken up again when its time comes', async () => {
    const who = await world.newLane();
    await world.keep(who);
    for (let round = 0; round < 20; round += 1) {
      const claim = (await acts.claimOne())!;
      await giveBack(world.database, claim, { isTry: false, delayMs: 500, offsetMs: clock.offsetMs() });
      expect(await acts.laneOf(who)).toMatchObject({ tries: 0, is_held: false, pending: 1 });
      expect(await acts.claimAny()).toEqual([]);
      clock.advance(1_000);
    }
  });

  test('given back for a bug, or lost with its process, it costs one; a committed turn forgives them all', async () => {
    const who = await world.newLane();
    await world.keep(who);
    await world.keep(who);
    await giveBack(world.database, (await acts.claimOne())!, { isTry: true, delayMs: 0, offsetMs: clock.offsetMs() });
    expect(await acts.laneOf(who)).toMatchObject({ tries: 1 });
    await acts.claimAny();
    clock.advance(LEASE_MS + 1);
    expect(await acts.laneOf(who)).toMatchObject({ tries: 2 });
    const [claim] = await acts.claimAny();
    expect(claim).toMatchObject({ tries: 2 });
    await acts.end(claim!);
    expect(await acts.laneOf(who)).toMatchObject({ tries: 0, pending: 1 });
  });

  test('a lane that failed is claimed only alone, from three losses on only by name, from five on not at all', async () => {
    const who = await world.newLane();
    await world.keep(who, { label: 'poison' });
    await world.keep(who, { label: 'after' });
    const healthy = async () => claimLanes(world.database, { kind: 'healthy', limit: 64 }, clock.offsetMs());
    const suspect = async () => claimLanes(world.database, { kind: 'suspect' }, clock.offsetMs());
    const lose = (claim: Claim) =>
      giveBack(world.database, claim, { isTry: true, delayMs: 0, offsetMs: clock.offsetMs() });
    await lose((await healthy())[0]!);
    for (let tries = 1; tries < TRIES_BEFORE_ISOLATION; tries += 1) {
      expect(await healthy()).toEqual([]);
      expect(await findTroubledLane(world.database, clock.offsetMs())).toEqual({ identityId: who, need: 'run alone' });
      const [claim] = await suspect();
      expect(claim).toMatchObject({ tries, input: { body: Buffer.from('poison') } });
      await lose(claim!);
    }
    for (let tries = TRIES_BEFORE_ISOLATION; tries < TRIES_MAX; tries += 1) {
      expect([await healthy(), await suspect()]).toEqual([[], []]);
      expect(await findTroubledLane(world.database, clock.offsetMs())).toEqual({ identityId: who, need: 'isolate' });
      expect(await world.database.transact((tx) => buryHead(tx, who, clock.offsetMs()))).toBeUndefined();
      const claim = await acts.claimOne(who);
      expect(claim).toMatchObject({ tries });
      expect(await findTroubledLane(world.database, clock.offsetMs())).toBeUndefined();
      await lose(claim!);
    }
    expect([await healthy(), await suspect(), await acts.claimOne(who)]).toEqual([[], [], undefined]);
    expect(await findTroubledLane(world.database, clock.offsetMs())).toEqual({ identityId: who, need: 'bury' });

    const buried = await Promise.all(
      Array.from({ length: 5 }, () => world.database.transact((tx) => buryHead(tx, who, clock.offsetMs()))),
    );
    expect(buried.filter(Boolean).map((input) => input?.body.toString())).toEqual(['poison']);
    expect(
      await world.database.query("SELECT state, body IS NOT NULL AS is_kept FROM bot.input WHERE state = 'buried'"),
    ).toEqual([{ state: 'buried', is_kept: true }]);
    const [next] = await healthy();
    expect(next).toMatchObject({ tries: 0, input: { body: Buffer.from('after') } });
    await acts.end(next!);
    expect(await acts.laneOf(who)).toMatchObject({ pending: 0, tries: 0 });
  });

  test('of several the worst is looked after first, and none that is held', async () => {
    const lanes = await Promise.all(
      [1, 4, 2].map(async (tries) => {
        const who = await world.newLane();
        await world.keep(who);
        await world.database.query('UPDATE bot.lane SET tries = $2 WHERE identity_id = $1', [who, tries]);
        return who;
      }),
    );
    expect(await findTroubledLane(world.database, 0)).toMatchObject({ identityId: lanes[1], need: 'isolate' });
    await acts.claimOne(lanes[1]);
    expect(await findTroubledLane(world.database, 0)).toMatchObject({ identityId: lanes[2], need: 'run alone' });
  });
});

describe('the counter', () => {
  test('is what waits, whatever happened in whatever order', async () => {
    const lanes = await Promise.all(Array.from({ length: 6 }, () => world.newLane()));
    let seed = 20_260_101;
    const next = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    const steps: readonly (() => Promise<unknown>)[] = [
      () => world.keep(lanes[next(6)]!, { atMs: clock.now() - next(60_000) }),
      () => world.keep(lanes[next(6)]!, { readyAtMs: clock.now() + next(20_000) }),
      async () => Promise.all((await acts.claimAny()).map((claim) => acts.end(claim))),
      async () =>
        Promise.all(
          (await acts.claimAny()).map((claim) =>
            giveBack(world.database, claim, { isTry: next(2) === 0, delayMs: next(900), offsetMs: clock.offsetMs() }),
          ),
        ),
      () => acts.claimAny(),
      async () => {
        const [claim] = await acts.claimAny();
        if (claim) await acts.end(claim, await world.waiting(claim));
      },
      async () => {
        const trouble = await findTroubledLane(world.database, clock.offsetMs());
        if (trouble?.need === 'bury')
          await world.database.transact((tx) => buryHead(tx, trouble.identityId, clock.offsetMs()));
        if (trouble?.need === 'isolate') await acts.claimOne(trouble.identityId);
      },
      async () => clock.advance(next(12_000)),
    ];
    for (let round = 0; round < 60; round += 1) {
      await Promise.all(Array.from({ length: 4 }, async () => steps[next(steps.length)]?.()));
      await world.expectTrueCounters();
    }
    expect(await sweepLanes(world.database, clock.offsetMs())).toBe(0);
    // And nothing is stuck: given time, every lane is emptied.
    for (let round = 0; round < 3_000; round += 1) {
      clock.advance(11_000);
      const claims = await acts.claimAny();
      await Promise.all(claims.map((claim) => acts.end(claim)));
      await steps[6]?.();
      if ((await world.countWaiting()) === 0) break;
    }
    expect(await world.countWaiting()).toBe(0);
  });

  test.each([
    ['too small', 1],
    ['too large', 7],
    ['none, and so asleep', 0],
  ])('that is %s is mended by the sweep, once', async (_what, pending) => {
    const [who, other] = [await world.newLane(), await world.newLane()];
    for (let n = 0; n < 3; n += 1) await world.keep(who);
    await world.keep(other);
    await world.database.query(
      'UPDATE bot.lane SET pending = $2, ready_at = CASE WHEN $2 > 0 THEN ready_at END WHERE identity_id = $1',
      [who, pending],
    );
    expect(await sweepLanes(world.database, 0)).toBe(1);
    expect(await sweepLanes(world.database, 0)).toBe(0);
    expect(await acts.laneOf(who)).toMatchObject({ pending: 3 });
    expect(await claimLanes(world.database, { kind: 'healthy', limit: 9 }, 0)).toHaveLength(2);
  });

  test('of a lane with nothing in it is mended to none', async () => {
    const who = await world.newLane();
    await world.database.query('UPDATE bot.lane SET pending = 2, ready_at = now() WHERE identity_id = $1', [who]);
    expect(await acts.claimOne()).toBeUndefined();
    expect(await acts.laneOf(who)).toMatchObject({ is_held: false });
    expect(await sweepLanes(world.database, 0)).toBe(1);
    expect(await acts.laneOf(who)).toMatchObject({ pending: 0 });
  });
});
