import type { IdentityId, IntentId } from '../../base/id.ts';
import type { Denomination, Money } from '../../base/money.ts';
import type { Draft } from '../../payment/payment.ts';

/** Idle limit from the person's last message (S9); only a message moves it. */
export const SESSION_IDLE_MS = 300_000;
/** The token's own cap: after six hours even a lively session logs in again (S4). */
export const SESSION_ABSOLUTE_MS = 6 * 3_600_000;

/** Where the person is: a closed union, one variant a screen, each with just what its flow has learned so far (S11, S26). */
export type Screen =
  | { readonly name: 'menu' }
  | { readonly name: 'welcome' }
  | { readonly name: 'register.first_name' }
  | { readonly name: 'register.last_name'; readonly firstname: string }
  | { readonly name: 'register.confirm'; readonly firstname: string; readonly lastname: string }
  /** `denomination` is the account's own; the handle is kept where only the amount was wrong. */
  | { readonly name: 'offer.amount'; readonly denomination: Denomination; readonly handle?: string }
  | { readonly name: 'offer.handle'; readonly amount: Money }
  /** What the intent's row says too: spending compares the two. */
  | { readonly name: 'payment.confirm'; readonly intentId: IntentId; readonly draft: Draft }
  /** `start` is the place of the first of these among all that wait. */
  | {
      readonly name: 'offers.list';
      readonly side: OfferSide;
      readonly start: number;
      readonly offers: readonly ListedOffer[];
      readonly hasMore: boolean;
    }
  | { readonly name: 'offers.one'; readonly offer: ListedOffer }
  /** `startRow` counts from 0, the newest. */
  | { readonly name: 'ledger'; readonly startRow: number; readonly hasMore: boolean };

export type OfferSide = 'in' | 'out';
/** An offer as a list showed it; `amount` is positive. */
export type ListedOffer = { readonly credexId: string; readonly amount: Money; readonly otherName: string };

/** What is remembered between two messages of a person; sealed in Redis under a random key, gone after five minutes. */
export type Session = {
  readonly version: 1;
  /** All three must match on every message (S36). */
  readonly identityId: IdentityId;
  readonly phoneNumberId: string;
  readonly memberId?: string;
  readonly openedAtMs: number;
  readonly lastMessageAtMs: number;
  /** Part of every button's id: a button of another screen or session is answered kindly and does nothing (S34, S106). */
  readonly nonce: string;
  readonly screen: Screen;
};

/** What became of the session that the lane refers to. `expired` covers idle, absolute and lost (Redis flushed). */
export type SessionState =
  { readonly state: 'live'; readonly session: Session } | { readonly state: 'none' } | { readonly state: 'expired' };

/** Opaque text that names a session in Redis; kept in the lane row, bound into the seal. */
export type SessionRef = string;

/** Where sessions are kept: Redis, or in development the in-process stand-in; one contract suite for both. */
export type SessionStore = {
  /** Seals under a fresh random key that lives until idle or absolute end, whichever is first. Throws a Fault when away. */
  readonly keep: (session: Session) => Promise<SessionRef>;
  /** Only the referenced one; expired by the record's own clock too. `unreadable` = altered, moved or of an unknown key. */
  readonly load: (ref: SessionRef, identityId: IdentityId) => Promise<Session | 'missing' | 'unreadable'>;
  readonly drop: (ref: SessionRef) => Promise<void>;
};
