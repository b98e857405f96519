import type { Session } from '../session.ts';
import { readWord, type Word } from '../words.ts';
import type { MessageTurn, ScreenTurn, Step } from './flow.ts';
import { logIn, refresh } from './greeting.ts';
import { flowOf } from './screens.ts';
import { readTapId } from './show.ts';
import { answerUnread } from './unsupported.ts';

/** The global word that this message is; where a name is asked for, a name is not taken for a command. */
export const wordOf = ({ message, session }: MessageTurn): Word | undefined => {
  if (message.kind !== 'text') return undefined;
  const isNameExpected = session.state === 'live' && flowOf(session.session.screen).expectsName === true;
  return readWord(message.text, isNameExpected);
};

const hearText = (turn: ScreenTurn, text: string, word: Word | undefined): Step => {
  const flow = flowOf(turn.screen);
  switch (word) {
    case 'greeting':
      return logIn('greeting');
    case 'menu':
      return refresh(turn);
    case 'cancel':
      return flow.cancel(turn);
    case 'thanks':
      return { step: 'stay', note: turn.wording.thanks };
    default:
      return flow.hear(turn, text);
  }
};

/** A button counts for the screen it belongs to, in the session it was made in, and for nothing else (S34, S106). */
const hearTap = (turn: ScreenTurn, id: string): Step => {
  const tap = readTapId(id);
  const step = tap?.nonce === turn.live.nonce ? flowOf(turn.screen).choose(turn, tap.action) : undefined;
  if (step) return step;
  return {
    step: 'stay',
    note: turn.wording.begin.oldButton,
    event: { name: 'conversation.old_button_refused', reason: turn.screen.name },
  };
};

/** A message within a visit. */
export const continueVisit = (turn: MessageTurn, live: Session): Step => {
  const { message, wording } = turn;
  const screenTurn: ScreenTurn = { ...turn, live, screen: live.screen };
  switch (message.kind) {
    case 'text':
      return hearText(screenTurn, message.text, wordOf(turn));
    case 'tap':
      return hearTap(screenTurn, message.id);
    case 'reaction':
    case 'system':
      return { step: 'silent', session: 'touch' };
    case 'contacts':
      return message.ownPhone === undefined ? answerUnread(message, wording) : logIn('greeting');
    default:
      return answerUnread(message, wording);
  }
};

/** The first message of somebody who has no visit: words and taps log in, what cannot be read is answered. */
export const beginVisit = ({ message, wording }: MessageTurn): Step => {
  switch (message.kind) {
    case 'text':
      return logIn('greeting');
    case 'tap':
      return logIn('old_button');
    case 'reaction':
    case 'system':
      return { step: 'silent', session: 'keep' };
    case 'contacts':
      return message.ownPhone === undefined ? answerUnread(message, wording) : logIn('greeting');
    default:
      return answerUnread(message, wording);
  }
};
