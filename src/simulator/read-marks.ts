import { TYPING_MS } from './graph/limits.ts';
import type { SimulatorEvent, Who } from './people/chat.ts';
import type { Chat, Chats } from './people/chats.ts';

export type ReadMarks = {
  /** Blue ticks for this message of the person and all before it; "typing…" for 25 s or until the reply. */
  readonly markRead: (chat: Chat, wamid: string, typing: boolean) => void;
  readonly endTyping: (chat: Chat) => void;
};
export type ReadMarksDeps = { readonly chats: Pick<Chats, 'setState'>; readonly emit: (event: SimulatorEvent) => void };

export const createReadMarks = ({ chats, emit }: ReadMarksDeps): ReadMarks => {
  const timers = new Map<Who, NodeJS.Timeout>();
  const endTyping = ({ person: { who } }: Chat): void => {
    const timer = timers.get(who);
    if (!timer) return;
    clearTimeout(timer);
    timers.delete(who);
    emit({ type: 'typing', who, on: false });
  };
  const startTyping = (chat: Chat): void => {
    const { who } = chat.person;
    clearTimeout(timers.get(who));
    timers.set(who, setTimeout(() => endTyping(chat), TYPING_MS).unref());
    emit({ type: 'typing', who, on: true });
  };
  return Object.freeze({
    markRead: (chat: Chat, wamid: string, typing: boolean) => {
      const upTo = chat.messages.find((message) => message.wamid === wamid)?.seq ?? 0;
      for (const message of chat.messages)
        if (message.from === 'person' && message.seq <= upTo && message.state !== 'read')
          chats.setState(chat, message, { state: 'read' });
      if (typing) startTyping(chat);
    },
    endTyping,
  });
};
