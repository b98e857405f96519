import { readBsuid, readWaId, type Bsuid, type Phone } from '../base/phone.ts';
import type {
  IgnoreReason,
  Received,
  ReceivedMessage,
  ReceivedStatus,
  ReceiptStatus,
  Unreadable,
  UnreadableReason,
} from './intake.ts';
import { ELEMENTS_MAX, UPDATES_MAX } from './intake.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const objectsOf = (value: unknown): readonly Json[] => listOf(value).filter(isObject);
const ownText = (object: Json, key: string): string | undefined => {
  const value: unknown = Object.hasOwn(object, key) ? object[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const WAMID_LENGTH_MAX = 512;
/** PostgreSQL's `integer`; Meta's codes have up to seven digits. */
const INTEGER_MAX = 2_147_483_647;
const STATUSES: readonly string[] = ['sent', 'delivered', 'read', 'failed'] satisfies readonly ReceiptStatus[];
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** The JSON of a signed body, or undefined: bytes that are not UTF-8 must not become U+FFFD inside an identity. */
export const parseBody = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
};

/** Seconds since the epoch as text (Meta), in milliseconds. */
const readTime = (value: unknown): number | undefined =>
  typeof value === 'string' && /^[0-9]{1,11}$/.test(value) ? Number(value) * 1000 : undefined;

/**
 * The contact that goes with a message: by BSUID, else by number. Batches may list several people, so a lone contact is
 * taken for a message that names nobody only, and a number that two BSUIDs claim (or that is the empty text seen in the
 * wild) finds none: attributing one person's BSUID to another's number would open an account.
 */
const findContact = (contacts: readonly Json[], message: Json): Json | undefined => {
  const [from, userId] = [message['from'], message['from_user_id']];
  if (isAbsent(from) && isAbsent(userId)) return contacts.length === 1 ? contacts[0] : undefined;
  const [phone, bsuid] = [readWaId(from), readBsuid(userId)];
  const byBsuid = bsuid && contacts.find((contact) => contact['user_id'] === bsuid);
  if (byBsuid) return byBsuid;
  const byPhone = phone === undefined ? [] : contacts.filter((contact) => contact['wa_id'] === phone);
  const isOnePerson =
    new Set([bsuid, ...byPhone.map((contact) => readBsuid(contact['user_id']))].filter(Boolean)).size <= 1;
  return isOnePerson ? byPhone[0] : undefined;
};

const isAbsent = (value: unknown): boolean => value === undefined || value === '';

/**
 * The number a person shared as their own: only a card with `origin: "contact_request"`, which Meta sets when it answers
 * our request, and only a single one. Anyone can send somebody else's card.
 */
const readSharedNumber = (message: Json): Phone | undefined => {
  const cards = message['type'] === 'contacts' ? objectsOf(message['contacts']) : [];
  const [card] = cards;
  if (!card || cards.length > 1 || card['origin'] !== 'contact_request') return undefined;
  const phones = objectsOf(card['phones']);
  const [phone] = phones;
  if (!phone || phones.length > 1) return undefined;
  return Object.hasOwn(phone, 'wa_id')
    ? readWaId(phone['wa_id'])
    : readWaId(ownText(phone, 'phone')?.replace(/[+ ()-]/g, ''));
};

type Speaker = {
  readonly phone?: Phone;
  readonly isShared?: true;
  readonly bsuid?: Bsuid;
  readonly profileName?: string;
  readonly identityKeyHash?: string;
};

const readSpeaker = (message: Json, contacts: readonly Json[]): Speaker => {
  const contact = findContact(contacts, message) ?? {};
  const bsuid = readBsuid(message['from_user_id']) ?? readBsuid(contact['user_id']);
  // A shared number belongs to the BSUID that shared it; by itself a card is nobody's word.
  const shown = readWaId(message['from']) ?? readWaId(contact['wa_id']);
  const phone = shown ?? (bsuid && readSharedNumber(message));
  const profile = isObject(contact['profile']) ? contact['profile'] : {};
  const profileName = ownText(profile, 'name')?.slice(0, 256);
  const identityKeyHash = ownText(contact, 'identity_key_hash')?.slice(0, 128);
  return {
    ...(phone && { phone }),
    ...(phone && !shown && { isShared: true as const }),
    ...(bsuid && { bsuid }),
    ...(profileName && { profileName }),
    ...(identityKeyHash && { identityKeyHash }),
  };
};

const toBody = (value: unknown): Buffer | undefined => {
  try {
    return Buffer.from(JSON.stringify(value), 'utf8');
  } catch {
    // Nested deeper than the stack allows: nothing of ours goes that deep.
    return undefined;
  }
};

const unreadable = (reason: UnreadableReason, value: unknown): Unreadable => ({
  reason,
  body: toBody(value) ?? Buffer.from('"nested too deeply to keep"'),
});

const readMessage = (message: Json, contacts: readonly Json[]): ReceivedMessage | Unreadable => {
  const wamid = ownText(message, 'id');
  if (wamid === undefined || wamid.length > WAMID_LENGTH_MAX) return unreadable('no_id', message);
  const sentAtMs = readTime(message['timestamp']);
  if (sentAtMs === undefined) return unreadable('no_time', message);
  const speaker = readSpeaker(message, contacts);
  if (!speaker.phone && !speaker.bsuid) return unreadable('no_speaker', message);
  const body = toBody({ message, speaker });
  if (!body) return unreadable('too_deep', message);
  return {
    wamid,
    sentAtMs,
    body,
    ...(speaker.phone && { phone: speaker.phone }),
    ...(speaker.isShared && { isShared: true as const }),
    ...(speaker.bsuid && { bsuid: speaker.bsuid }),
  };
};

const readStatus = (status: Json): ReceivedStatus | undefined => {
  const wamid = ownText(status, 'id');
  const atMs = readTime(status['timestamp']);
  const word = status['status'];
  if (
    wamid === undefined ||
    wamid.length > WAMID_LENGTH_MAX ||
    atMs === undefined ||
    typeof word !== 'string' ||
    !STATUSES.includes(word)
  )
    return undefined;
  const outboxId = ownText(status, 'biz_opaque_callback_data');
  const code = objectsOf(status['errors'])[0]?.['code'];
  return {
    wamid,
    status: word as ReceiptStatus,
    atMs,
    ...(outboxId !== undefined && { outboxId }),
    ...(typeof code === 'number' && Number.isInteger(code) && Math.abs(code) <= INTEGER_MAX && { errorCode: code }),
  };
};

/** Whether a body's lists are longer than anything Meta sends, told before any is read: a million cost seconds to refuse. */
export const isTooMany = (envelope: unknown): boolean => {
  const entries = isObject(envelope) ? objectsOf(envelope['entry']) : [];
  const changes = entries.flatMap((entry) => listOf(entry['changes']));
  const values = objectsOf(changes).flatMap(({ value }) => (isObject(value) ? [value] : []));
  const count = (name: string): number => values.reduce((sum, value) => sum + listOf(value[name]).length, 0);
  const updates = count('messages') + count('statuses');
  const elements = updates + count('contacts') + count('errors') + changes.length + entries.length;
  return updates > UPDATES_MAX || elements > ELEMENTS_MAX;
};

/** Everything of a webhook body that concerns our number, each part read on its own: one that is off harms no other. */
export const readEnvelope = (envelope: unknown, phoneNumberId: string): Received => {
  const messages: ReceivedMessage[] = [];
  const statuses: ReceivedStatus[] = [];
  const unreadables: Unreadable[] = [];
  const valueErrors: number[] = [];
  const ignored: Partial<Record<IgnoreReason, number>> = {};
  const ignore = (reason: IgnoreReason, count = 1): void => {
    ignored[reason] = (ignored[reason] ?? 0) + count;
  };

  const readValue = (value: Json): void => {
    const metadata = isObject(value['metadata']) ? value['metadata'] : {};
    const updates = listOf(value['messages']).length + listOf(value['statuses']).length;
    for (const error of objectsOf(value['errors']))
      valueErrors.push(Number.isInteger(error['code']) ? (error['code'] as number) : 0);
    if (metadata['phone_number_id'] !== phoneNumberId) {
      if (updates > 0) ignore('other_number', updates);
      return;
    }
    const contacts = objectsOf(value['contacts']);
    for (const message of listOf(value['messages'])) {
      if (!isObject(message)) unreadables.push(unreadable('wrong_shape', message));
      else if (Object.hasOwn(message, 'group_id')) ignore('group');
      else {
        const read = readMessage(message, contacts);
        if ('reason' in read && read.reason === 'no_speaker' && message['type'] === 'system') ignore('system');
        else if ('reason' in read) unreadables.push(read);
        else messages.push(read);
      }
    }
    for (const status of listOf(value['statuses'])) {
      const read = isObject(status) ? readStatus(status) : undefined;
      if (read) statuses.push(read);
      else ignore('unknown_status');
    }
  };

  if (!isObject(envelope) || envelope['object'] !== 'whatsapp_business_account') ignore('other_object');
  else {
    for (const change of objectsOf(envelope['entry']).flatMap((entry) => objectsOf(entry['changes']))) {
      if (change['field'] === 'messages' && isObject(change['value'])) readValue(change['value']);
      else ignore('other_field');
    }
  }
  return { messages, statuses, unreadable: unreadables, valueErrors, ignored };
};
