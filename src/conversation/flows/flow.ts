import type { OutboxKind, Outgoing } from '../../delivery/outgoing.ts';
import type { EventName } from '../../watch/events.ts';
import type { Inbound } from '../understanding/inbound.ts';
import type { Screen, Session, SessionState } from '../sessions/session.ts';
import type { Draft, PaymentStanding } from '../../payment/payment.ts';
import type { Ask, Carry, Person, TurnContext } from '../decision.ts';
import type { Wording } from '../wording/wording.ts';

/** What every flow may look at. */
export type Turn = {
  readonly person: Person;
  readonly session: SessionState;
  readonly payments: PaymentStanding;
  readonly context: TurnContext;
  readonly wording: Wording;
};

export type MessageTurn = Turn & { readonly message: Inbound; readonly isStale: boolean };

/** A turn on a live session whose screen is `S`. */
export type ScreenTurn<S extends Screen = Screen> = Turn & { readonly live: Session; readonly screen: S };

/** What a flow decides; `take-step.ts` makes session and effects of it. Every step but `ask` and `silent` is one reply. */
export type Step = (
  | { readonly step: 'stay'; readonly note?: string }
  | { readonly step: 'go'; readonly screen: Screen; readonly note?: string }
  /** A new session, with a nonce of its own: after each log-in. */
  | { readonly step: 'open'; readonly memberId?: string; readonly screen: Screen; readonly note?: string }
  /** Shows a confirmation: the one step from which anything can come to be done. */
  | { readonly step: 'propose'; readonly draft: Draft; readonly memberId?: string; readonly note?: string }
  | { readonly step: 'say'; readonly text: string; readonly session: SessionFate }
  | { readonly step: 'request_number'; readonly body: string }
  | { readonly step: 'ask'; readonly ask: Ask; readonly carry: Carry }
  | { readonly step: 'silent'; readonly session: SessionFate }
) & { readonly kind?: OutboxKind; readonly event?: { readonly name: EventName; readonly reason?: string } };

/** `keep`: as it is, idle clock included; `touch`: the person is still here; `end`: gone. */
export type SessionFate = 'keep' | 'touch' | 'end';

/** One screen: how it looks, and what a text, a button or CANCEL does on it. */
export type ScreenFlow<S extends Screen> = {
  /**
   * What the screen asks for in words. A name: only words that nobody is called are taken as commands. A value: commands
   * are, names of menu rows are not. Nothing: rows may be called by name from here too.
   */
  readonly expects?: 'name' | 'value';
  /** The screen, below what has just happened. */
  readonly show: (turn: ScreenTurn<S>, note?: string) => Outgoing;
  readonly hear: (turn: ScreenTurn<S>, text: string) => Step;
  /** `action` is what follows the nonce in a button's id; undefined when this screen has no such button. */
  readonly choose: (turn: ScreenTurn<S>, action: string) => Step | undefined;
  readonly cancel: (turn: ScreenTurn<S>) => Step;
};
