import { fitText } from '../../base/fit-text.ts';
import type { Outgoing } from '../../delivery/outgoing.ts';
import type { Screen, Session } from '../sessions/session.ts';
import type { Decision, Effect } from '../decision.ts';
import type { SessionFate, Step, Turn } from './flow.ts';
import { flowOf } from './screens.ts';
import { paragraphs, showText } from './show.ts';

type Seen = { readonly session: Session | undefined; readonly message: Outgoing };

const liveOf = ({ session }: Turn): Session | undefined => (session.state === 'live' ? session.session : undefined);

const touch = (turn: Turn, session: Session | undefined): Session | undefined =>
  session && { ...session, lastMessageAtMs: turn.context.nowMs };

const settleFate = (turn: Turn, fate: SessionFate): Session | undefined => {
  const session = liveOf(turn);
  if (fate === 'end') return undefined;
  return fate === 'touch' ? touch(turn, session) : session;
};

const see = (turn: Turn, session: Session, note: string | undefined): Seen => ({
  session,
  message: flowOf(session.screen).show({ ...turn, live: session, screen: session.screen }, note),
});

const open = ({ person, context }: Turn, screen: Screen, memberId: string | undefined): Session => ({
  version: 1,
  identityId: person.identityId,
  phoneNumberId: context.phoneNumberId,
  ...(memberId === undefined ? {} : { memberId }),
  openedAtMs: context.nowMs,
  lastMessageAtMs: context.nowMs,
  nonce: context.nonce,
  screen,
});

/** Without a session there is no screen to stay on: only the note is said, and how to begin. */
const stay = (turn: Turn, note: string | undefined): Seen => {
  const session = touch(turn, liveOf(turn));
  if (session) return see(turn, session, note);
  return { session: undefined, message: showText(paragraphs(note, turn.wording.begin.hint)) };
};

/** Another screen has a nonce of its own, so that buttons of the one before are dead; the menu shown anew keeps its own. */
const go = (turn: Turn, screen: Screen, note: string | undefined): Seen => {
  const session = liveOf(turn);
  if (!session) return see(turn, open(turn, screen, undefined), note);
  const isSame = session.screen.name === 'menu' && screen.name === 'menu';
  const nonce = isSame ? session.nonce : turn.context.nonce;
  return see(turn, { ...session, lastMessageAtMs: turn.context.nowMs, nonce, screen }, note);
};

const decideOn = (turn: Turn, step: Step): Decision => {
  const reply = ({ session, message }: Seen, more: readonly Effect[] = []): Decision => ({
    session,
    effects: [{ effect: 'reply', kind: step.kind ?? 'prompt', message }, ...more],
  });
  switch (step.step) {
    case 'stay':
      return reply(stay(turn, step.note));
    case 'go':
      return reply(go(turn, step.screen, step.note));
    case 'open':
      return reply(see(turn, open(turn, step.screen, step.memberId), step.note));
    case 'propose': {
      const { draft, memberId, note } = step;
      const { intentId } = turn.context;
      const screen: Screen = { name: 'payment.confirm', intentId, draft };
      // A visit that nobody has logged in to is none to pay in: a new one is opened with whom core knows.
      const isOpen = liveOf(turn)?.memberId !== undefined;
      const seen = isOpen ? go(turn, screen, note) : see(turn, open(turn, screen, memberId), note);
      return reply(seen, [
        { effect: 'show_intent', intentId, draft, nonce: seen.session?.nonce ?? turn.context.nonce },
      ]);
    }
    case 'say':
      return reply({ session: settleFate(turn, step.session), message: showText(step.text) });
    case 'request_number':
      return reply({ session: undefined, message: { kind: 'number_request', body: fitText(step.body, 1024) } }, [
        { effect: 'remember', numberAsked: true },
      ]);
    case 'ask':
      return { session: touch(turn, liveOf(turn)), effects: [{ effect: 'ask', ask: step.ask }], carry: step.carry };
    case 'silent':
      return { session: settleFate(turn, step.session), effects: [] };
  }
};

const confirmingOf = (session: Session | undefined): string | undefined =>
  session?.screen.name === 'payment.confirm' ? session.screen.intentId : undefined;

/** Whoever leaves a confirmation leaves nothing behind that could still be tapped. */
const voidLeft = (turn: Turn, { session, effects }: Decision): readonly Effect[] => {
  const was = confirmingOf(liveOf(turn));
  const isLeft = was !== undefined && was !== confirmingOf(session);
  return isLeft && !effects.some(({ effect }) => effect === 'show_intent') ? [{ effect: 'void_intent' }] : [];
};

/** Makes session and effects of what a flow decided. */
export const takeStep = (turn: Turn, step: Step): Decision => {
  const decided = decideOn(turn, step);
  const decision = { ...decided, effects: [...decided.effects, ...voidLeft(turn, decided)] };
  if (step.event === undefined) return decision;
  const { name, reason } = step.event;
  const note: Effect = { effect: 'note', event: name, ...(reason === undefined ? {} : { fields: { reason } }) };
  return { ...decision, effects: [...decision.effects, note] };
};
