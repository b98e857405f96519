import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import { createGatherer } from '../base/gather.ts';
import { GRAPH_ERRORS, type GraphErrorCode } from './graph/errors.ts';
import { UPDATES_PER_WEBHOOK_MAX } from './graph/limits.ts';
import type { BotMessage, Person } from './people/chat.ts';
import type { Chat, Chats } from './people/chats.ts';
import { describeContact, toSeconds, wrapStatuses, type Business } from './people/envelope.ts';
import type { SimulatorSettings } from './settings.ts';
import type { OwnedWebhooks } from './webhook-client.ts';

/** Status webhooks under way at once. Few where they are batched, so that while they run the next batch fills. */
const RUNS_MAX = 64;
const BATCH_RUNS_MAX = 4;
const STEPS = ['sent', 'delivered', 'read'] as const;
type Step = (typeof STEPS)[number];

export type StatusTarget = {
  readonly chat: Chat;
  readonly message: BotMessage;
  /** How the bot called the person: decides which ids the status carries. */
  readonly by: 'phone' | 'bsuid';
  readonly category: string;
  /** Fails with this code instead of being sent. */
  readonly failure?: GraphErrorCode;
};
/** Tells the bot what became of an accepted send: sent, delivered, read, or failed. */
export type SendStatuses = (target: StatusTarget) => void;

export type StatusesDeps = {
  readonly webhooks: Pick<OwnedWebhooks, 'deliver' | 'hold'>;
  readonly chats: Pick<Chats, 'setState'>;
  readonly business: Business;
  readonly clock: Clock;
  readonly settings: SimulatorSettings;
  readonly closing: AbortSignal;
};

type Update = { readonly status: object; readonly person: Person | undefined };

const describeRecipient = ({ chat, by }: StatusTarget, failed: boolean): object => {
  const { phone, bsuid } = chat.person;
  // Meta leaves the BSUID out of a failure of what was sent to a number.
  const withBsuid = bsuid !== undefined && !(failed && by === 'phone');
  return {
    ...(phone === undefined ? {} : { recipient_id: phone }),
    ...(withBsuid ? { recipient_user_id: bsuid } : {}),
  };
};

const describeStatus = (target: StatusTarget, status: Step | 'failed', atMs: number): object => {
  const { wamid, reference } = target.message;
  const { failure, category } = target;
  const price = { billable: true, pricing_model: 'PMP', type: 'regular', category };
  const title = failure === undefined ? '' : GRAPH_ERRORS[failure].message;
  return {
    id: wamid,
    status,
    timestamp: toSeconds(atMs),
    ...describeRecipient(target, status === 'failed'),
    ...(reference === undefined ? {} : { biz_opaque_callback_data: reference }),
    ...(status === 'sent' || status === 'delivered' ? { pricing: price } : {}),
    ...(status === 'failed'
      ? { errors: [{ code: failure, title, message: title, error_data: { details: title } }] }
      : {}),
  };
};

export const createSendStatuses = (deps: StatusesDeps): SendStatuses => {
  const { webhooks, chats, business, clock, settings, closing } = deps;
  const { statuses: last, statusesPerWebhook, statusCopies, statusesReversed } = settings;

  const gatherer = createGatherer<Update, undefined>({
    itemsMax: Math.min(statusesPerWebhook, UPDATES_PER_WEBHOOK_MAX),
    runsMax: statusesPerWebhook > 1 ? BATCH_RUNS_MAX : RUNS_MAX,
    run: async (updates) => {
      const ordered = statusesReversed ? updates.toReversed() : updates;
      const contacts = ordered.flatMap(({ person }) => (person ? [describeContact(person)] : []));
      const body = wrapStatuses(
        business,
        ordered.map(({ status }) => status),
        contacts,
      );
      await Promise.all(Array.from({ length: statusCopies }, () => webhooks.deliver(body)));
      return updates.map(() => undefined);
    },
  });

  const tell = async (target: StatusTarget, status: Step | 'failed', afterMs: number): Promise<void> => {
    if (afterMs > 0) await pause(afterMs, undefined, { signal: closing }).catch(() => undefined);
    if (closing.aborted) return;
    const { chat, message, failure } = target;
    const error = failure === undefined ? {} : { error: { code: failure, details: GRAPH_ERRORS[failure].message } };
    chats.setState(chat, message, { state: status, ...error });
    const person = status === 'failed' ? undefined : chat.person;
    await gatherer.add({ status: describeStatus(target, status, clock.now()), person });
  };

  const tellAll = async (target: StatusTarget): Promise<void> => {
    const release = webhooks.hold();
    if (target.failure !== undefined) await tell(target, 'failed', settings.sentAfterMs);
    else {
      const delays = { sent: settings.sentAfterMs, delivered: settings.deliveredAfterMs, read: settings.readAfterMs };
      let passedMs = 0;
      for (const step of STEPS.slice(0, last === 'none' ? 0 : STEPS.indexOf(last) + 1)) {
        await tell(target, step, delays[step] - passedMs);
        passedMs = delays[step];
      }
    }
    release();
  };

  return (target) => {
    void tellAll(target);
  };
};
