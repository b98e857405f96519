import { utcDay } from '../base/clock.ts';
import { deriveHash, type IntentId } from '../base/id.ts';
import { inputContext, type Input, type NewInput } from '../queue/queue.ts';
import { seal } from '../security/seal.ts';
import type { KeyStore } from '../security/store.ts';
import { RECONCILE_AFTER_MS } from './limits.ts';
import type { Reconcile } from './payment.ts';

type Due = Pick<Input, 'day' | 'dedupe'> & { readonly dueAtMs: number };

/** When the attempt is due, and the name under which it is kept: the same for every repeat of one turn. */
export const dueOf = (intentId: IntentId, attempt: number, sinceMs: number): Due => {
  const last = RECONCILE_AFTER_MS.at(-1) ?? 0;
  const dueAtMs = sinceMs + (RECONCILE_AFTER_MS[attempt] ?? last);
  return { day: utcDay(dueAtMs), dedupe: deriveHash('reconcile', intentId, String(attempt)), dueAtMs };
};

/** A timer of a lane that finds out what became of an intent. */
export const makeTimer = async (
  keys: KeyStore,
  { identityId, route }: Pick<NewInput, 'identityId' | 'route'>,
  { intentId, attempt, sinceMs }: { readonly intentId: IntentId; readonly attempt: number; readonly sinceMs: number },
): Promise<NewInput> => {
  const { day, dedupe, dueAtMs } = dueOf(intentId, attempt, sinceMs);
  const key = await keys.getKey(`day.${day}`);
  const body = Buffer.from(JSON.stringify({ timer: 'reconcile', intentId, attempt } satisfies Reconcile));
  return {
    identityId,
    kind: 'timer',
    day,
    dedupe,
    orderAtMs: dueAtMs,
    dueAtMs,
    route,
    body: seal(body, key, inputContext(dedupe)),
  };
};
