import { assert } from '../../base/assert.ts';
import type { Clock } from '../../base/clock.ts';
import { newWamid } from '../graph/wamid.ts';
import type { Delivery } from '../webhook-client.ts';
import type { Act } from './acts.ts';
import type { ChatMessage, Who } from './chat.ts';
import type { Chat, Chats } from './chats.ts';
import { wrapChanges, wrapMessage, type Business } from './envelope.ts';

/** A message on its way to the bot. */
export type Posted = {
  readonly wamid: string;
  readonly seq: number;
  /** Whether a door answered 200; false = given up after the settings' number of tries, or the simulator closed. */
  readonly accepted: boolean;
  readonly tries: number;
};

export type PostActs = {
  readonly post: (who: Who, make: (chat: Chat) => Act) => Promise<Posted>;
  /** All in one webhook, spread over `entries` entries. */
  readonly postTogether: (
    acts: readonly { readonly who: Who; readonly act: Act }[],
    entries: number,
  ) => Promise<readonly Posted[]>;
};

export type PostActsDeps = {
  readonly chats: Chats;
  readonly business: Business;
  readonly clock: Clock;
  readonly deliver: (body: object) => Promise<Delivery>;
};

/** Puts acts into their chats at once, and hands them to the bot. */
export const createPostActs = ({ chats, business, clock, deliver }: PostActsDeps): PostActs => {
  type Ready = { readonly chat: Chat; readonly message: ChatMessage; readonly change: object };

  const prepare = (chat: Chat, { message, content, answers }: Act): Ready => {
    const { person } = chat;
    const own = message.over?.id;
    const wamid = typeof own === 'string' ? own : newWamid(person.phone ?? person.who, 'inbound');
    const draft = { from: 'person', wamid, state: 'waiting', content, ...(answers ? { answers } : {}) } as const;
    const change = wrapMessage(business, { person, message, wamid, atMs: clock.now() });
    return { chat, message: chats.append(chat, draft), change };
  };
  const send = async (ready: readonly Ready[], entries: readonly (readonly object[])[]): Promise<readonly Posted[]> => {
    const { accepted, tries } = await deliver(wrapChanges(business, entries));
    return ready.map(({ chat, message }) => {
      // The bot may have marked it read before its door answered.
      if (message.state === 'waiting') chats.setState(chat, message, { state: accepted ? 'delivered' : 'failed' });
      return { wamid: message.wamid, seq: message.seq, accepted, tries };
    });
  };

  return Object.freeze({
    post: async (who: Who, make: (chat: Chat) => Act) => {
      const chat = chats.reach(who);
      const ready = prepare(chat, make(chat));
      const [posted] = await send([ready], [[ready.change]]);
      assert(posted, 'one act is posted once');
      return posted;
    },
    postTogether: async (acts: readonly { readonly who: Who; readonly act: Act }[], entries: number) => {
      const ready = acts.map(({ who, act }) => prepare(chats.reach(who), act));
      const size = Math.ceil(ready.length / entries);
      const parts = Array.from({ length: entries }, (_, index) => ready.slice(index * size, (index + 1) * size));
      return send(
        ready,
        parts.map((part) => part.map(({ change }) => change)),
      );
    },
  });
};
