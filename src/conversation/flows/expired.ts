import type { MessageTurn, Step } from './flow.ts';
import { logIn } from './greeting.ts';
import { wordOf } from './visit.ts';

/**
 * F23: the first message after a visit has ended. A greeting simply begins a new one; anything else is not acted on,
 * and the answer says so above the dashboard.
 */
export const beginAfterExpiry = (turn: MessageTurn): Step => {
  const word = wordOf(turn);
  return logIn(word === 'greeting' || word === 'menu' ? 'greeting' : 'expired');
};
