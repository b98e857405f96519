import type { ChatMessage, Person, SimulatorEvent, Who } from '../people/chat.ts';

export type PageChat = {
  readonly person: Person;
  readonly messages: readonly ChatMessage[];
  readonly typing: boolean;
  /** The bot's messages since this phone was last open. */
  readonly unread: number;
};
/** All that the page shows. `open` are the phones on the desk, left to right. */
export type World = {
  readonly chats: ReadonlyMap<Who, PageChat>;
  readonly open: readonly Who[];
  /** The phone that was asked for last, and how many have been. */
  readonly called?: { readonly who: Who; readonly calls: number };
  readonly connected: boolean;
  readonly faults: number;
};
export type Snapshot = readonly { readonly person: Person; readonly messages: readonly ChatMessage[] }[];
export type WorldAction =
  | { readonly type: 'snapshot'; readonly people: Snapshot }
  | { readonly type: 'connected'; readonly on: boolean }
  | { readonly type: 'open' | 'call' | 'close'; readonly who: Who }
  | SimulatorEvent;

export const EMPTY_WORLD: World = { chats: new Map(), open: [], connected: false, faults: 0 };

/** As much of a chat as a page can show without growing slow. */
const SHOWN_MAX = 400;

const changeChat = (world: World, who: Who, change: (chat: PageChat) => PageChat): World => {
  const chat = world.chats.get(who);
  return chat ? { ...world, chats: new Map(world.chats).set(who, change(chat)) } : world;
};

/** Snapshot and stream overlap: a message that is there already is only brought up to date. */
const placeMessage = (messages: readonly ChatMessage[], message: ChatMessage): readonly ChatMessage[] =>
  messages.some(({ seq }) => seq === message.seq)
    ? messages.map((old) => (old.seq === message.seq ? message : old))
    : [...messages, message].slice(-SHOWN_MAX);

const takeSnapshot = (world: World, people: Snapshot): World => {
  const old = (who: Who) => world.chats.get(who);
  const chats = people.map(({ person, messages }): [Who, PageChat] => [
    person.who,
    { person, messages, typing: old(person.who)?.typing ?? false, unread: old(person.who)?.unread ?? 0 },
  ]);
  return {
    ...world,
    chats: new Map(chats),
    open: world.open.filter((who) => people.some(({ person }) => person.who === who)),
  };
};

/** What happens becomes what is shown; pure. */
export const changeWorld = (world: World, action: WorldAction): World => {
  switch (action.type) {
    case 'snapshot':
      return takeSnapshot(world, action.people);
    case 'connected':
      return { ...world, connected: action.on };
    case 'faults':
      return { ...world, faults: action.count };
    case 'open': {
      const opened = changeChat(world, action.who, (chat) => ({ ...chat, unread: 0 }));
      return world.open.includes(action.who) ? opened : { ...opened, open: [...world.open, action.who] };
    }
    case 'call': {
      const calls = (world.called?.calls ?? 0) + 1;
      return { ...changeWorld(world, { type: 'open', who: action.who }), called: { who: action.who, calls } };
    }
    case 'close':
      return { ...world, open: world.open.filter((who) => who !== action.who) };
    case 'person': {
      const { person } = action;
      const chat = world.chats.get(person.who) ?? { messages: [], typing: false, unread: 0 };
      return { ...world, chats: new Map(world.chats).set(person.who, { ...chat, person }) };
    }
    case 'message': {
      const { who, message } = action;
      const missed = message.from === 'bot' && !world.open.includes(who) ? 1 : 0;
      return changeChat(world, who, (chat) => ({
        ...chat,
        messages: placeMessage(chat.messages, message),
        unread: chat.unread + missed,
      }));
    }
    case 'state': {
      const { wamid, state, error } = action;
      const change = (message: ChatMessage): ChatMessage =>
        message.wamid === wamid ? { ...message, state, ...(error ? { error } : {}) } : message;
      return changeChat(world, action.who, (chat) => ({ ...chat, messages: chat.messages.map(change) }));
    }
    case 'typing':
      return changeChat(world, action.who, (chat) => ({ ...chat, typing: action.on }));
  }
};
