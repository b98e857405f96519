import type { IdentityId, IntentId } from '../base/id.ts';
import type {
  Account,
  Dashboard,
  LedgerPage,
  LogInRefusal,
  Payee,
  Registration,
  RegisterRefusal,
} from '../credex/credex.ts';
import type { Carried, Draft, Intent, PaymentStanding, WishKind } from '../payment/payment.ts';
import type { Result } from '../base/result.ts';
import type { OutboxKind, Outgoing } from '../delivery/outgoing.ts';
import type { EventFields } from '../watch/watch.ts';
import type { EventName } from '../watch/events.ts';
import type { Inbound } from './understanding/inbound.ts';
import type { OfferSide, Session, SessionState } from './sessions/session.ts';
import type { OfferCommand } from './understanding/offer-command.ts';
import type { Notice } from './notices/notice.ts';

/** The person as the identity row knows them; no number, no BSUID. */
export type Person = {
  readonly identityId: IdentityId;
  readonly standing: 'open' | 'contested' | 'frozen';
  readonly language: string;
  readonly hasNumber: boolean;
  readonly wasAskedForNumber: boolean;
  /** Whether this message proves who speaks well enough to move money (the table of identities). */
  readonly mayMoveMoney: boolean;
};

/** What a turn may ask of the credex core. The number is added outside: `decide` never sees it. */
export type Ask =
  | { readonly ask: 'log_in' }
  | { readonly ask: 'read_dashboard' }
  | { readonly ask: 'register'; readonly registration: Omit<Registration, 'idempotencyKey'> }
  /** The dashboard as it is now, and the account with this handle. */
  | { readonly ask: 'prepare_offer'; readonly handle: string }
  | { readonly ask: 'read_ledger'; readonly startRow: number; readonly numRows: number }
  /** A tap on the confirmation that the session shows: the one way to change the ledger. */
  | { readonly ask: 'confirm'; readonly intentId: IntentId; readonly draft: Draft }
  /** What became of a confirmation of the past. Never spends it. */
  | { readonly ask: 'look_up'; readonly nonce: string };

export type Prepared = { readonly dashboard: Dashboard; readonly payee: Payee | undefined };
export type ReadLedger = { readonly dashboard: Dashboard; readonly account: Account; readonly page: LedgerPage };
/** Of these the turn goes on; a lapsed one writes nothing. */
export type CarriedHere = Exclude<Carried, { outcome: 'lapsed' }>;

export type AskOutcome =
  | { readonly ask: 'log_in' | 'read_dashboard'; readonly result: Result<Dashboard, LogInRefusal> | 'core_away' }
  | { readonly ask: 'register'; readonly result: Result<Dashboard, RegisterRefusal> | 'core_away' | 'outcome_unknown' }
  | { readonly ask: 'prepare_offer'; readonly result: Result<Prepared, LogInRefusal> | 'core_away' }
  | { readonly ask: 'read_ledger'; readonly result: Result<ReadLedger, LogInRefusal> | 'core_away' }
  | { readonly ask: 'confirm'; readonly carried: CarriedHere }
  | { readonly ask: 'look_up'; readonly intent: Intent | undefined };

/** What a turn is about. Outcomes come back as inputs of the same turn, at most 4 rounds. */
export type TurnInput =
  | { readonly type: 'message'; readonly message: Inbound; readonly isStale: boolean }
  /** This identity is over a request quota: one notice for the window, then silence. */
  | { readonly type: 'over_limit'; readonly isFirst: boolean; readonly message: Inbound }
  | { readonly type: 'outcome'; readonly outcome: AskOutcome }
  /** This very message has spent an intent before, and whatever held it never finished: what became of it now. */
  | { readonly type: 'resumed'; readonly carried: CarriedHere }
  /** A timer found out. */
  | { readonly type: 'found_out'; readonly carried: CarriedHere }
  | { readonly type: 'notice'; readonly notice: Notice };

export type Effect =
  | { readonly effect: 'reply'; readonly kind: OutboxKind; readonly message: Outgoing }
  | { readonly effect: 'ask'; readonly ask: Ask }
  | { readonly effect: 'note'; readonly event: EventName; readonly fields?: EventFields }
  /** The person has been asked for their number (once) or chose a language. */
  | { readonly effect: 'remember'; readonly numberAsked?: true; readonly language?: string }
  /** The reply shows this confirmation: its intent is kept in the same commit. */
  | { readonly effect: 'show_intent'; readonly intentId: IntentId; readonly draft: Draft; readonly nonce: string }
  /** The person has left the confirmation: nothing of it can be done any more. */
  | { readonly effect: 'void_intent' };

/**
 * `carry` is what one round hands to the next of the same turn; it is never kept. The session of a later round is what
 * the round before decided: `live`, or `none` where it decided on `undefined`.
 */
export type TurnState = {
  readonly person: Person;
  readonly session: SessionState;
  readonly payments: PaymentStanding;
  readonly carry?: Carry;
};
/** Why core was asked: the answer goes on accordingly. */
export type Carry =
  | { readonly after: After }
  | { readonly after: 'offer' }
  | { readonly after: 'command'; readonly command: OfferCommand }
  | { readonly after: 'offers'; readonly side: OfferSide; readonly start: number }
  | { readonly after: 'answer'; readonly kind: Exclude<WishKind, 'offer'>; readonly credexId: string }
  | { readonly after: 'ledger'; readonly startRow: number }
  | { readonly after: 'confirm' };
/** What a log-in was for: the dashboard begins accordingly. */
export type After = 'greeting' | 'menu' | 'expired' | 'old_button' | 'registered' | 'already_member';

export type Decision = {
  /** The session after this round; `undefined` ends it. The very same object where nothing of it changed. */
  readonly session: Session | undefined;
  readonly effects: readonly Effect[];
  readonly carry?: Carry;
};

/** What a turn may need beside its state: nonce and ids follow from the input outside this room's pure part, so that a repeat makes the same. */
export type TurnContext = {
  readonly nowMs: number;
  readonly nonce: string;
  /** Of the confirmation that this turn may show. */
  readonly intentId: IntentId;
  readonly phoneNumberId: string;
};

export type Decide = (state: TurnState, input: TurnInput, context: TurnContext) => Decision;
