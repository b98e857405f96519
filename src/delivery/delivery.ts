/*
 * The delivery room: answers leave.
 * Arrives: outbox rows, kept by a turn's commit (`keepReplies`), sealed. Leaves: one POST to the Graph API each, in the
 * order of their recipient, at the pace of the pair and of the business number; a mark on the row; events.
 * Promises: a row is marked before it is sent, so that a dead sender leaves an ambiguous row and never a silent repeat;
 * an ambiguous row waits 15 s for its status, is sent once more under the same reference, and then is undelivered,
 * visibly. A receipt is never dropped; a prompt may expire or be superseded. While Graph takes nothing from us, nothing
 * is lost. Many processes share the work. Will not do: choose words, write templates, read statuses (intake folds them).
 */
import { monotonicMs, type Clock } from '../base/clock.ts';
import type { Database } from '../base/database.ts';
import type { KeyStore } from '../security/store.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { NoteEvent } from '../watch/watch.ts';
import { createBreaker } from './breaker.ts';
import { createClaimStore, type Claim } from './claim-store.ts';
import type { SendClient } from './graph/graph-client.ts';
import { CLAIM_MAX, POLL_MS, SENDS_IN_FLIGHT_MAX } from './limits.ts';
import { createMarkStore } from './mark-store.ts';
import { pairPace, sendPace } from './pacing.ts';
import { createSendOne } from './send-one.ts';
import { createSleeper } from './sleeper.ts';

/** P10: committed as `sending`, not yet sent. P11: Graph has received (named by a fake). P12: Graph has replied, not yet marked. */
export type DeliveryPoint = 'P10' | 'P11' | 'P12';

export type DeliveryDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: KeyStore;
  /** Where rows of route `graph` go, and those of route `simulator` where no simulator is given. */
  readonly graph: SendClient;
  readonly simulator?: SendClient;
  /** The keyed hash under which intake looks a wamid up. */
  readonly hashWamid: (wamid: string) => Buffer;
  readonly noteEvent: NoteEvent;
  readonly metrics: Pick<Metrics, 'observe' | 'setGauge'>;
  readonly limits: { readonly pairPerMinute: number; readonly pairBurst: number; readonly sendPerSecond: number };
  /** A number in [0, 1), for jitter. */
  readonly chance: () => number;
  readonly at?: (point: DeliveryPoint) => Promise<void> | void;
  readonly inFlightMax?: number;
};

export type Delivery = {
  readonly start: () => void;
  /** Claims nothing more; resolves when every send under way has ended and is marked. */
  readonly stop: () => Promise<void>;
  /** There may be something in the outbox: the composition calls it on NOTIFY `outbox`, and after its own commits. */
  readonly wake: () => void;
  /** Whether nothing is under way and nothing is due that may be sent now. */
  readonly idle: () => Promise<boolean>;
};

export const createDelivery = (deps: DeliveryDeps): Delivery => {
  const { database, clock, noteEvent, metrics, limits, inFlightMax = SENDS_IN_FLIGHT_MAX } = deps;
  const pair = pairPace(limits.pairPerMinute, limits.pairBurst);
  const claims = createClaimStore({ database, clock, pair, pace: sendPace(limits.sendPerSecond) });
  const marks = createMarkStore({ database, clock });
  const breaker = createBreaker({ clock, noteEvent });
  const sleeper = createSleeper();
  const sendOne = createSendOne({ ...deps, breaker, marks });
  const underWay = new Set<Promise<void>>();
  let running: Promise<void> | undefined;
  let stopping = false;
  let claiming = false;

  const tell = ({ ended, doubted }: Claim): void => {
    for (const { outboxId, identityId, end, why } of ended) {
      const fields = { outboxId, identityId, reason: why };
      if (end === 'sent') noteEvent('delivery.message_sent', { reason: why });
      else noteEvent(end === 'undelivered' ? 'delivery.message_undelivered' : 'delivery.message_expired', fields);
    }
    for (const row of doubted) noteEvent('delivery.send_ambiguous', { ...row, reason: 'sender_lost' });
  };

  const begin = (claim: Claim, isProbe: boolean): void => {
    const claimedAtMs = monotonicMs();
    for (const reply of claim.sends) {
      const send = sendOne(reply, { claimedAtMs, isProbe }).finally(() => {
        underWay.delete(send);
        metrics.setGauge('sends_in_flight', underWay.size);
        sleeper.wake();
      });
      underWay.add(send);
    }
    metrics.setGauge('sends_in_flight', underWay.size);
  };

  /** One look at the outbox; how long to rest before the next, 0 when there may be more. */
  const step = async (): Promise<number> => {
    const free = inFlightMax - underWay.size;
    // Few, large claims: a busy sender waits until a quarter of its room is free.
    if (free < Math.max(inFlightMax / 4, 1)) return POLL_MS;
    const leave = breaker.ask();
    if (leave.sends === 'none') return Math.min(leave.waitMs, POLL_MS);
    const wanted = leave.sends === 'one' ? 1 : Math.min(free, CLAIM_MAX);
    let began = false;
    try {
      const dueMs = await claims.nextDueMs();
      if (dueMs === undefined || dueMs > 0) return Math.min(dueMs ?? POLL_MS, POLL_MS);
      const claim = await claims.claim(wanted);
      tell(claim);
      begin(claim, leave.sends === 'one');
      began = claim.sends.length > 0;
      if (claim.pacedMs > 0) return Math.min(claim.pacedMs, POLL_MS);
      return claim.seen === 0 ? POLL_MS : 0;
    } finally {
      if (leave.sends === 'one' && !began) breaker.returnProbe();
    }
  };

  const run = async (): Promise<void> => {
    while (!stopping) {
      claiming = true;
      const restMs = await step().catch((error: unknown) => {
        sendOne.noteFailure(error);
        return POLL_MS;
      });
      claiming = false;
      if (restMs > 0 && !stopping) await sleeper.sleep(restMs);
    }
  };

  return Object.freeze({
    start: () => {
      running ??= run();
    },
    stop: async () => {
      stopping = true;
      sleeper.wake();
      await running;
      await Promise.all(underWay);
    },
    wake: () => sleeper.wake(),
    idle: async () => {
      if (claiming || underWay.size > 0) return false;
      if (breaker.isOpen()) return true;
      const dueMs = await claims.nextDueMs();
      return (dueMs === undefined || dueMs > 0) && underWay.size === 0;
    },
  });
};
