import { monotonicMs } from '../base/clock.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { NoteEvent } from '../watch/watch.ts';
import type { Breaker } from './breaker.ts';
import type { Claim, ClaimStore } from './claim-store.ts';
import { CLAIM_MAX, POLL_MS } from './limits.ts';
import type { SendOne } from './send-one.ts';
import { createSleeper } from './sleeper.ts';

export type SendLoopDeps = {
  readonly claims: ClaimStore;
  readonly breaker: Breaker;
  readonly sendOne: SendOne;
  readonly noteEvent: NoteEvent;
  readonly metrics: Pick<Metrics, 'setGauge'>;
  readonly inFlightMax: number;
};

/** Claims while there is room, and begins what it claimed at once: nothing claimed ever waits in memory. */
export type SendLoop = {
  readonly start: () => void;
  /** Resolves when the loop has ended and every send under way is marked. */
  readonly stop: () => Promise<void>;
  readonly wake: () => void;
  /** Whether a claim or a send is under way. */
  readonly isActive: () => boolean;
};

const tell = (noteEvent: NoteEvent, { ended, doubted }: Claim): void => {
  for (const { outboxId, identityId, end, why } of ended) {
    const fields = { outboxId, identityId, reason: why };
    if (end === 'sent') noteEvent('delivery.message_sent', { reason: why });
    else noteEvent(end === 'undelivered' ? 'delivery.message_undelivered' : 'delivery.message_expired', fields);
  }
  for (const row of doubted) noteEvent('delivery.send_ambiguous', { ...row, reason: 'sender_lost' });
};

/** The sends under way in this process. */
const createFlight = ({ sendOne, metrics }: Pick<SendLoopDeps, 'sendOne' | 'metrics'>, onLanding: () => void) => {
  const underWay = new Set<Promise<void>>();
  return {
    size: () => underWay.size,
    landed: () => Promise.all(underWay),
    begin: ({ sends }: Claim, isProbe: boolean): void => {
      const claimedAtMs = monotonicMs();
      for (const reply of sends) {
        const send = sendOne.send(reply, { claimedAtMs, isProbe }).finally(() => {
          underWay.delete(send);
          metrics.setGauge('sends_in_flight', underWay.size);
          onLanding();
        });
        underWay.add(send);
      }
      metrics.setGauge('sends_in_flight', underWay.size);
    },
  };
};

export const createSendLoop = (deps: SendLoopDeps): SendLoop => {
  const { claims, breaker, sendOne, noteEvent, inFlightMax } = deps;
  const sleeper = createSleeper();
  const flight = createFlight(deps, sleeper.wake);
  let running: Promise<void> | undefined;
  let stopping = false;
  let claiming = false;
  let isBusy = false;
  let pacedUntilMs = 0;

  /** An idle sender only reads: a claim takes the pace's lock, which is a write. */
  const restUntilDue = async (): Promise<number> => {
    const dueMs = isBusy ? 0 : ((await claims.nextDueMs()) ?? POLL_MS);
    return Math.max(Math.min(dueMs, POLL_MS), 0);
  };

  const claimSome = async (recipientsMax: number, isProbe: boolean): Promise<number> => {
    let began = 0;
    try {
      const restMs = await restUntilDue();
      if (restMs > 0) return restMs;
      const claim = await claims.claim(recipientsMax);
      tell(noteEvent, claim);
      flight.begin(claim, isProbe);
      began = claim.sends.length;
      pacedUntilMs = monotonicMs() + claim.pacedMs;
      isBusy = claim.seen === recipientsMax;
      // Due, yet nothing to be had: another sender has it in hand.
      return claim.seen > 0 || claim.pacedMs > 0 ? 0 : POLL_MS;
    } finally {
      if (isProbe && began === 0) breaker.returnProbe();
    }
  };

  /** One look at the outbox; how long to rest before the next, 0 when there may be more. */
  const step = async (): Promise<number> => {
    const free = inFlightMax - flight.size();
    // Few, large claims: a sender at its limit waits until a quarter of its room is free.
    if (free < Math.max(inFlightMax / 4, 1)) return POLL_MS;
    const pacedMs = pacedUntilMs - monotonicMs();
    if (pacedMs > 0) return Math.min(pacedMs, POLL_MS);
    const leave = breaker.ask();
    if (leave.sends === 'none') return Math.min(Math.max(leave.waitMs, 1), POLL_MS);
    return claimSome(leave.sends === 'one' ? 1 : Math.min(free, CLAIM_MAX), leave.sends === 'one');
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
      await flight.landed();
    },
    wake: sleeper.wake,
    isActive: () => claiming || flight.size() > 0,
  });
};
