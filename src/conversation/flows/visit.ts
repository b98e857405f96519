import type { Session } from '../sessions/session.ts';
import { readWord, type Word } from '../understanding/words.ts';
import type { MessageTurn, ScreenTurn, Step } from './flow.ts';
import { logIn, refresh } from './greeting.ts';
import { readMenuName } from './menu.ts';
import { hearCommand } from './offer.ts';
import { hearOldConfirmation, hearWhilePending } from './payment.ts';
import { flowOf } from './screens.ts';
import { readTapId } from './show.ts';
import { answerUnread } from './unsupported.ts';

/** The global word that this message is; where a name is asked for, a name is not taken for a command. */
export const wordOf = ({ message, session }: MessageTurn): Word | undefined => {
  if (message.kind !== 'text') return undefined;
  const isNameExpected = session.state === 'live' && flowOf(session.session.screen).expects === 'name';
  return readWord(message.text, isNameExpected);
};

/** What the words do that mean something different on every screen; the others were answered before. */
const WORDS: { readonly [Name in Word]?: (turn: ScreenTurn) => Step } = {
  greeting: () => logIn('greeting'),
  menu: refresh,
  cancel: (turn) => flowOf(turn.screen).cancel(turn),
  thanks: ({ wording }) => ({ step: 'stay', note: wording.thanks }),
};

const hearText = (turn: ScreenTurn, text: string, word: Word | undefined): Step => {
  const flow = flowOf(turn.screen);
  const step = word && WORDS[word]?.(turn);
  if (step) return step;
  const command = flow.expects === 'name' ? undefined : hearCommand(turn, text);
  const row = flow.expects === undefined && turn.live.memberId !== undefined ? readMenuName(text) : undefined;
  return command ?? row?.choose(turn) ?? flow.hear(turn, text);
};

/** A button counts for the screen it belongs to, in the session it was made in, and for nothing else (S34, S106). */
const hearTap = (turn: ScreenTurn, id: string): Step => {
  const tap = readTapId(id);
  const step = tap?.nonce === turn.live.nonce ? flowOf(turn.screen).choose(turn, tap.action) : undefined;
  if (step) return step;
  return (
    hearOldConfirmation(id) ?? {
      step: 'stay',
      note: turn.wording.begin.oldButton,
      event: { name: 'conversation.old_button_refused', reason: turn.screen.name },
    }
  );
};

/** What is neither text nor tap means the same with and without a visit. */
const hearOther = ({ message, wording }: MessageTurn): Step => {
  if (message.kind === 'text' || message.kind === 'tap') return logIn('greeting');
  if (message.kind === 'reaction' || message.kind === 'system') return { step: 'silent', session: 'touch' };
  // Their own number, shared on our request: it is attached by now.
  if (message.kind === 'contacts' && message.ownPhone !== undefined) return logIn('greeting');
  return answerUnread(message, wording);
};

/** A message within a visit. */
export const continueVisit = (turn: MessageTurn, live: Session): Step => {
  const { message } = turn;
  const screenTurn: ScreenTurn = { ...turn, live, screen: live.screen };
  const pending = hearWhilePending(screenTurn);
  if (pending) return pending;
  if (message.kind === 'text') return hearText(screenTurn, message.text, wordOf(turn));
  return message.kind === 'tap' ? hearTap(screenTurn, message.id) : hearOther(turn);
};

/** The first message of somebody who has no visit: words log in, a button is of a visit that is over. */
export const beginVisit = (turn: MessageTurn): Step => {
  const { message } = turn;
  if (message.kind === 'tap') return hearOldConfirmation(message.id) ?? logIn('old_button');
  return hearWish(turn) ?? hearOther(turn);
};

/** What somebody may wish without having greeted: nothing of it is done before a confirmation. */
export const hearWish = (turn: MessageTurn): Step | undefined => {
  const { message } = turn;
  if (message.kind !== 'text') return undefined;
  return hearCommand(turn, message.text) ?? readMenuName(message.text)?.choose(turn);
};
