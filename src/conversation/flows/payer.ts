import type { Step, Turn } from './flow.ts';

/** Why this person may not move money just now; undefined where they may. */
export const whyMayNotPay = ({ person, payments, wording }: Turn): string | undefined => {
  if (payments.moneyStopped) return wording.payment.stopped;
  return person.mayMoveMoney ? undefined : wording.payment.unproven;
};

/** The same as a step: back to the menu; without a visit it is only said. */
export const refusePayer = (turn: Turn): Step | undefined => {
  const why = whyMayNotPay(turn);
  if (why === undefined) return undefined;
  return turn.session.state === 'live'
    ? { step: 'go', screen: { name: 'menu' }, note: why }
    : { step: 'say', text: why, session: 'keep' };
};
