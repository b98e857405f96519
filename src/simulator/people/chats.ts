import type { Clock } from '../../base/clock.ts';
import { deriveUuid } from '../../base/id.ts';
import { readBsuid, readWaId } from '../../base/phone.ts';
import { assert } from '../../base/assert.ts';
import type { BotMessage, ChatMessage, MessageState, NewPerson, Person, SimulatorEvent, Who } from './chat.ts';

type Mutable<T> = T extends unknown ? { -readonly [Key in keyof T]: T[Key] } : never;
type DistributiveOmit<T, Keys extends PropertyKey> = T extends unknown ? Omit<T, Keys> : never;
export type MessageDraft = DistributiveOmit<ChatMessage, 'seq' | 'at'>;
type NextState = { readonly state: MessageState; readonly error?: NonNullable<ChatMessage['error']> };

/** One person's chat with the bot. */
export type Chat = {
  person: Person;
  readonly messages: Mutable<ChatMessage>[];
  /** When the person last wrote: the 24-hour window counts from here. */
  wroteAt: number | undefined;
  /** Place of what the person did last. */
  actSeq: number;
  /** Sends this person may still get at once, as of `pairAt` (pair limit). */
  pairLeft: number;
  pairAt: number;
};

type Waiter = { readonly after: number; readonly resolve: (message: BotMessage) => void };

export type Chats = {
  readonly find: (address: string) => Chat | undefined;
  /** Finds, or makes a stranger of this number or BSUID. */
  readonly reach: (address: Who) => Chat;
  readonly add: (person: NewPerson) => Chat;
  readonly list: () => readonly Chat[];
  readonly append: (chat: Chat, draft: MessageDraft) => ChatMessage;
  readonly setState: (chat: Chat, message: ChatMessage, next: NextState) => void;
  readonly waitForReply: (chat: Chat, after: number, timeoutMs: number) => Promise<BotMessage>;
};

export type ChatsDeps = {
  readonly clock: Clock;
  readonly historyMax: number;
  readonly emit: (event: SimulatorEvent) => void;
};

/** Digits of a number as people write it; undefined where it is none. */
export const readDigits = (phone: string): string | undefined => readWaId(phone.replaceAll(/[+ ()-]/g, ''));

/** Meta gives everyone a BSUID; here it follows from the number, so that a restarted world knows its people again. */
const deriveBsuid = (phone: string): string => {
  const number = BigInt(`0x${deriveUuid('simulator bsuid', phone).replaceAll('-', '').slice(0, 16)}`);
  return `${phone.startsWith('263') ? 'ZW' : 'ZZ'}.${number.toString().padStart(20, '1')}`;
};

const describePerson = (next: NewPerson, old: Person | undefined): Person => {
  const phone = next.phone === undefined ? old?.phone : readDigits(next.phone);
  const given = next.bsuid === undefined ? old?.bsuid : (readBsuid(next.bsuid) ?? null);
  // `bsuid: ''` makes a person of the time before BSUIDs; a number alone gets one.
  const bsuid =
    given === undefined && old === undefined && phone !== undefined ? deriveBsuid(phone) : (given ?? undefined);
  const who = old?.who ?? phone ?? bsuid;
  assert(who !== undefined, 'a person has a phone number or a BSUID');
  const username = next.username ?? old?.username;
  const identityKeyHash = next.identityKeyHash ?? old?.identityKeyHash;
  return {
    who,
    name: next.name ?? old?.name ?? 'Stranger',
    ...(phone === undefined ? {} : { phone }),
    ...(bsuid === undefined ? {} : { bsuid }),
    ...(username === undefined ? {} : { username }),
    ...(identityKeyHash === undefined ? {} : { identityKeyHash }),
  };
};

/** All chats, in memory, each bounded; the one place where they change. */
export const createChats = ({ clock, historyMax, emit }: ChatsDeps): Chats => {
  const chats = new Map<Who, Chat>();
  const byAddress = new Map<string, Chat>();
  const waiters = new Map<Chat, Set<Waiter>>();
  let seq = 0;

  const find = (address: string): Chat | undefined => byAddress.get(address);
  const add = (next: NewPerson): Chat => {
    const phone = next.phone === undefined ? undefined : readDigits(next.phone);
    const known = (next.bsuid ? find(next.bsuid) : undefined) ?? (phone === undefined ? undefined : find(phone));
    const person = describePerson(next, known?.person);
    const chat = known ?? { person, messages: [], wroteAt: undefined, actSeq: 0, pairLeft: Infinity, pairAt: 0 };
    chat.person = person;
    chats.set(person.who, chat);
    for (const address of [person.who, person.phone, person.bsuid]) if (address) byAddress.set(address, chat);
    emit({ type: 'person', person });
    return chat;
  };

  const answerWaiters = (chat: Chat, message: BotMessage): void => {
    for (const waiter of waiters.get(chat) ?? []) if (message.seq > waiter.after) waiter.resolve(message);
  };
  const append = (chat: Chat, draft: MessageDraft): ChatMessage => {
    seq += 1;
    const message: Mutable<ChatMessage> = { ...draft, seq, at: clock.now() };
    chat.messages.push(message);
    if (chat.messages.length > historyMax) chat.messages.shift();
    if (message.from === 'person') {
      chat.wroteAt = message.at;
      chat.actSeq = seq;
    }
    emit({ type: 'message', who: chat.person.who, message });
    if (message.from === 'bot') answerWaiters(chat, message);
    return message;
  };

  const waitForReply = (chat: Chat, after: number, timeoutMs: number): Promise<BotMessage> => {
    const there = chat.messages.find((message) => message.from === 'bot' && message.seq > after);
    if (there?.from === 'bot') return Promise.resolve(there);
    return new Promise((resolve, reject) => {
      const waiting = waiters.get(chat) ?? new Set<Waiter>();
      waiters.set(chat, waiting);
      const leave = (): void => {
        clearTimeout(timer);
        waiting.delete(waiter);
        if (waiting.size === 0) waiters.delete(chat);
      };
      const waiter: Waiter = { after, resolve: (message) => (leave(), resolve(message)) };
      const timer = setTimeout(() => {
        leave();
        reject(new Error(`No reply of the bot within ${String(timeoutMs)} ms`));
      }, timeoutMs);
      waiting.add(waiter);
    });
  };

  return Object.freeze({
    find,
    reach: (address: Who) =>
      find(address) ?? add(readDigits(address) === undefined ? { bsuid: address } : { phone: address }),
    add,
    list: () => [...chats.values()],
    append,
    setState: (chat: Chat, message: ChatMessage, next: NextState) => {
      Object.assign(message, next);
      emit({ type: 'state', who: chat.person.who, wamid: message.wamid, ...next });
    },
    waitForReply,
  });
};
