import type { Clock } from '../../base/clock.ts';
import type { BotMessage } from '../people/chat.ts';
import type { Chat, Chats } from '../people/chats.ts';
import type { OwnedSentLog } from '../sent.ts';
import type { SimulatorSettings } from '../settings.ts';
import type { SendStatuses } from '../statuses.ts';
import { readPhoneDigits } from './check-send.ts';
import { dig, type Json } from './check-value.ts';
import type { GraphErrorCode, GraphRefusal } from './errors.ts';
import { readContent } from './read-content.ts';
import { newWamid } from './wamid.ts';

export type AcceptDeps = {
  readonly chats: Chats;
  readonly sent: OwnedSentLog;
  readonly sendStatuses: SendStatuses;
  readonly clock: Clock;
  readonly settings: SimulatorSettings;
  readonly endTyping: (chat: Chat) => void;
};

/** A checked send: who it is for, in the words it used. */
export type Addressed = {
  readonly body: Json;
  readonly by: 'phone' | 'bsuid';
  readonly input: string;
  readonly address: string;
};

/** The address of a checked send; `to` wins over `recipient` (Meta, "Business-scoped user IDs"). */
export const readAddress = (body: Json): Addressed => {
  if (typeof body.to === 'string')
    return { body, by: 'phone', input: body.to, address: readPhoneDigits(body.to) ?? body.to };
  const input = String(body.recipient);
  return { body, by: 'bsuid', input, address: input };
};

export type Acceptance = { readonly refusal: GraphRefusal } | { readonly answer: object };
/** Puts a checked send into its reader's chat, unless the window is closed or the pair limit reached. */
export type AcceptSend = (send: Addressed, failure?: GraphErrorCode) => Acceptance;

export const createAcceptSend = ({ chats, sent, sendStatuses, clock, settings, endTyping }: AcceptDeps): AcceptSend => {
  const { windowMs, pairLimit, templates } = settings;

  const checkWindow = (chat: Chat | undefined): GraphRefusal | undefined =>
    clock.now() - (chat?.wroteAt ?? -Infinity) <= windowMs
      ? undefined
      : { code: 131047, details: 'to: has not written for 24 hours, only a template may be sent.' };

  /** A bucket of `burst` that regains one every `everyMs`. */
  const checkPair = (chat: Chat): GraphRefusal | undefined => {
    if (!pairLimit) return undefined;
    const now = clock.now();
    const left = Math.min(pairLimit.burst, chat.pairLeft + (now - chat.pairAt) / pairLimit.everyMs);
    chat.pairAt = now;
    chat.pairLeft = left < 1 ? left : left - 1;
    return left < 1 ? { code: 131056, details: 'to: too many messages to this person in a short time.' } : undefined;
  };

  return ({ body, by, input, address }, failure) => {
    const template = body.type === 'template' ? dig(body, 'template', 'name') : undefined;
    const windowRefusal =
      template === undefined && windowMs !== Infinity ? checkWindow(chats.find(address)) : undefined;
    if (windowRefusal) return { refusal: windowRefusal };
    const chat = chats.reach(address);
    const pairRefusal = checkPair(chat);
    if (pairRefusal) return { refusal: pairRefusal };

    const reference = body.biz_opaque_callback_data;
    const answers = dig(body, 'context', 'message_id');
    const message = chats.append(chat, {
      from: 'bot',
      wamid: newWamid(address, 'outbound'),
      state: 'accepted',
      content: readContent(body),
      ...(typeof reference === 'string' ? { reference } : {}),
      ...(typeof answers === 'string' ? { answers } : {}),
    }) as BotMessage;
    endTyping(chat);
    sent.note({ who: chat.person.who, message, reference: message.reference, request: body });

    const expectedKey = body.recipient_identity_key_hash;
    const keyChanged = typeof expectedKey === 'string' && expectedKey !== chat.person.identityKeyHash;
    const category =
      templates.find(({ name }) => name === template)?.category ?? (template === undefined ? 'service' : 'utility');
    const failed = failure ?? (keyChanged ? 137000 : undefined);
    sendStatuses({ chat, message, by, category, ...(failed === undefined ? {} : { failure: failed }) });
    const contact = by === 'phone' ? { input, wa_id: address } : { input, user_id: address };
    const id = { id: message.wamid, ...(template === undefined ? {} : { message_status: 'accepted' }) };
    return { answer: { messaging_product: 'whatsapp', contacts: [contact], messages: [id] } };
  };
};
