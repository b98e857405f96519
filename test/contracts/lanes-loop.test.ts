// The loop that works the lanes, several at once on one PostgreSQL, as several processes would.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMovableClock, type MovableClock } from '../../src/base/clock.ts';
import { Fault } from '../../src/base/fault.ts';
import type { IdentityId } from '../../src/base/id.ts';
import { createLanes, settleTurn, type Lanes, type LanesDeps } from '../../src/queue/lanes.ts';
import { HEARTBEAT_MS, LEASE_MS, type Claim, type RunTurn } from '../../src/queue/queue.ts';
import { buryHead, claimLanes } from '../../src/queue/store.ts';
import { until } from '../support/doors.ts';
import { commitTurn, openLaneWorld, type LaneWorld } from './lanes-world.ts';

let world: LaneWorld;
let clock: MovableClock;
let noted: string[];
let running: Lanes[];

beforeAll(async () => {
  world = await openLaneWorld();
});
afterAll(() => world?.close());
beforeEach(async () => {
  clock = createMovableClock();
  noted = [];
  running = [];
  await world.empty();
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(running.map((lanes) => lanes.stop()));
  await world.expectTrueCounters();
});

const commit: RunTurn = async (claim) => ({
  outcome: await commitTurn(world.database, { claim, inputs: [claim.input], sessionRef: null }, clock.offsetMs()),
});
const depsOf = (runTurn: RunTurn, more: Partial<LanesDeps> = {}): LanesDeps => ({
  database: world.database,
  clock,
  noteEvent: (event, fields) => void noted.push(`${event} ${fields?.reason ?? ''}`.trim()),
  runTurn,
  isolate: async (identityId) => {
    const [claim] = await claimLanes(world.database, { kind: 'named', identityId }, clock.offsetMs());
    if (claim) await settleTurn(depsOf(runTurn), claim);
  },
  bury: async (identityId) => {
    await world.database.transact((tx) => buryHead(tx, identityId, clock.offsetMs()));
  },
  ...more,
});
const startLanes = (runTurn: RunTurn, more: Partial<LanesDeps> = {}): Lanes => {
  const lanes = createLanes(depsOf(runTurn, more));
  running.push(lanes);
  lanes.start();
  return lanes;
};
const untilEmpty = (withinMs = 20_000) => until(async () => expect(await world.countWaiting()).toBe(0), withinMs);
const triesOf = async (identityId: IdentityId) =>
  (await world.database.query<{ tries: number }>('SELECT tries FROM bot.lane WHERE identity_id = $1', [identityId]))[0]
    ?.tries;

test('three loops, fifty people: each person strictly in order and one at a time, nothing lost, nothing twice', async () => {
  const people = await Promise.all(Array.from({ length: 50 }, () => world.newLane()));
  const base = clock.now() - 600_000;
  const keepSome = (round: number) =>
    Promise.all(
      people.map((who, index) => world.keep(who, { atMs: base + round * 1_000, label: `${round}/${index}` })),
    );
  for (let round = 0; round < 4; round += 1) await keepSome(round);
  const under = new Map<IdentityId, number>();
  let overlaps = 0;
  const runTurn: RunTurn = async (claim) => {
    under.set(claim.identityId, (under.get(claim.identityId) ?? 0) + 1);
    if (under.get(claim.identityId) !== 1) overlaps += 1;
    await new Promise((resolve) => setImmediate(resolve));
    const outcome = await commit(claim);
    under.set(claim.identityId, (under.get(claim.identityId) ?? 1) - 1);
    return outcome;
  };
  for (let n = 0; n < 3; n += 1) startLanes(runTurn);
  for (let round = 4; round < 8; round += 1) await keepSome(round);
  await untilEmpty();
  expect(overlaps).toBe(0);
  for (const [index, who] of people.entries())
    expect(await world.done(who)).toEqual(Array.from({ length: 8 }, (_, round) => `${round}/${index}`));
});

test('a slow person keeps nobody waiting', async () => {
  const [slow, quick] = [await world.newLane(), await world.newLane()];
  const held = Promise.withResolvers<void>();
  await world.keep(slow);
  for (let n = 0; n < 5; n += 1) await world.keep(quick, { label: String(n) });
  startLanes(async (claim) => {
    if (claim.identityId === slow) await held.promise;
    return commit(claim);
  });
  await until(async () => expect(await world.done(quick)).toHaveLength(5));
  expect(await world.done(slow)).toEqual([]);
  held.resolve();
  await untilEmpty();
});

describe('a turn that fails', () => {
  test('for a passing reason costs no try, however often, and is done when the reason has passed', async () => {
    const who = await world.newLane();
    await world.keep(who, { label: 'patient' });
    let isAway = true;
    let failures = 0;
    startLanes(async (claim) => {
      if (!isAway) return commit(claim);
      failures += 1;
      expect(claim.tries).toBe(0);
      if (failures % 2 === 0) return { outcome: 'away', retryInMs: 0 };
      throw new Fault('credex.core_away', { retry: 'later' });
    });
    await until(async () => {
      clock.advance(1_000);
      expect(failures).toBeGreaterThan(7);
    });
    isAway = false;
    await untilEmpty();
    expect(await world.done(who)).toEqual(['patient']);
    expect(noted.filter((event) => event.startsWith('queue.'))).toEqual([]);
  });

  test.each([
    ['a bug', new Error('263770001234 said something')],
    ['a fault that never passes', new Fault('security.key_unreadable', { retry: 'never' })],
  ])('for %s costs a try, and its words stay out of the log', async (_what, error) => {
    const who = await world.newLane();
    await world.keep(who);
    const [claim] = await claimLanes(world.database, { kind: 'healthy', limit: 1 }, 0);
    const details: unknown[] = [];
    await settleTurn(
      { ...depsOf(() => Promise.reject(error)), noteEvent: (_event, fields) => void details.push(fields) },
      claim!,
    );
    expect(await triesOf(who)).toBe(1);
    expect(JSON.stringify(details)).not.toContain('263770001234');
    expect(details).toMatchObject([{ reason: 'bug' }]);
  });

  test('again and again runs alone, then in a process of its own, then is buried, and its lane goes on; the others never wait for it', async () => {
    const [sick, well] = [await world.newLane(), await world.newLane()];
    await world.keep(sick, { label: 'poison' });
    await world.keep(sick, { label: 'after' });
    const isolated: IdentityId[] = [];
    const buried: IdentityId[] = [];
    let companions = 0;
    const runTurn: RunTurn = async (claim) => {
      if (claim.input.body.toString() !== 'poison') return commit(claim);
      if (claim.tries > 0 && claim.tries < 3 && running[0] && running[0].inFlight() > 1) companions += 1;
      throw new Error('poison');
    };
    const deps = depsOf(runTurn);
    startLanes(runTurn, {
      isolate: (identityId) => {
        isolated.push(identityId);
        return deps.isolate(identityId);
      },
      bury: (identityId) => {
        buried.push(identityId);
        return deps.bury(identityId);
      },
    });
    await until(async () => {
      clock.advance(500);
      await world.keep(well, { label: 'well' });
      expect(await world.done(sick)).toEqual(['after']);
    }, 30_000);
    await untilEmpty();
    expect(isolated).toEqual([sick, sick]);
    expect(buried).toEqual([sick]);
    expect(companions).toBe(0);
    expect(
      await world.database.query("SELECT convert_from(body, 'UTF8') AS label FROM bot.input WHERE state = 'buried'"),
    ).toEqual([{ label: 'poison' }]);
  });
});

describe('a lease', () => {
  test('of a process that died is over after 10 s: the lane is taken up again, at the price of a try', async () => {
    const who = await world.newLane();
    await world.keep(who, { label: 'survivor' });
    const [dead] = await claimLanes(world.database, { kind: 'healthy', limit: 1 }, 0);
    expect(dead?.identityId).toBe(who);
    const seen: number[] = [];
    startLanes(async (claim) => {
      seen.push(claim.tries);
      return commit(claim);
    });
    clock.advance(LEASE_MS + 500);
    await untilEmpty();
    expect(seen).toEqual([1]);
    expect(await commit(dead!)).toEqual({ outcome: 'lapsed' });
    expect(await world.done(who)).toEqual(['survivor']);
  });

  /** Heartbeats come by interval; this test is the interval. */
  const beatNow = async (who: IdentityId) => {
    const leaseOf = async () =>
      (
        await world.database.query<{ lease_until: Date }>('SELECT lease_until FROM bot.lane WHERE identity_id = $1', [
          who,
        ])
      )[0]?.lease_until.getTime() ?? 0;
    const before = await leaseOf();
    vi.advanceTimersByTime(HEARTBEAT_MS);
    await until(async () => expect(await leaseOf()).toBeGreaterThan(before));
  };

  test('of a turn that takes long is kept by the heartbeat', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const who = await world.newLane();
    await world.keep(who);
    const held = Promise.withResolvers<void>();
    const claims: Claim[] = [];
    const runTurn: RunTurn = async (claim) => {
      claims.push(claim);
      await held.promise;
      return commit(claim);
    };
    startLanes(runTurn);
    startLanes(runTurn);
    await until(async () => expect(claims).toHaveLength(1));
    for (let beat = 0; beat < 6; beat += 1) {
      clock.advance(LEASE_MS - 3_000);
      await beatNow(who);
    }
    held.resolve();
    await untilEmpty();
    expect(claims).toHaveLength(1);
  });

  test('that lapsed and was taken again by the same process is kept for the new turn, also when the old one ends', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const who = await world.newLane();
    await world.keep(who);
    const turns: { readonly claim: Claim; readonly end: () => void }[] = [];
    const lanes = startLanes(async (claim) => {
      const held = Promise.withResolvers<void>();
      turns.push({ claim, end: held.resolve });
      await held.promise;
      return commit(claim);
    });
    await until(async () => expect(turns).toHaveLength(1));
    clock.advance(LEASE_MS + 500);
    // The lane costs a try now; as healthy again it is claimed beside the turn that still runs.
    await world.database.query('UPDATE bot.lane SET tries = 0 WHERE identity_id = $1', [who]);
    await until(async () => expect(turns).toHaveLength(2));
    turns[0]?.end();
    await until(async () => expect(noted).toContain('queue.lease_lost'));
    expect(lanes.inFlight()).toBe(1);
    for (let beat = 0; beat < 3; beat += 1) {
      clock.advance(LEASE_MS - 3_000);
      await beatNow(who);
    }
    turns[1]?.end();
    await untilEmpty();
    expect(turns).toHaveLength(2);
    expect(await world.done(who)).toEqual(['x']);
  });
});

test('a wake-up between the look and the sleep is not lost: what is kept is taken up at once', async () => {
  const who = await world.newLane();
  const lanes = startLanes(commit);
  const stop = await world.database.listen('lane', lanes.wake);
  for (let round = 0; round < 50; round += 1) {
    await world.keep(who, { label: String(round) });
    await until(async () => expect(await world.countWaiting()).toBe(0), 2_000);
  }
  await stop();
  expect(await world.done(who)).toHaveLength(50);
});

test('a loop that is stopped claims nothing more and ends when its turns have', async () => {
  const who = await world.newLane();
  await world.keep(who, { label: 'one' });
  await world.keep(who, { label: 'two' });
  const held = Promise.withResolvers<void>();
  const lanes = startLanes(async (claim) => {
    await held.promise;
    return commit(claim);
  });
  await until(async () => expect(lanes.inFlight()).toBe(1));
  let isStopped = false;
  const stopped = lanes.stop().then(() => (isStopped = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isStopped).toBe(false);
  held.resolve();
  await stopped;
  expect(lanes.inFlight()).toBe(0);
  expect(await world.done(who)).toEqual(['one']);
});
