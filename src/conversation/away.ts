import type { Outgoing } from '../delivery/outgoing.ts';
import type { Inbound } from './inbound.ts';
import { readWord } from './words.ts';

export type AwayAnswer = {
  /** Answered at once, not after waiting for the session. */
  readonly isUrgent: boolean;
  /** None for what never gets an answer (reactions). */
  readonly message: Outgoing | undefined;
};
export type { Inbound };
export const answerWithoutSession = (_message: Inbound, _language: string): AwayAnswer => ({ isUrgent: readWord('', false) !== undefined, message: undefined });
