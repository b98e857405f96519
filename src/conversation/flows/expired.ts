import type { MessageTurn, Step } from './flow.ts';
import { logIn } from './greeting.ts';
import { hearOldConfirmation } from './payment.ts';
import { hearWish, wordOf } from './visit.ts';

/**
 * F23: the first message after a visit has ended. A greeting simply begins a new one; so does a wish
 * that must be confirmed anyway; anything else is not acted on, and the answer says so above the dashboard.
 */
export const beginAfterExpiry = (turn: MessageTurn): Step => {
  const { message } = turn;
  const word = wordOf(turn);
  const step = message.kind === 'tap' ? hearOldConfirmation(message.id) : hearWish(turn);
  return step ?? logIn(word === 'greeting' || word === 'menu' ? 'greeting' : 'expired');
};
