/*
 * Everything said to the credex core goes through this port: the embedded ledger and an external core over HTTP
 * (dialect C) stand behind it and pass one contract suite.
 * Arrives: a member (their identity and number) and what they want. Leaves: a validated snapshot of what core answered.
 * Promises: tokens never leave this room; at most one log-in in flight per member; expected Nos are returned, a core that
 * is away or answers nonsense is a Fault `credex.core_away` | `credex.core_nonsense`, or `credex.outcome_unknown` where
 * what was asked may have been done all the same.
 * Will not: hold a transaction of ours open, repeat a call that may have changed the ledger, or trust a member id that
 * differs from the one core gave at log-in (S3).
 */
import type { IdentityId } from '../base/id.ts';
import type { Denomination, Money } from '../base/money.ts';
import type { Phone } from '../base/phone.ts';
import type { Result } from '../base/result.ts';

/** Whom we speak for: the identity keys tokens and limits, the number is what core knows a member by. */
export type MemberRef = { readonly identityId: IdentityId; readonly phone: Phone };

export type AccountType = 'PERSONAL' | 'TRUST' | 'OPERATIONS' | 'CREDEX_FOUNDATION';

export type PendingOffer = {
  readonly credexId: string;
  /** Negative for outgoing offers, as core says it. */
  readonly amount: Money;
  readonly counterpartyAccountName: string;
  readonly secured: boolean;
  /** `YYYY-MM-DD`; unsecured only. */
  readonly dueDate?: string;
};

export type Account = {
  readonly accountId: string;
  readonly accountName: string;
  readonly accountHandle: string;
  readonly accountType: AccountType;
  readonly defaultDenomination: Denomination;
  readonly isOwned: boolean;
  readonly securedNet: readonly Money[];
  readonly unsecured: { readonly payables: Money; readonly receivables: Money; readonly net: Money };
  readonly netAssets: Money;
  readonly pendingIn: readonly PendingOffer[];
  readonly pendingOut: readonly PendingOffer[];
};

export type Member = {
  readonly memberId: string;
  readonly tier: number;
  /** What may still be issued today in USD minor units; null where the tier has no limit. */
  readonly remainingAvailableUsd: Money | null;
  readonly firstname: string;
  readonly lastname: string;
  readonly memberHandle: string;
  readonly defaultDenomination: Denomination;
};

/** A snapshot of everything a member may see, taken by core in one answer. */
export type Dashboard = { readonly member: Member; readonly accounts: readonly Account[] };

export type LogInRefusal = 'credex.member_unknown' | 'credex.log_in_refused';
export type RegisterRefusal = 'credex.member_exists' | 'credex.name_refused' | 'credex.registration_refused';

export type Registration = {
  readonly firstname: string;
  readonly lastname: string;
  readonly defaultDenomination: Denomination;
  /** The same for every repeat of one wish to register. */
  readonly idempotencyKey: string;
};

/** An account as its payer sees it before anything is offered. */
export type Payee = { readonly accountId: string; readonly accountName: string; readonly accountHandle: string };

/** A secured offer between two accounts; `idempotencyKey` is the same for every repeat of one wish. */
export type Offer = {
  readonly issuerAccountId: string;
  readonly receiverAccountId: string;
  readonly amount: Money;
  readonly idempotencyKey: string;
};
export type OfferAnswer = { readonly credexId: string; readonly idempotencyKey: string };

/** What core did, and what the member sees after it; without the dashboard where core's could not be read. */
export type Done = { readonly credexId: string; readonly dashboard?: Dashboard };

/** One accepted credex as its account sees it; negative where the account owes. */
export type LedgerEntry = {
  readonly credexId: string;
  readonly amount: Money;
  readonly counterpartyAccountName: string;
  readonly acceptedAtMs: number;
  readonly cleared: boolean;
};
export type LedgerPage = { readonly entries: readonly LedgerEntry[]; readonly hasMore: boolean };
/** `startRow` counts from 0, the newest. */
export type PageWish = { readonly accountId: string; readonly startRow: number; readonly numRows: number };

export type OfferRefusal =
  'credex.limit_reached' | 'credex.balance_insufficient' | 'credex.accounts_refused' | 'credex.offer_refused';
/** Says nothing of the offer's state: one that already is what was wanted is refused too. */
export type AnswerRefusal = 'credex.answer_refused';

type Change<Wish, Refusal> = (member: MemberRef, wish: Wish) => Promise<Result<Done, Refusal | LogInRefusal>>;

export type Credex = {
  /** Opens a new token and reads the dashboard with it. */
  readonly logIn: (member: MemberRef) => Promise<Result<Dashboard, LogInRefusal>>;
  /** Creates member and personal account; logs in. */
  readonly register: (member: MemberRef, registration: Registration) => Promise<Result<Dashboard, RegisterRefusal>>;
  /** Reads with a live token; logs in when there is none or core no longer takes it, once. */
  readonly readDashboard: (member: MemberRef) => Promise<Result<Dashboard, LogInRefusal>>;
  readonly findAccount: (
    member: MemberRef,
    handle: string,
  ) => Promise<Result<Payee, 'credex.account_unknown' | LogInRefusal>>;
  /** Newest acceptance first. */
  readonly readLedger: (
    member: MemberRef,
    wish: PageWish,
  ) => Promise<Result<LedgerPage, 'credex.account_unknown' | LogInRefusal>>;
  /**
   * The four changes of the ledger. Where the fault is `credex.core_away` it is certain that nothing was done; where it is
   * `credex.outcome_unknown` nobody knows, and nothing is repeated here.
   */
  readonly offer: Change<Offer, OfferRefusal>;
  readonly accept: Change<OfferAnswer, AnswerRefusal>;
  readonly decline: Change<OfferAnswer, AnswerRefusal>;
  readonly cancel: Change<OfferAnswer, AnswerRefusal>;
  /** Core is known to be away just now: a call would be refused before a byte of it is sent. */
  readonly isDown: () => boolean;
  /** Forgets the member's token (log-out, changed identity). */
  readonly forget: (member: MemberRef) => Promise<void>;
};
