import type { Outgoing } from '../../delivery/outgoing.ts';
import type { Inbound } from '../understanding/inbound.ts';
import { showText } from '../flows/show.ts';
import { wordingOf } from '../wording/languages.ts';
import { readWord } from '../understanding/words.ts';

export type AwayAnswer = {
  /** Answered at once, not after waiting for the session. */
  readonly isUrgent: boolean;
  /** None for what never gets an answer (reactions, system messages). */
  readonly message: Outgoing | undefined;
};

/** What can be said while nobody's session can be read: help and stop as always, else that nothing was done. */
export const answerWithoutSession = (message: Inbound, language: string): AwayAnswer => {
  const wording = wordingOf(language);
  if (message.kind === 'reaction' || message.kind === 'system') return { isUrgent: true, message: undefined };
  const word = message.kind === 'text' ? readWord(message.text, false) : undefined;
  if (word === 'help' || word === 'about' || word === 'stop')
    return { isUrgent: true, message: showText(wording[word]) };
  return { isUrgent: false, message: showText(wording.storesAway) };
};
