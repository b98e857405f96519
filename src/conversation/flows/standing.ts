import type { Step, Turn } from './flow.ts';

/** Whoever holds a number that core knows another person by, or is frozen, is told so and never logged in. */
export const tellStanding = ({ person: { standing }, wording }: Turn): Step | undefined =>
  standing === 'open' ? undefined : { step: 'say', text: wording.standing[standing], session: 'end' };
