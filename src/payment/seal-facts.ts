import { utcDay } from '../base/clock.ts';
import { open, seal } from '../security/seal.ts';
import type { KeyStore } from '../security/store.ts';
import type { Facts, Intent, PaymentWork } from './payment.ts';
import type { IntentRow } from './store.ts';

/** Work with the names of a new intent sealed: ready for the turn's commit. */
export type SealedWork =
  | Exclude<PaymentWork, { work: 'show' }>
  | (Extract<PaymentWork, { work: 'show' }> & { readonly shownDay: string; readonly sealedFacts: Buffer });

const contextOf = (intentId: string): string => `intent:${intentId}`;

/** Seals before the turn's transaction begins: no key is fetched while rows are locked. */
export const sealWork = async (keys: KeyStore, work: PaymentWork): Promise<SealedWork> => {
  if (work.work !== 'show') return work;
  const shownDay = utcDay(work.shownAtMs);
  const key = await keys.getKey(`day.${shownDay}`);
  const plain = Buffer.from(JSON.stringify(work.draft.facts));
  return { ...work, shownDay, sealedFacts: seal(plain, key, contextOf(work.intentId)) };
};

/** The intent with its names, where they are still kept and open. */
export const openIntent = async (keys: KeyStore, row: IntentRow): Promise<Intent> => {
  const { shownDay, sealedFacts, isExpired: _, ...intent } = row;
  const key = sealedFacts && (await keys.getKey(`day.${shownDay}`));
  const plain = key ? open(sealedFacts, key, contextOf(row.intentId)) : undefined;
  return { ...intent, facts: plain && (JSON.parse(plain.toString('utf8')) as Facts) };
};
