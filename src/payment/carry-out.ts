import { Fault } from '../base/fault.ts';
import type { Credex, Dashboard, MemberRef } from '../credex/credex.ts';
import type { Intent, PaymentRefusal } from './payment.ts';
import { candidatesOf, lookAt, placeOf, type Look } from './read-back.ts';

/** What is known of a spent intent after core was asked or read. */
export type Known =
  | { readonly known: 'settled'; readonly credexId: string; readonly dashboard?: Dashboard }
  | { readonly known: 'refused'; readonly refusal: PaymentRefusal; readonly dashboard?: Dashboard }
  | { readonly known: 'not_sent' }
  | { readonly known: 'unknown' };

const UNKNOWN: Known = { known: 'unknown' };

/** Refusals that core decides on and keeps under the key; of a repeat any other may be about the repeat alone. */
const DECIDED: ReadonlySet<PaymentRefusal> = new Set<PaymentRefusal>([
  'credex.limit_reached',
  'credex.balance_insufficient',
  'credex.accounts_refused',
]);

const act = ({ offer, accept, decline, cancel }: Credex, member: MemberRef, { wish, idempotencyKey }: Intent) => {
  if (wish.kind !== 'offer') {
    const answer = { accept, decline, cancel }[wish.kind];
    return answer(member, { credexId: wish.credexId, idempotencyKey });
  }
  const { accountId: issuerAccountId, payeeAccountId: receiverAccountId, amount } = wish;
  return offer(member, { issuerAccountId, receiverAccountId, amount, idempotencyKey });
};

/**
 * Asks core for it. Of the first attempt it may be certain that nothing was sent; of a repeat never, because the attempt
 * before it may have been.
 */
export const askForIt = async (
  credex: Credex,
  member: MemberRef,
  { intent, isFirst }: { readonly intent: Intent; readonly isFirst: boolean },
): Promise<Known> => {
  try {
    const result = await act(credex, member, intent);
    if (result.ok) {
      const { dashboard } = result.value;
      return { known: 'settled', credexId: creditedTo(intent, result.value.credexId), ...(dashboard && { dashboard }) };
    }
    if (result.refusal === 'credex.answer_refused') return await judgeRefusedAnswer(credex, member, intent);
    return isFirst || DECIDED.has(result.refusal) ? { known: 'refused', refusal: result.refusal } : UNKNOWN;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return isFirst && error.code !== 'credex.outcome_unknown' ? { known: 'not_sent' } : UNKNOWN;
  }
};

/** An answer is about the credex it names, whatever core calls it. */
const creditedTo = ({ wish }: Intent, credexId: string): string => (wish.kind === 'offer' ? credexId : wish.credexId);

/** Core refuses a second accept as it refuses a wrong one: only where the offer stands tells them apart. */
const judgeRefusedAnswer = async (
  credex: Credex,
  member: MemberRef,
  { wish, spentAtMs = 0 }: Intent,
): Promise<Known> => {
  const look = await lookQuietly(credex, member, wish.accountId);
  if (!look || wish.kind === 'offer') return UNKNOWN;
  const { dashboard } = look;
  const place = placeOf(wish.credexId, spentAtMs, look);
  if (place === 'unseen') return UNKNOWN;
  if (wish.kind === 'accept' && place === 'accepted') return { known: 'settled', credexId: wish.credexId, dashboard };
  const refusal = place === 'waiting' ? 'credex.answer_refused' : 'payment.offer_gone';
  return { known: 'refused', refusal, dashboard };
};

/** A look that core is away for shows nothing. */
export const lookQuietly = (credex: Credex, member: MemberRef, accountId: string): Promise<Look | undefined> =>
  lookAt(credex, member, accountId).catch((error: unknown) => {
    if (error instanceof Fault) return undefined;
    throw error;
  });

/** Only reads: what became of the one attempt that was sent to a core without idempotency. */
export const readBack = async (
  credex: Credex,
  member: MemberRef,
  {
    intent,
    settledBy,
  }: { readonly intent: Intent; readonly settledBy: (ids: readonly string[]) => Promise<ReadonlySet<string>> },
): Promise<Known> => {
  const look = await lookQuietly(credex, member, intent.wish.accountId);
  if (!look) return UNKNOWN;
  if (intent.wish.kind !== 'offer') return judgePlace(intent.wish, intent.spentAtMs ?? 0, look);
  const candidates = candidatesOf(intent, look);
  const taken = candidates.length === 0 ? new Set<string>() : await settledBy(candidates);
  const credexId = candidates.find((each) => !taken.has(each));
  return credexId === undefined ? UNKNOWN : { known: 'settled', credexId, dashboard: look.dashboard };
};

type AnswerWish = Exclude<Intent['wish'], { kind: 'offer' }>;

const judgePlace = ({ kind, credexId }: AnswerWish, sinceMs: number, look: Look): Known => {
  const place = placeOf(credexId, sinceMs, look);
  if (place === 'waiting' || place === 'unseen') return UNKNOWN;
  const { dashboard } = look;
  const isWished = (place === 'accepted') === (kind === 'accept');
  return isWished
    ? { known: 'settled', credexId, dashboard }
    : { known: 'refused', refusal: 'payment.offer_gone', dashboard };
};
