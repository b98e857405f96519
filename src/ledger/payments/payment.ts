import type { Money } from '../../base/money.ts';
import type { Result } from '../../base/result.ts';
import type { LedgerRefusal } from '../errors.ts';

export type CredexState = 'offered' | 'owed' | 'cleared' | 'declined' | 'cancelled' | 'expired';

/** What an operation did, as its repeats hear it too: nothing in it changes later. */
export type Receipt = {
  readonly credexId: string;
  readonly issuerId: string;
  readonly receiverId: string;
  readonly amount: Money;
  readonly secured: boolean;
};

/** A secured offer of one account to another. `memberId` signs; the issuing account's owner bears the daily limit. */
export type NewOffer = {
  readonly memberId: string;
  readonly issuerId: string;
  readonly receiverId: string;
  readonly amount: Money;
  readonly kind?: 'PURCHASE' | 'GIFT';
  /** The same for every repeat of one wish: it is done once and every repeat hears the first answer. */
  readonly idempotencyKey?: string;
};

/** What a member wants done with an offer that waits. */
export type OfferAnswer = {
  readonly memberId: string;
  readonly credexId: string;
  readonly idempotencyKey?: string;
};

export type OfferRefusal = Extract<
  LedgerRefusal,
  | 'ledger.accounts_same'
  | 'ledger.account_forbidden'
  | 'ledger.limit_reached'
  | 'ledger.balance_insufficient'
  | 'ledger.idempotency_key_reused'
>;
export type AnswerRefusal = Extract<LedgerRefusal, 'ledger.offer_unknown' | 'ledger.idempotency_key_reused'>;

/** Changes of the ledger: each one transaction with its postings, reservation, notice, audit entry and idempotency key. */
export type Payments = {
  /** Makes a secured offer and reserves its amount at once. */
  readonly offerCredex: (offer: NewOffer) => Promise<Result<Receipt, OfferRefusal>>;
  /** By somebody who may act for the receiving account. */
  readonly acceptCredex: (answer: OfferAnswer) => Promise<Result<Receipt, AnswerRefusal>>;
  /** By somebody who may act for the receiving account; the reservation ends. */
  readonly declineCredex: (answer: OfferAnswer) => Promise<Result<Receipt, AnswerRefusal>>;
  /** By somebody who may act for the issuing account; the reservation ends. */
  readonly cancelCredex: (answer: OfferAnswer) => Promise<Result<Receipt, AnswerRefusal>>;
};
