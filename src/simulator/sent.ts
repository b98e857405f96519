import type { BotMessage, Who } from './people/chat.ts';

/** A send that Graph accepted. */
export type Sent = {
  readonly who: Who;
  readonly message: BotMessage;
  /** `biz_opaque_callback_data`. */
  readonly reference: string | undefined;
  /** The request's JSON as sent. */
  readonly request: Readonly<Record<string, unknown>>;
};
type Outcome = 'accepted' | 'refused' | 'read';

/** What the bot has sent, over all people. */
export type SentLog = {
  readonly counts: () => Readonly<Record<Outcome, number>>;
  /** The last accepted sends, oldest first. */
  readonly list: () => readonly Sent[];
  /** Accepted sends with this `biz_opaque_callback_data`. */
  readonly withReference: (reference: string) => readonly Sent[];
  /** Called at the moment of acceptance, before the answer is written; answers the way to stop it. */
  readonly onAccepted: (listener: (sent: Sent) => void) => () => void;
};
export type OwnedSentLog = SentLog & {
  readonly note: (sent: Sent) => void;
  readonly count: (outcome: Exclude<Outcome, 'accepted'>) => void;
};

export const createSentLog = (sentMax: number): OwnedSentLog => {
  const counts = { accepted: 0, refused: 0, read: 0 };
  const listeners = new Set<(sent: Sent) => void>();
  let kept: Sent[] = [];
  return Object.freeze({
    counts: () => ({ ...counts }),
    list: () => kept.slice(-sentMax),
    withReference: (reference: string) => kept.filter((sent) => sent.reference === reference),
    onAccepted: (listener: (sent: Sent) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    note: (sent: Sent) => {
      counts.accepted += 1;
      kept.push(sent);
      // Cut rarely, so that a benchmark pays for a copy only once in `sentMax` sends.
      if (kept.length > 2 * sentMax) kept = kept.slice(-sentMax);
      for (const listener of listeners) listener(sent);
    },
    count: (outcome: Exclude<Outcome, 'accepted'>) => {
      counts[outcome] += 1;
    },
  });
};
