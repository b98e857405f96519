import type { Clock } from '../base/clock.ts';
import type { NoteEvent } from '../watch/watch.ts';
import { BREAKER_FAILURES, BREAKER_FIRST_MS, BREAKER_MAX_MS } from './limits.ts';
import type { Settlement } from './settle-send.ts';

/** How many sends may begin now; `waitMs` when none. */
export type BreakerLeave = { readonly sends: 'any' | 'one' | 'none'; readonly waitMs: number };

/**
 * Stops the whole sender while Graph will take nothing from us (token, billing, configuration: at once) or is away
 * (five failures in a row); the outbox is kept. After 1 s, doubling, one send probes. Other processes learn by themselves.
 */
export type Breaker = {
  readonly ask: () => BreakerLeave;
  /** `wasProbe` for the send that was let through while open. */
  readonly learn: (settlement: Pick<Settlement, 'lesson' | 'why' | 'errorCode'>, wasProbe: boolean) => void;
  /** The probe was let through but there was nothing to send. */
  readonly returnProbe: () => void;
  /** How often Graph has taken messages again after a stop. */
  readonly closings: () => number;
  readonly isOpen: () => boolean;
};

export const createBreaker = ({ clock, noteEvent }: { clock: Clock; noteEvent: NoteEvent }): Breaker => {
  let state: 'closed' | 'open' | 'probing' = 'closed';
  let failures = 0;
  let openMs = 0;
  let untilMs = 0;
  let closings = 0;

  const open = (why: string, code: number | undefined): void => {
    openMs = state === 'closed' ? BREAKER_FIRST_MS : Math.min(openMs * 2, BREAKER_MAX_MS);
    untilMs = clock.now() + openMs;
    if (state === 'closed')
      noteEvent('delivery.breaker_opened', { reason: why, ...(code === undefined ? {} : { code }) });
    state = 'open';
  };
  const returnProbe = (): void => {
    if (state === 'probing') state = 'open';
  };
  const close = (): void => {
    state = 'closed';
    closings += 1;
    noteEvent('delivery.breaker_closed');
  };

  return Object.freeze({
    ask: (): BreakerLeave => {
      if (state === 'closed') return { sends: 'any', waitMs: 0 };
      const waitMs = untilMs - clock.now();
      if (state === 'probing' || waitMs > 0) return { sends: 'none', waitMs: Math.max(waitMs, 0) };
      state = 'probing';
      return { sends: 'one', waitMs: 0 };
    },
    learn: ({ lesson, why, errorCode }: Pick<Settlement, 'lesson' | 'why' | 'errorCode'>, wasProbe: boolean) => {
      if (lesson === 'nothing') {
        if (wasProbe) returnProbe();
        return;
      }
      if (lesson === 'works') {
        failures = 0;
        if (wasProbe) close();
        return;
      }
      failures += 1;
      const isReason = lesson === 'stop' || failures >= BREAKER_FAILURES;
      // What was under way when the breaker opened says nothing new.
      if (wasProbe || (state === 'closed' && isReason)) open(lesson === 'stop' ? why : 'graph_away', errorCode);
    },
    returnProbe,
    closings: () => closings,
    isOpen: () => state !== 'closed',
  });
};
