import { setTimeout as rest } from 'node:timers/promises';
import { monotonicMs } from '../base/clock.ts';
import { describeError, isPassing } from '../base/fault.ts';
import { createGatherer } from '../base/gather.ts';
import type { OutboxId } from '../base/id.ts';
import type { AtKillPoint } from '../base/kill-point.ts';
import type { KeyStore } from '../security/store.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { NoteEvent } from '../watch/watch.ts';
import type { Breaker } from './breaker.ts';
import type { ClaimedReply } from './claim-store.ts';
import { MARK_MAX, MARK_REST_MS, MARK_WITHIN_MS, POLL_MS, SEND_BEGINS_WITHIN_MS, SUSPECT_STOPS_MAX } from './limits.ts';
import type { SendClient } from './graph/graph-client.ts';
import type { SendOutcome } from './graph/read-answer.ts';
import type { Mark, Marked, MarkStore } from './mark-store.ts';
import { openReply } from './seal-reply.ts';
import { settleSend, type Settlement } from './settle-send.ts';

export type SendOneDeps = {
  readonly keys: KeyStore;
  /** Where rows of route `graph` go, and those of route `simulator` where no simulator is given. */
  readonly graph: SendClient;
  readonly simulator?: SendClient;
  /** The keyed hash under which intake looks a wamid up. */
  readonly hashWamid: (wamid: string) => Buffer;
  readonly noteEvent: NoteEvent;
  readonly metrics: Pick<Metrics, 'observe'>;
  /** A number in [0, 1), for jitter. */
  readonly chance: () => number;
  readonly breaker: Breaker;
  readonly marks: MarkStore;
  /** Only in tests: P10 before the send, P12 between Graph's reply and our mark. */
  readonly at?: AtKillPoint;
};

export type SendCircumstances = { readonly claimedAtMs: number; readonly isProbe: boolean };

export type SendOne = {
  /** Sends one claimed reply and marks what came of it; never rejects. */
  readonly send: (reply: ClaimedReply, circumstances: SendCircumstances) => Promise<void>;
  readonly noteFailure: (error: unknown) => void;
};

const UNREADABLE: Settlement = { state: 'undelivered', why: 'unreadable', waitMs: 0, throttled: 0, lesson: 'nothing' };

/** Counts, for messages whose request Graph calls wrong, how often others went through in between. */
const createSuspects = (breaker: Breaker): ((outboxId: OutboxId, outcome: SendOutcome) => boolean) => {
  const stops = new Map<OutboxId, { count: number; closings: number }>();
  return (outboxId, outcome) => {
    if (outcome.outcome !== 'refused' || outcome.retryClass !== 'request') {
      stops.delete(outboxId);
      return false;
    }
    const closings = breaker.closings();
    const before = stops.get(outboxId);
    const count = before === undefined ? 1 : before.count + Number(before.closings !== closings);
    stops.set(outboxId, { count, closings });
    return count >= SUSPECT_STOPS_MAX && stops.delete(outboxId);
  };
};

const tell = (
  noteEvent: NoteEvent,
  reply: ClaimedReply,
  { state, why, errorCode, waitMs, lesson }: Settlement,
): void => {
  const { outboxId, identityId } = reply;
  const fields = { outboxId, identityId, reason: why, ...(errorCode === undefined ? {} : { code: errorCode }) };
  if (state === 'undelivered') noteEvent('delivery.message_undelivered', fields);
  else if (state === 'ambiguous') noteEvent('delivery.send_ambiguous', fields);
  else if (why === 'recipient_throttle') noteEvent('delivery.recipient_throttled', { ...fields, ms: waitMs });
  else if (lesson !== 'stop') noteEvent('delivery.send_retried', { ...fields, ms: waitMs });
};

export const createSendOne = (deps: SendOneDeps): SendOne => {
  const { keys, graph, simulator = graph, hashWamid, noteEvent, metrics, chance, at, breaker, marks } = deps;
  const isSuspect = createSuspects(breaker);
  const noteFailure = (error: unknown): void => noteEvent('delivery.store_away', { detail: describeError(error) });

  const gatherer = createGatherer<Mark, Marked>({
    itemsMax: MARK_MAX,
    restMs: MARK_REST_MS,
    run: async (batch) => {
      const marked = await marks.mark(batch);
      const sent = marked.filter((state) => state === 'sent').length;
      if (sent > 0) noteEvent('delivery.message_sent', { count: sent });
      return marked;
    },
  });

  /** What Graph said is worth keeping for as long as a status could still say it. */
  const keepMark = async (mark: Mark, sinceMs: number): Promise<Marked> => {
    for (;;) {
      try {
        return await gatherer.add(mark);
      } catch (error) {
        noteFailure(error);
        if (!isPassing(error) || monotonicMs() - sinceMs > MARK_WITHIN_MS) return undefined;
        await rest(POLL_MS);
      }
    }
  };

  const post = async (reply: ClaimedReply, claimedAtMs: number): Promise<SendOutcome | undefined> => {
    const opened = await openReply(keys, reply);
    if (!opened) return undefined;
    await at?.('P10');
    // A process that was stopped meanwhile may find its claim taken over: it leaves the send to the next claim.
    if (monotonicMs() - claimedAtMs > SEND_BEGINS_WITHIN_MS) return { outcome: 'not_sent', reason: 'claim_too_old' };
    const beganAtMs = monotonicMs();
    const outcome = await (reply.route === 'simulator' ? simulator : graph).send({
      ...opened,
      outboxId: reply.outboxId,
    });
    metrics.observe('send', monotonicMs() - beganAtMs);
    await at?.('P12');
    return outcome;
  };

  const settle = async (reply: ClaimedReply, claimedAtMs: number): Promise<Settlement> => {
    try {
      const outcome = await post(reply, claimedAtMs);
      if (!outcome) return UNREADABLE;
      return settleSend(reply, outcome, { chance: chance(), isSuspect: isSuspect(reply.outboxId, outcome) });
    } catch (error) {
      // No key could be had, or the message cannot be rendered: either way nothing was sent.
      if (!isPassing(error)) return UNREADABLE;
      noteFailure(error);
      return {
        ...settleSend(reply, { outcome: 'not_sent', reason: 'store_away' }, { chance: chance(), isSuspect: false }),
        lesson: 'nothing',
      };
    }
  };

  const send = async (reply: ClaimedReply, { claimedAtMs, isProbe }: SendCircumstances): Promise<void> => {
    const settlement = await settle(reply, claimedAtMs);
    breaker.learn(settlement, isProbe);
    const { state, waitMs, throttled, errorCode, wamid } = settlement;
    const { outboxId, identityId, tries, fence } = reply;
    const mark: Mark = {
      ...{ outboxId, identityId, tries, fence, state, waitMs, throttled },
      ...(errorCode === undefined ? {} : { errorCode }),
      ...(wamid === undefined ? {} : { wamidHash: hashWamid(wamid) }),
    };
    const marked = await keepMark(mark, claimedAtMs);
    if (marked === state && state !== 'sent') tell(noteEvent, reply, settlement);
  };

  return Object.freeze({ send, noteFailure });
};
