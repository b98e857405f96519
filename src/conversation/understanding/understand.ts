import { readWaId, type Phone } from '../../base/phone.ts';
import { cleanText } from './clean-text.ts';
import { readForm } from './form.ts';
import type { Inbound } from './inbound.ts';
import { readArray, readObject, readText } from './raw.ts';

/** Meta: "message currently unavailable"; its content never reaches us. */
const MESSAGE_LOST = 131060;
/** Our ids have far fewer; Meta lets a button carry 256. */
const TAP_ID_MAX = 256;
const MEDIA = ['image', 'video', 'document', 'audio', 'sticker'] as const;
const CHANGES = ['user_changed_number', 'user_changed_user_id', 'customer_identity_changed'] as const;

const UNKNOWN: Inbound = Object.freeze({ kind: 'unknown' });

type Tap = Extract<Inbound, { kind: 'tap' }>;
type Media = Extract<Inbound, { kind: 'media' }>['media'];

const understandTap = (message: unknown, via: Tap['via'], rawId: unknown): Inbound => {
  const id = readText(rawId, TAP_ID_MAX);
  if (id === undefined) return UNKNOWN;
  const promptWamid = readText(readObject(message, 'context', 'id'), 512);
  return promptWamid === undefined ? { kind: 'tap', via, id } : { kind: 'tap', via, id, promptWamid };
};

const understandInteractive = (message: unknown): Inbound => {
  switch (readObject(message, 'interactive', 'type')) {
    case 'button_reply':
      return understandTap(message, 'button_reply', readObject(message, 'interactive', 'button_reply', 'id'));
    case 'list_reply':
      return understandTap(message, 'list_reply', readObject(message, 'interactive', 'list_reply', 'id'));
    case 'nfm_reply':
      return { kind: 'form', response: readForm(readObject(message, 'interactive', 'nfm_reply', 'response_json')) };
    default:
      return UNKNOWN;
  }
};

/**
 * The person's own number, and only that: one card, marked by Meta as the answer to our request, with one phone. Any
 * other card is somebody else's number and must never become a way to log in as them.
 */
const readOwnPhone = (message: unknown): Phone | undefined => {
  const cards = readArray(readObject(message, 'contacts'));
  if (cards.length !== 1 || readObject(cards[0], 'origin') !== 'contact_request') return undefined;
  const phones = readArray(readObject(cards[0], 'phones'));
  if (phones.length !== 1) return undefined;
  const waId = readObject(phones[0], 'wa_id');
  if (waId !== undefined) return readWaId(waId);
  const written = readText(readObject(phones[0], 'phone'), 32);
  return readWaId(written?.replace(/^\+/, '').replace(/[ ()-]/g, ''));
};

const understandContacts = (message: unknown): Inbound => {
  const ownPhone = readOwnPhone(message);
  return ownPhone === undefined ? { kind: 'contacts' } : { kind: 'contacts', ownPhone };
};

const understandText = (message: unknown): Inbound => {
  const body = readObject(message, 'text', 'body');
  return typeof body === 'string' ? { kind: 'text', text: cleanText(body) } : UNKNOWN;
};

const understandSystem = (message: unknown): Inbound => {
  const said = readObject(message, 'system', 'type');
  return { kind: 'system', change: CHANGES.find((change) => change === said) ?? 'other' };
};

const understandUnsupported = (message: unknown): Inbound => ({
  kind: 'unsupported',
  lost: readArray(readObject(message, 'errors')).some((error) => readObject(error, 'code') === MESSAGE_LOST),
});

/**
 * Reads one message object of Meta's webhook (Cloud API, "Webhooks: messages reference") into a snapshot that holds only
 * what we look at. Never throws: what is missing or of another type makes the message `unknown`, which is answered.
 */
export const understandMessage = (raw: unknown): Inbound => {
  const type = readObject(raw, 'type');
  switch (type) {
    case 'text':
      return understandText(raw);
    case 'button':
      return understandTap(raw, 'button', readObject(raw, 'button', 'payload'));
    case 'interactive':
      return understandInteractive(raw);
    case 'contacts':
      return understandContacts(raw);
    case 'system':
      return understandSystem(raw);
    case 'unsupported':
      return understandUnsupported(raw);
    case 'location':
    case 'order':
    case 'reaction':
    case 'edit':
    case 'revoke':
      return { kind: type };
    default:
      return MEDIA.includes(type as Media) ? { kind: 'media', media: type as Media } : UNKNOWN;
  }
};
