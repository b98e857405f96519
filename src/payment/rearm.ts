import type { Clock } from '../base/clock.ts';
import type { Database } from '../base/database.ts';
import { addInputs } from '../queue/add-input-store.ts';
import type { KeyStore } from '../security/store.ts';
import { RECONCILE_AFTER_MS, REARM_AFTER_MS } from './limits.ts';
import { findUntimed } from './store.ts';
import { makeTimer } from './timers.ts';

export type RearmDeps = { readonly database: Database; readonly clock: Clock; readonly keys: KeyStore };

const MINUTE_MS = 60_000;

/**
 * Gives every intent that is still to be found out a timer again whose own was buried or lost: none waits for ever. How
 * many. The attempt's number grows with the minutes, so that no two of them have one name.
 */
export const rearmTimers = async ({ database, clock, keys }: RearmDeps): Promise<number> => {
  const untimed = await findUntimed(database, { olderThanMs: REARM_AFTER_MS, offsetMs: clock.offsetMs() });
  const nowMs = clock.now();
  const timers = await Promise.all(
    untimed.map(({ intentId, identityId, spentAtMs }) => {
      const attempt = RECONCILE_AFTER_MS.length + Math.ceil((nowMs - spentAtMs) / MINUTE_MS);
      return makeTimer(keys, { identityId, route: 'graph' }, { intentId, attempt, sinceMs: nowMs });
    }),
  );
  return timers.length === 0 ? 0 : database.transact((tx) => addInputs(tx, timers, clock.offsetMs()));
};
