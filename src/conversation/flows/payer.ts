import type { Step, Turn } from './flow.ts';

/** Why this person may not move money just now; undefined where they may. */
export const refusePayer = ({ person, payments, wording }: Turn): Step | undefined => {
  const text = payments.moneyStopped ? wording.payment.stopped : wording.payment.unproven;
  return payments.moneyStopped || !person.mayMoveMoney
    ? { step: 'go', screen: { name: 'menu' }, note: text }
    : undefined;
};
