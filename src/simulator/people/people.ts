import { dig } from '../graph/check-value.ts';
import {
  editText,
  reactTo,
  revokeText,
  sendMedium,
  sendPlace,
  sendUnknownKind,
  sharePhone,
  showContact,
  submitForm,
  tapChoice,
  writeText,
  type Act,
} from './acts.ts';
import type { BotMessage, ChatMessage, MediaKind, NewPerson, Person, PersonContent, Who } from './chat.ts';
import { readDigits, type Chat } from './chats.ts';
import { createPostActs, type Posted, type PostActsDeps } from './post-acts.ts';

const REPLY_TIMEOUT_MS = 10_000;

/** A person cannot do what their screen does not offer; thrown to whoever plays them. */
export class NoSuchChoice extends Error {
  override readonly name = 'NoSuchChoice';
}

/** A person's act before it is posted: Meta's `type` and its payload. */
export type RawMessage = {
  readonly type: string;
  readonly payload?: unknown;
  readonly context?: Readonly<Record<string, unknown>>;
  /** Lay over the message object: another `timestamp` (seconds as text), `id`, `from`, `group_id`… */
  readonly over?: Readonly<Record<string, unknown>>;
};
export type ReplyOptions = {
  /** The first reply after this `seq`; absent = after what the person did last. */
  readonly after?: number;
  /** Real time; 10 s if absent. */
  readonly timeoutMs?: number;
};

/**
 * The people of this world. Whoever is named for the first time comes into being, as a stranger. A promise of `Posted`
 * resolves when a door has answered 200, whatever it takes; the reply may already be there by then.
 */
export type People = {
  /** Adds a person, or changes one: name, BSUID of a known number, number of a known BSUID. */
  readonly add: (person: NewPerson) => Person;
  readonly list: () => readonly Person[];
  readonly write: (who: Who, text: string) => Promise<Posted>;
  /** Writes, and resolves with the bot's first answer. */
  readonly ask: (who: Who, text: string, options?: ReplyOptions) => Promise<BotMessage>;
  /** Taps a reply button or list row by its id: the newest message that has it, else throws. Old prompts stay tappable. */
  readonly tap: (who: Who, id: string, options?: { readonly prompt?: string }) => Promise<Posted>;
  /** Answers the newest number request: shares a number as one's own (`origin: contact_request`), one's own if absent. */
  readonly shareNumber: (who: Who, phone?: string) => Promise<Posted>;
  /** Sends somebody's contact card (`origin: other`). */
  readonly sendContact: (who: Who, phone: string) => Promise<Posted>;
  /** Submits the newest Flow: `response` becomes `response_json`, with the prompt's flow_token unless it has its own. */
  readonly submitFlow: (who: Who, response: Readonly<Record<string, unknown>>) => Promise<Posted>;
  readonly sendMedia: (who: Who, media: MediaKind, caption?: string) => Promise<Posted>;
  readonly sendLocation: (who: Who) => Promise<Posted>;
  readonly react: (who: Who, emoji: string, to?: string) => Promise<Posted>;
  readonly edit: (who: Who, wamid: string, text: string) => Promise<Posted>;
  readonly revoke: (who: Who, wamid: string) => Promise<Posted>;
  /** `unsupported` with error 131051, or 131060 (Meta lost it). */
  readonly sendUnsupported: (who: Who, code?: 131051 | 131060) => Promise<Posted>;
  /** A system message; without `contacts`, as Meta's. */
  readonly announce: (who: Who, system: Readonly<Record<string, unknown>>) => Promise<Posted>;
  readonly raw: (who: Who, message: RawMessage) => Promise<Posted>;
  /** Several acts in one webhook, in this order, one change each; `entries` spreads them over as many entries. */
  readonly together: (
    acts: readonly { readonly who: Who; readonly message: RawMessage }[],
    options?: { readonly entries?: number },
  ) => Promise<readonly Posted[]>;
  /** What the bot sent to this person, in order (the last ones only, where the history is bounded). */
  readonly inbox: (who: Who) => readonly BotMessage[];
  /** All of the chat, refused sends included. */
  readonly history: (who: Who) => readonly ChatMessage[];
  /** Resolves with the bot's next message, at once where it is there already; rejects after the time-out. */
  readonly waitForReply: (who: Who, options?: ReplyOptions) => Promise<BotMessage>;
};

/** How a raw message looks in its sender's own chat. */
const showRaw = (message: RawMessage): PersonContent => {
  const body = dig(message.payload, 'body');
  return message.type === 'text' && typeof body === 'string'
    ? { kind: 'text', body }
    : { kind: 'other', type: message.type };
};

export const createPeople = (deps: PostActsDeps): People => {
  const { chats, clock, business } = deps;
  const { displayPhoneNumber } = business;
  const { post, postTogether } = createPostActs(deps);

  const newestPrompt = (chat: Chat, fits: (message: BotMessage) => boolean): BotMessage | undefined =>
    chat.messages.findLast((message): message is BotMessage => message.from === 'bot' && fits(message));
  const newestOfKind = (chat: Chat, kind: BotMessage['content']['kind']): BotMessage | undefined =>
    newestPrompt(chat, ({ content }) => content.kind === kind);
  const makeTap = (chat: Chat, id: string, promptWamid: string | undefined): Act => {
    const fits = (message: BotMessage): boolean =>
      (promptWamid === undefined || message.wamid === promptWamid) &&
      tapChoice(message, id, displayPhoneNumber) !== undefined;
    const prompt = newestPrompt(chat, fits);
    const tap = prompt && tapChoice(prompt, id, displayPhoneNumber);
    if (!tap) throw new NoSuchChoice(`Nothing on this screen has the id "${id}"`);
    return tap;
  };
  const makeShare = (chat: Chat, phone: string | undefined): Act => {
    const digits = readDigits(phone ?? chat.person.phone ?? '');
    if (digits === undefined) throw new NoSuchChoice('A phone number to share is missing');
    return sharePhone(digits, newestOfKind(chat, 'number_request'), displayPhoneNumber);
  };
  const waitForReply = (who: Who, { after, timeoutMs = REPLY_TIMEOUT_MS }: ReplyOptions = {}): Promise<BotMessage> => {
    const chat = chats.reach(who);
    return chats.waitForReply(chat, after ?? chat.actSeq, timeoutMs);
  };
  const write = (who: Who, text: string): Promise<Posted> => post(who, () => writeText(text));
  const history = (who: Who): readonly ChatMessage[] => chats.find(who)?.messages ?? [];

  return Object.freeze({
    add: (person: NewPerson) => chats.add(person).person,
    list: () => chats.list().map(({ person }) => person),
    write,
    ask: async (who: Who, text: string, options: ReplyOptions = {}) => {
      const { seq } = await write(who, text);
      return waitForReply(who, { after: seq, ...options });
    },
    tap: (who: Who, id: string, { prompt }: { readonly prompt?: string } = {}) =>
      post(who, (chat) => makeTap(chat, id, prompt)),
    shareNumber: (who: Who, phone?: string) => post(who, (chat) => makeShare(chat, phone)),
    sendContact: (who: Who, phone: string) => post(who, () => showContact(readDigits(phone) ?? phone)),
    submitFlow: (who: Who, response: Readonly<Record<string, unknown>>) =>
      post(who, (chat) => submitForm(response, newestOfKind(chat, 'flow'), displayPhoneNumber)),
    sendMedia: (who: Who, media: MediaKind, caption?: string) =>
      post(who, (chat) => sendMedium(media, String(clock.now() * 1000 + chat.actSeq), caption)),
    sendLocation: (who: Who) => post(who, sendPlace),
    react: (who: Who, emoji: string, to?: string) =>
      post(who, (chat) => reactTo(emoji, to ?? newestPrompt(chat, () => true)?.wamid ?? '')),
    edit: (who: Who, wamid: string, text: string) => post(who, () => editText(wamid, text)),
    revoke: (who: Who, wamid: string) => post(who, () => revokeText(wamid)),
    sendUnsupported: (who: Who, code: 131051 | 131060 = 131051) => post(who, () => sendUnknownKind(code)),
    announce: (who: Who, system: Readonly<Record<string, unknown>>) =>
      post(who, () => ({ message: { type: 'system', payload: system }, content: { kind: 'other', type: 'system' } })),
    raw: (who: Who, message: RawMessage) => post(who, () => ({ message, content: showRaw(message) })),
    together: (acts: readonly { readonly who: Who; readonly message: RawMessage }[], { entries = 1 } = {}) =>
      postTogether(
        acts.map(({ who, message }) => ({ who, act: { message, content: showRaw(message) } })),
        entries,
      ),
    inbox: (who: Who) => history(who).filter((message): message is BotMessage => message.from === 'bot'),
    history,
    waitForReply,
  });
};
