import { monotonicMs, type Clock } from '../base/clock.ts';
import type { Database } from '../base/database.ts';
import { describeError, isPassing } from '../base/fault.ts';
import type { IdentityId } from '../base/id.ts';
import type { NoteEvent } from '../watch/watch.ts';
import { HEARTBEAT_MS, type Claim, type RunTurn } from './queue.ts';
import { beatLeases, claimLanes, findTroubledLane, giveBack } from './store.ts';

/** How many lanes one statement claims, and how many turns one process has under way. */
const CLAIM_MAX = 64;
const IN_FLIGHT_MAX = 160;
/** Least time between two claims: under load they are few and large; the first after a rest comes at once. */
const CLAIM_REST_MS = 10;
/** Wake-ups come by NOTIFY; this is how long a lost one can cost. */
const POLL_MS = 250;
/** How often a worker looks for lanes that were lost too often. */
const TROUBLE_MS = 1_000;

export type LanesDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly noteEvent: NoteEvent;
  readonly runTurn: RunTurn;
  /** Runs the lane alone in a process of its own; resolves when that process has ended, however. */
  readonly isolate: (identityId: IdentityId) => Promise<void>;
  readonly bury: (identityId: IdentityId) => Promise<void>;
};

export type Lanes = {
  readonly start: () => void;
  /** Claims nothing more; resolves when every turn under way has ended. */
  readonly stop: () => Promise<void>;
  readonly wake: () => void;
  readonly inFlight: () => number;
};

export const createLanes = (deps: LanesDeps): Lanes => {
  const { database, clock, noteEvent } = deps;
  /** By claim, not by lane: a turn that outlived its lease may still run beside the one that took its lane again. */
  const held = new Set<Claim>();
  let running = false;
  let alone = false;
  const { wake, sleep, forget, wasWoken } = createNap();
  const rest = createRest(CLAIM_REST_MS);
  let loop: Promise<void> = Promise.resolve();
  let timers: NodeJS.Timeout[] = [];

  const run = async (claim: Claim): Promise<void> => {
    held.add(claim);
    await settleTurn(deps, claim).finally(() => held.delete(claim));
    wake();
  };

  /** A suspect lane runs while nothing else does, so that what it brings down with it is only itself. */
  const runSuspect = async (): Promise<boolean> => {
    const [claim] = await claimLanes(database, { kind: 'suspect' }, clock.offsetMs());
    if (!claim) return false;
    noteEvent('queue.lane_retried', { identityId: claim.identityId, count: claim.tries });
    await run(claim);
    return true;
  };

  const claimOnce = async (): Promise<boolean> => {
    if (alone) {
      alone = false;
      while (held.size > 0) await sleep(POLL_MS);
      // Healthy lanes have their turn between two suspects: nobody waits for another's trouble.
      alone = await runSuspect();
    }
    await rest();
    const limit = Math.max(0, Math.min(CLAIM_MAX, IN_FLIGHT_MAX - held.size));
    const claims = limit === 0 ? [] : await claimLanes(database, { kind: 'healthy', limit }, clock.offsetMs());
    for (const claim of claims) void run(claim);
    return claims.length > 0 || alone;
  };

  const work = async (): Promise<void> => {
    while (running) {
      forget();
      try {
        if (await claimOnce()) continue;
      } catch (error) {
        noteEvent('conversation.dependency_away', { reason: 'database', detail: describeError(error) });
        await sleep(POLL_MS);
      }
      if (!wasWoken()) await sleep(POLL_MS);
    }
  };

  const lookForTrouble = everyOnce(
    createMeetTrouble(deps, () => {
      alone = true;
      wake();
    }),
  );
  const beat = everyOnce(createBeat(deps, held));

  return Object.freeze({
    start: () => {
      running = true;
      timers = [setInterval(beat, HEARTBEAT_MS), setInterval(lookForTrouble, TROUBLE_MS)];
      loop = work();
    },
    stop: async () => {
      running = false;
      wake();
      await loop;
      while (held.size > 0) await sleep(POLL_MS);
      for (const timer of timers) clearInterval(timer);
    },
    wake,
    inFlight: () => held.size,
  });
};

/** Sleeps that a wake-up ends; one that comes while nobody sleeps is remembered until it is forgotten. */
const createNap = () => {
  let woken = false;
  let wakeUp: (() => void) | undefined;
  return {
    wake: (): void => {
      woken = true;
      wakeUp?.();
    },
    sleep: (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    forget: (): void => {
      woken = false;
    },
    wasWoken: () => woken,
  };
};

/** Resolves at the earliest `ms` after it last did. */
const createRest = (ms: number): (() => Promise<void>) => {
  let untilMs = 0;
  return async () => {
    const waitMs = untilMs - monotonicMs();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    untilMs = monotonicMs() + ms;
  };
};

const createBeat =
  ({ database, clock }: LanesDeps, held: ReadonlySet<Claim>): (() => Promise<void>) =>
  async () => {
    if (held.size > 0) await beatLeases(database, [...held], clock.offsetMs());
  };

/** Gives the lane that was lost most often what it needs. */
const createMeetTrouble = (deps: LanesDeps, runAlone: () => void): (() => Promise<void>) => {
  const { database, clock, noteEvent, isolate, bury } = deps;
  let isIsolating = false;
  const isolateAside = (identityId: IdentityId): void => {
    isIsolating = true;
    noteEvent('queue.lane_isolated', { identityId });
    void isolate(identityId)
      .catch(() => undefined)
      .finally(() => {
        isIsolating = false;
      });
  };
  return async () => {
    const lane = await findTroubledLane(database, clock.offsetMs());
    if (!lane) return;
    if (lane.need === 'bury') return bury(lane.identityId);
    if (lane.need === 'isolate' && !isIsolating) isolateAside(lane.identityId);
    // While one runs in its own process, those that need only be alone do not wait for it.
    else runAlone();
  };
};

/** Runs a claim's turn and lets the lane go in whichever way it ended. */
export const settleTurn = async (
  { database, clock, noteEvent, runTurn }: Omit<LanesDeps, 'isolate' | 'bury'>,
  claim: Claim,
): Promise<void> => {
  const offsetMs = clock.offsetMs();
  try {
    const result = await runTurn(claim);
    if (result.outcome === 'lapsed') noteEvent('queue.lease_lost', { identityId: claim.identityId });
    if (result.outcome === 'away')
      await giveBackPatiently(database, claim, { isTry: false, delayMs: result.retryInMs, offsetMs });
  } catch (error) {
    const isTry = !isPassing(error);
    noteEvent(isTry ? 'queue.lane_retried' : 'conversation.dependency_away', {
      identityId: claim.identityId,
      reason: isTry ? 'bug' : 'passing',
      detail: describeError(error),
    });
    await giveBackPatiently(database, claim, { isTry, delayMs: isTry ? 200 * (claim.tries + 1) : 500, offsetMs });
  }
};

/** While PostgreSQL is away a claim cannot be given back; it is tried until the lease would have lapsed anyway. */
const giveBackPatiently = async (
  database: Database,
  claim: Claim,
  how: Parameters<typeof giveBack>[2],
): Promise<void> => {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    try {
      await giveBack(database, claim, how);
      return;
    } catch (error) {
      if (!isPassing(error)) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
};

/** Skips a tick while the last one is still under way, and lets no failure escape: the next tick tries again. */
const everyOnce = (act: () => Promise<void>): (() => void) => {
  let busy = false;
  return () => {
    if (busy) return;
    busy = true;
    act()
      .catch(() => undefined)
      .finally(() => {
        busy = false;
      });
  };
};
