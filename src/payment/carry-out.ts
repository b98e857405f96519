import { Fault } from '../base/fault.ts';
import type { Credex, Dashboard, MemberRef } from '../credex/credex.ts';
import type { Intent, PaymentRefusal, WishKind } from './payment.ts';
import { candidatesOf, lookAt, placeOf, type Look } from './read-back.ts';

/** What is known of a spent intent after core was asked or read. */
export type Known =
  | { readonly known: 'settled'; readonly credexId: string; readonly dashboard?: Dashboard }
  | { readonly known: 'refused'; readonly refusal: PaymentRefusal; readonly dashboard?: Dashboard }
  | { readonly known: 'not_sent' }
  | { readonly known: 'unknown' };

const UNKNOWN: Known = { known: 'unknown' };

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
    const isOfMember = result.refusal === 'credex.member_unknown' || result.refusal === 'credex.log_in_refused';
    return isOfMember && !isFirst ? UNKNOWN : { known: 'refused', refusal: result.refusal };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return isFirst && error.code !== 'credex.outcome_unknown' ? { known: 'not_sent' } : UNKNOWN;
  }
};

/** An answer is about the credex it names, whatever core calls it. */
const creditedTo = ({ wish }: Intent, credexId: string): string => (wish.kind === 'offer' ? credexId : wish.credexId);

/** Core refuses a second accept as it refuses a wrong one: only where the offer stands tells them apart. */
const judgeRefusedAnswer = async (credex: Credex, member: MemberRef, intent: Intent): Promise<Known> => {
  const look = await lookAt(credex, member, intent.wish.accountId);
  if (!look || intent.wish.kind === 'offer') return UNKNOWN;
  const { dashboard } = look;
  const place = placeOf(intent.wish.credexId, look);
  if (intent.wish.kind === 'accept' && place === 'accepted')
    return { known: 'settled', credexId: intent.wish.credexId, dashboard };
  const refusal = place === 'waiting' ? 'credex.answer_refused' : 'payment.offer_gone';
  return { known: 'refused', refusal, dashboard };
};

/** Only reads: what became of the one attempt that was sent to a core without idempotency. */
export const readBack = async (
  credex: Credex,
  member: MemberRef,
  {
    intent,
    settledBy,
  }: { readonly intent: Intent; readonly settledBy: (ids: readonly string[]) => Promise<ReadonlySet<string>> },
): Promise<Known> => {
  const look = await lookAt(credex, member, intent.wish.accountId).catch((error: unknown) => {
    if (error instanceof Fault) return undefined;
    throw error;
  });
  if (!look) return UNKNOWN;
  if (intent.wish.kind !== 'offer') return judgePlace(intent.wish.kind, intent.wish.credexId, look);
  const candidates = candidatesOf(intent, look);
  const taken = candidates.length === 0 ? new Set<string>() : await settledBy(candidates);
  const credexId = candidates.find((each) => !taken.has(each));
  return credexId === undefined ? UNKNOWN : { known: 'settled', credexId, dashboard: look.dashboard };
};

const judgePlace = (kind: Exclude<WishKind, 'offer'>, credexId: string, look: Look): Known => {
  const place = placeOf(credexId, look);
  if (place === 'waiting') return UNKNOWN;
  const { dashboard } = look;
  const isWished = (place === 'accepted') === (kind === 'accept');
  return isWished
    ? { known: 'settled', credexId, dashboard }
    : { known: 'refused', refusal: 'payment.offer_gone', dashboard };
};
