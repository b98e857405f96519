import type { MessageTurn, Step } from './flow.ts';
import { logIn } from './greeting.ts';
import { readWord } from '../words.ts';

/**
 * F23: the first message after a visit has ended. A greeting simply begins a new one; anything else is not acted on,
 * and the answer says so above the dashboard.
 */
export const beginAfterExpiry = ({ message }: MessageTurn): Step => {
  const word = message.kind === 'text' ? readWord(message.text, false) : undefined;
  return {
    ...logIn(word === 'greeting' || word === 'menu' ? 'greeting' : 'expired'),
    event: { name: 'conversation.session_expired' },
  };
};
