import type { IdentityId } from '../base/id.ts';
import type { Dashboard, LogInRefusal, Registration, RegisterRefusal } from '../credex/credex.ts';
import type { Result } from '../base/result.ts';
import type { OutboxKind, Outgoing } from '../delivery/outgoing.ts';
import type { EventFields } from '../watch/watch.ts';
import type { EventName } from '../watch/events.ts';
import type { Inbound } from './understanding/inbound.ts';
import type { Session, SessionState } from './sessions/session.ts';

/** The person as the identity row knows them; no number, no BSUID. */
export type Person = {
  readonly identityId: IdentityId;
  readonly standing: 'open' | 'contested' | 'frozen';
  readonly language: string;
  readonly hasNumber: boolean;
  readonly wasAskedForNumber: boolean;
};

/** What a turn may ask of the credex core. The number is added outside: `decide` never sees it. */
export type Ask =
  | { readonly ask: 'log_in' }
  | { readonly ask: 'read_dashboard' }
  | { readonly ask: 'register'; readonly registration: Omit<Registration, 'idempotencyKey'> };

export type AskOutcome =
  | { readonly ask: 'log_in' | 'read_dashboard'; readonly result: Result<Dashboard, LogInRefusal> | 'core_away' }
  | { readonly ask: 'register'; readonly result: Result<Dashboard, RegisterRefusal> | 'core_away' | 'outcome_unknown' };

/** What a turn is about. Outcomes come back as inputs of the same turn, at most 4 rounds. */
export type TurnInput =
  | { readonly type: 'message'; readonly message: Inbound; readonly isStale: boolean }
  /** This identity is over a request quota: one notice for the window, then silence. */
  | { readonly type: 'over_limit'; readonly isFirst: boolean; readonly message: Inbound }
  | { readonly type: 'outcome'; readonly outcome: AskOutcome };

export type Effect =
  | { readonly effect: 'reply'; readonly kind: OutboxKind; readonly message: Outgoing }
  | { readonly effect: 'ask'; readonly ask: Ask }
  | { readonly effect: 'note'; readonly event: EventName; readonly fields?: EventFields }
  /** The person has been asked for their number (once) or chose a language. */
  | { readonly effect: 'remember'; readonly numberAsked?: true; readonly language?: string };

/**
 * `carry` is what one round hands to the next of the same turn; it is never kept. The session of a later round is what
 * the round before decided: `live`, or `none` where it decided on `undefined`.
 */
export type TurnState = { readonly person: Person; readonly session: SessionState; readonly carry?: Carry };
/** Why core was asked: the answer begins accordingly. */
export type Carry = {
  readonly after: 'greeting' | 'menu' | 'expired' | 'old_button' | 'registered' | 'already_member';
};

export type Decision = {
  /** The session after this round; `undefined` ends it. The very same object where nothing of it changed. */
  readonly session: Session | undefined;
  readonly effects: readonly Effect[];
  readonly carry?: Carry;
};

/** `seed` makes what must be unguessable yet the same on a repeat: nonces of screens derive from it outside this room's pure part. */
export type TurnContext = { readonly nowMs: number; readonly nonce: string; readonly phoneNumberId: string };

export type Decide = (state: TurnState, input: TurnInput, context: TurnContext) => Decision;
