import type { Clock } from '../base/clock.ts';
import type { Database } from '../base/database.ts';
import { keepAuditEntries } from '../watch/store.ts';
import { setMoneyStopped } from './store.ts';

export type OperateDeps = { readonly database: Database; readonly clock: Clock };

/**
 * Stops or starts money for everybody, with its audit entry. Whoever confirms meanwhile is told so, and nothing of theirs
 * is spent; what was confirmed before is still found out, and sent by no repeat while money is stopped. False where it
 * already was so.
 */
export const controlMoney = (
  { database, clock }: OperateDeps,
  { stopped, actor }: { readonly stopped: boolean; readonly actor: string },
): Promise<boolean> =>
  database.transact(async (tx) => {
    if (!(await setMoneyStopped(tx, stopped))) return false;
    const event = stopped ? 'payment.money_stopped' : 'payment.money_started';
    await keepAuditEntries(tx, 'bot', [{ event, atMs: clock.now(), subject: 'money', actor }]);
    return true;
  });
