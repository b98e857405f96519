/*
 * Every change of the ledger, once. A confirmation that is shown is an *intent*: a row that says what would be done. A
 * tap on it spends the row by compare-and-set before core is called; nothing else ever calls core for it.
 * Arrives: a tap (or the same input again, or a timer) and the claim of its lane. Leaves: what became of the intent, to
 * be committed with the turn.
 * Promises: one confirmation, at most one credex, and exactly one where core has idempotency keys; what was shown is what
 * is executed; what cannot be known is called unknown and found out by timers; no transaction is open while core is asked.
 * Will not: word an answer, call core for an intent that is not spent, or send anything twice to a core without keys.
 */
import type { IdentityId, IntentId } from '../base/id.ts';
import type { Money } from '../base/money.ts';
import type { AnswerRefusal, Dashboard, LogInRefusal, MemberRef, OfferRefusal } from '../credex/credex.ts';
import type { Claim, Input, NewInput } from '../queue/queue.ts';

/** What would be done. Ids are core's own; `amount` is positive. */
export type Wish = { readonly accountId: string; readonly amount: Money; readonly secured: boolean } & (
  | { readonly kind: 'offer'; readonly payeeAccountId: string }
  | { readonly kind: 'accept' | 'decline' | 'cancel'; readonly credexId: string }
);
export type WishKind = Wish['kind'];

/** How the parties were called when it was shown. */
export type Facts = {
  readonly accountName: string;
  readonly otherName: string;
  /** Offers only: the payee's handle. */
  readonly otherHandle?: string;
};

/** A confirmation as it is shown: the intent's row is made of this and of nothing else. */
export type Draft = { readonly wish: Wish; readonly facts: Facts };

export type IntentState =
  'shown' | 'stepped_up' | 'void' | 'spent' | 'settled' | 'refused' | 'not_sent' | 'unknown' | 'unresolved';

export type Intent = {
  readonly intentId: IntentId;
  readonly identityId: IdentityId;
  readonly state: IntentState;
  readonly wish: Wish;
  /** Undefined once the intent has ended: names are not kept. */
  readonly facts: Facts | undefined;
  readonly idempotencyKey: string;
  readonly spentAtMs: number | undefined;
  readonly spentBy: Buffer | undefined;
  readonly baseline: readonly string[] | undefined;
  /** The credex that it is about or that settled it. */
  readonly credexId: string | undefined;
};

export type PaymentRefusal =
  | OfferRefusal
  | AnswerRefusal
  | LogInRefusal
  /** The offer no longer waits, and not because of what was wished. */
  | 'payment.offer_gone';

/** Why a confirmation was not spent: nothing was sent and nothing will be. */
export type Unspent =
  /** This or an earlier tap has spent it; its row says what became of it. */
  | 'spent_before'
  | 'expired'
  /** A newer confirmation, CANCEL or another screen took its place. */
  | 'void'
  | 'unknown_intent'
  /** The same payee, amount and denomination is still being found out. */
  | 'still_checking'
  | 'money_stopped'
  /** Core is known to be away: the confirmation stays as it is. */
  | 'core_away';

export type Carried =
  | { readonly outcome: 'settled'; readonly intent: Intent; readonly credexId: string; readonly dashboard?: Dashboard }
  | {
      readonly outcome: 'refused';
      readonly intent: Intent;
      readonly refusal: PaymentRefusal;
      readonly dashboard?: Dashboard;
    }
  | { readonly outcome: 'not_sent'; readonly intent: Intent }
  | { readonly outcome: 'unknown'; readonly intent: Intent }
  | { readonly outcome: 'unresolved'; readonly intent: Intent }
  | { readonly outcome: 'unspent'; readonly why: Unspent; readonly intent?: Intent }
  /** The lane is another worker's by now: the turn writes nothing. */
  | { readonly outcome: 'lapsed' };

/** What a turn's commit writes for payments. */
export type PaymentWork =
  | {
      readonly work: 'show';
      readonly identityId: IdentityId;
      readonly intentId: IntentId;
      readonly draft: Draft;
      readonly screenNonce: string;
      readonly shownAtMs: number;
    }
  | { readonly work: 'void'; readonly identityId: IdentityId }
  | {
      readonly work: 'end';
      readonly intent: Intent;
      readonly state: 'settled' | 'refused' | 'not_sent' | 'unknown' | 'unresolved';
      readonly atMs: number;
      readonly credexId?: string;
      readonly refusal?: string;
    };

/** What carrying out leaves for the commit beside the outcome. */
export type CarriedOut = {
  readonly carried: Carried;
  readonly work: readonly PaymentWork[];
  /** Timers that the commit ends, because there is nothing left to find out. */
  readonly ended: readonly Pick<Input, 'day' | 'dedupe'>[];
  readonly timers: readonly NewInput[];
};

/** The body of a timer, sealed like a message's. */
export type Reconcile = { readonly timer: 'reconcile'; readonly intentId: IntentId; readonly attempt: number };

/** What a turn must know of a person's payments before it decides. */
export type PaymentStanding = {
  readonly moneyStopped: boolean;
  /** Spent or unknown ones. */
  readonly open: readonly Intent[];
};

export type Payments = {
  readonly readStanding: (identityId: IdentityId) => Promise<PaymentStanding>;
  /** A tap on the confirmation of `draft`, which the person's session shows. */
  readonly confirm: (
    claim: Claim,
    member: MemberRef,
    shown: { readonly intentId: IntentId; readonly draft: Draft },
  ) => Promise<CarriedOut>;
  /** The same input once more: it has spent the intent, and whatever held it never finished. */
  readonly resume: (claim: Claim, member: MemberRef, intent: Intent) => Promise<CarriedOut>;
  /** A timer: finds out what became of an intent. Undefined where there is nothing left to find out. */
  readonly reconcile: (
    claim: Claim,
    member: MemberRef | undefined,
    timer: Reconcile,
  ) => Promise<CarriedOut | undefined>;
  /** The intent whose confirmation had this nonce: for taps on screens of the past. Never spends. */
  readonly lookUp: (identityId: IdentityId, screenNonce: string) => Promise<Intent | undefined>;
};
