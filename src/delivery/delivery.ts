/*
 * The delivery room: answers leave.
 * Arrives: outbox rows, kept by a turn's commit (`keepReplies`), sealed. Leaves: one POST to the Graph API each, in the
 * order of their recipient, at the pace of the pair and of the business number; a mark on the row; events.
 * Promises: a row is marked before it is sent, so that a dead sender leaves an ambiguous row and never a silent repeat;
 * an ambiguous row waits 15 s for its status, is sent once more under the same reference, and then is undelivered,
 * visibly. A receipt is never dropped; a prompt may expire or be superseded. While Graph takes nothing from us, nothing
 * is lost. Many processes share the work. Will not do: choose words, write templates, read statuses (intake folds them).
 */
import type { Clock } from '../base/clock.ts';
import type { Database } from '../base/database.ts';
import type { Metrics } from '../watch/metrics.ts';
import { createBreaker } from './breaker.ts';
import { createClaimStore } from './claim-store.ts';
import { SENDS_IN_FLIGHT_MAX } from './limits.ts';
import { createMarkStore } from './mark-store.ts';
import { pairPace, sendPace } from './pacing.ts';
import { createSendLoop } from './send-loop.ts';
import { createSendOne, type SendOneDeps } from './send-one.ts';

export type DeliveryDeps = Omit<SendOneDeps, 'breaker' | 'marks'> & {
  readonly database: Database;
  /** For marks: one that a crash undoes leaves its row in doubt, which a status or the wait for one settles. */
  readonly looseDatabase?: Database;
  readonly clock: Clock;
  /** Of the environment: `LIMIT_PAIR_PER_MINUTE`, `LIMIT_PAIR_BURST`, `LIMIT_SEND_PER_SECOND`. */
  readonly limits: { readonly pairPerMinute: number; readonly pairBurst: number; readonly sendPerSecond: number };
  readonly metrics: Pick<Metrics, 'observe' | 'setGauge'>;
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
  const {
    database,
    looseDatabase = database,
    clock,
    noteEvent,
    metrics,
    limits,
    inFlightMax = SENDS_IN_FLIGHT_MAX,
  } = deps;
  const pair = pairPace(limits.pairPerMinute, limits.pairBurst);
  const claims = createClaimStore({ database, clock, pair, pace: sendPace(limits.sendPerSecond) });
  const breaker = createBreaker({ clock, noteEvent });
  const sendOne = createSendOne({ ...deps, breaker, marks: createMarkStore({ database: looseDatabase, clock }) });
  const loop = createSendLoop({ claims, breaker, sendOne, noteEvent, metrics, inFlightMax });
  return Object.freeze({
    start: loop.start,
    stop: loop.stop,
    wake: loop.wake,
    idle: async () => {
      if (loop.isActive()) return false;
      if (breaker.isOpen()) return true;
      const dueMs = await claims.nextDueMs();
      return (dueMs === undefined || dueMs > 0) && !loop.isActive();
    },
  });
};
