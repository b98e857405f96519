// Lanes in PostgreSQL: one person at a time, in order, by whoever is free.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMovableClock, type MovableClock } from '../../src/base/clock.ts';
import { newIdentityId } from '../../src/base/id.ts';
import { LEASE_MS } from '../../src/queue/queue.ts';
import { beatLeases, claimLanes, giveBack, readNextReady } from '../../src/queue/store.ts';
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

describe('a claim', () => {
  test('takes the head: the oldest by its own time, then by its id, of what is ready', async () => {
    const who = await world.newLane();
    const now = clock.now();
    await world.keep(who, { atMs: now, label: 'second' });
    await world.keep(who, { atMs: now, label: 'third' });
    await world.keep(who, { atMs: now - 5_000, label: 'first, though it came later' });
    await world.keep(who, { atMs: now - 9_000, readyAtMs: now + 60_000, label: 'a timer that is not due' });
    const order: string[] = [];
    for (let claim = await acts.claimOne(); claim; claim = await acts.claimOne()) {
      order.push(claim.input.body.toString());
      expect(await acts.end(claim)).toBe('committed');
    }
    expect(order).toEqual(['first, though it came later', 'second', 'third']);
    expect(await acts.laneOf(who)).toMatchObject({ pending: 1, tries: 0, is_held: false });
    clock.advance(61_000);
    expect((await acts.claimOne())?.input.body.toString()).toBe('a timer that is not due');
  });

  test('of a lane that is held is had by nobody else, whoever asks', async () => {
    const who = await world.newLane();
    for (let n = 0; n < 5; n += 1) await world.keep(who);
    const rounds = await Promise.all(
      Array.from({ length: 20 }, () => claimLanes(world.database, { kind: 'healthy', limit: 64 }, clock.offsetMs())),
    );
    expect(rounds.flat()).toHaveLength(1);
  });

  test('tells the lane’s session and goes to the lane that was ready first', async () => {
    const [late, early] = [await world.newLane(), await world.newLane()];
    await world.keep(early);
    await world.keep(late);
    await world.database.query(
      "UPDATE bot.lane SET session_ref = 'kept', ready_at = ready_at - interval '1 minute' WHERE identity_id = $1",
      [early],
    );
    expect(await claimLanes(world.database, { kind: 'healthy', limit: 1 }, 0)).toMatchObject([
      { identityId: early, sessionRef: 'kept', tries: 0 },
    ]);
  });

  test('lapses after its lease, and then commits nothing: neither what it did nor its session', async () => {
    const who = await world.newLane();
    await world.keep(who, { label: 'once' });
    const first = await acts.claimOne();
    clock.advance(LEASE_MS - 1_000);
    expect(await acts.claimAny()).toEqual([]);
    clock.advance(1_500);
    const [second] = await acts.claimAny();
    expect(second).toMatchObject({ identityId: who, tries: 1, input: { inputId: first?.input.inputId } });
    expect(await acts.end(first!)).toBe('lapsed');
    expect(await acts.laneOf(who)).toMatchObject({ pending: 1, is_held: true, session_ref: null });
    expect(await acts.end(second!)).toBe('committed');
    expect(await world.done(who)).toEqual(['once']);
    expect(await acts.end(second!)).toBe('lapsed');
  });

  test('that lapsed commits nothing even if nobody took the lane meanwhile', async () => {
    const who = await world.newLane();
    await world.keep(who);
    const claim = await acts.claimOne();
    clock.advance(LEASE_MS + 1);
    expect(await acts.end(claim!)).toBe('lapsed');
    expect(await acts.laneOf(who)).toMatchObject({ pending: 1 });
  });

  test('that lapsed keeps no lease by a late beat, and gives nothing back', async () => {
    const who = await world.newLane();
    await world.keep(who);
    const first = (await acts.claimOne())!;
    clock.advance(LEASE_MS + 1);
    await beatLeases(world.database, [first], clock.offsetMs());
    const [second] = await acts.claimAny();
    expect(second?.identityId).toBe(who);
    await beatLeases(world.database, [first], clock.offsetMs() + 60_000);
    await giveBack(world.database, first, { isTry: false, delayMs: 0, offsetMs: clock.offsetMs() });
    expect(await acts.laneOf(who)).toMatchObject({ is_held: true, tries: 2 });
    expect(await acts.end(second!)).toBe('committed');
  });

  test('is kept by its heartbeat for as long as the turn takes', async () => {
    const who = await world.newLane();
    await world.keep(who);
    const claim = (await acts.claimOne())!;
    for (let beat = 0; beat < 20; beat += 1) {
      clock.advance(LEASE_MS - 2_000);
      await beatLeases(world.database, [claim], clock.offsetMs());
      expect(await acts.claimAny()).toEqual([]);
    }
    expect(await acts.end(claim)).toBe('committed');
  });

  test('counts what it ends, not what it names: an input that had its turn before lowers nothing', async () => {
    const who = await world.newLane();
    for (let n = 0; n < 3; n += 1) await world.keep(who, { label: String(n) });
    const first = (await acts.claimOne())!;
    await acts.end(first);
    const second = (await acts.claimOne())!;
    await acts.end(second, [first.input]);
    expect(await acts.laneOf(who)).toMatchObject({ pending: 1 });
  });

  test('may answer several waiting messages at once', async () => {
    const who = await world.newLane();
    for (let n = 0; n < 3; n += 1) await world.keep(who, { label: String(n) });
    const claim = (await acts.claimOne())!;
    const rest = await world.waiting(claim);
    expect(rest.map(({ body }) => body.toString())).toEqual(['1', '2']);
    await acts.end(claim, rest.slice(0, 1));
    expect(await acts.laneOf(who)).toMatchObject({ pending: 1, session_ref: 'ref' });
    expect((await acts.claimOne())?.input.body.toString()).toBe('2');
  });
});

describe('a message that is kept while a turn ends', () => {
  test('is never forgotten: the lane is ready again, whichever comes first', async () => {
    const who = await world.newLane();
    for (let round = 0; round < 40; round += 1) {
      await world.keep(who, { label: `head ${round}` });
      const claim = (await acts.claimOne())!;
      await Promise.all([world.keep(who, { label: `late ${round}` }), acts.end(claim)]);
      const next = await acts.claimOne();
      expect(next?.input.body.toString()).toBe(`late ${round}`);
      await acts.end(next!);
    }
    expect(await acts.laneOf(who)).toMatchObject({ pending: 0 });
  });

  test('between the claim and the reading of the head: the head is the oldest of what the lock covers', async () => {
    const who = await world.newLane();
    await world.keep(who, { atMs: clock.now() });
    for (let round = 0; round < 30; round += 1) {
      const [[claim]] = await Promise.all([
        claimLanes(world.database, { kind: 'healthy', limit: 1 }, 0),
        world.keep(who, { atMs: clock.now() - 60_000 - round }),
      ]);
      if (!claim) continue;
      await giveBack(world.database, claim, { isTry: false, delayMs: 0, offsetMs: 0 });
    }
    const order: number[] = [];
    for (let claim = await acts.claimOne(); claim; claim = await acts.claimOne()) {
      order.push(claim.input.orderAtMs);
      await acts.end(claim);
    }
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).toHaveLength(31);
  });
});

test('when the next lane is ready is known: its time, or the end of its lease', async () => {
  expect(await readNextReady(world.database, 0)).toBeUndefined();
  const who = newIdentityId();
  await world.newLane(who);
  await world.keep(who, { readyAtMs: clock.now() + 30_000 });
  const wait = await readNextReady(world.database, clock.offsetMs());
  expect(wait).toBeGreaterThan(25_000);
  expect(wait).toBeLessThanOrEqual(30_000);
  clock.advance(31_000);
  await acts.claimOne();
  const lease = await readNextReady(world.database, clock.offsetMs());
  expect(lease).toBeGreaterThan(LEASE_MS - 5_000);
  expect(lease).toBeLessThanOrEqual(LEASE_MS);
});
