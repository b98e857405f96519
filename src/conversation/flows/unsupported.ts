import type { Inbound } from '../understanding/inbound.ts';
import type { Wording } from '../wording/wording.ts';
import type { Step } from './flow.ts';

/** What can be acted on; every other kind is answered here. */
export type Readable = Extract<Inbound, { kind: 'text' | 'tap' }>;
type Silent = Extract<Inbound, { kind: 'reaction' | 'system' }>;

const wordsFor = (message: Exclude<Inbound, Readable | Silent>, { unread, unreadMedia }: Wording): string => {
  if (message.kind === 'media') return unreadMedia[message.media];
  if (message.kind === 'unsupported') return message.lost ? unread.lost : unread.unsupported;
  return unread[message.kind];
};

/** Says what cannot be read and what to do instead; changes nothing, fetches nothing (S70), never runs anything again. */
export const answerUnread = (message: Exclude<Inbound, Readable | Silent>, wording: Wording): Step => ({
  step: 'stay',
  note: wordsFor(message, wording),
  event: { name: 'conversation.message_unread', reason: message.kind },
});
