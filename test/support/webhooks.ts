/** Bodies of webhooks as Meta sends them, made for tests. Everyone in them is on the list of `test/numbers.ts`. */
import { signBody } from '../../src/security/signature.ts';
import type { Secret } from '../../src/security/secret.ts';

export const OUR_NUMBER_ID = '100000000000001';
const OUR_NUMBER = '15550000001';

export type Person = { readonly phone?: string; readonly bsuid?: string; readonly name?: string };
export type MessageParts = {
  readonly wamid: string;
  readonly atMs: number;
  readonly from: Person;
  readonly text?: string;
};

const inSeconds = (ms: number): string => String(Math.floor(ms / 1_000));

export const namedBy = ({ phone, bsuid }: Person) => ({
  ...(phone && { from: phone }),
  ...(bsuid && { from_user_id: bsuid }),
});

export const textMessage = ({ wamid, atMs, from, text = 'hi' }: MessageParts) => ({
  ...namedBy(from),
  id: wamid,
  timestamp: inSeconds(atMs),
  type: 'text',
  text: { body: text },
});

export const contactOf = ({ phone, bsuid, name }: Person) => ({
  profile: { name: name ?? 'Tariro' },
  ...(phone && { wa_id: phone }),
  ...(bsuid && { user_id: bsuid }),
});

export type StatusParts = {
  readonly wamid: string;
  readonly status: string;
  readonly atMs: number;
  readonly outboxId?: string;
  readonly errorCode?: number;
};

const statusUpdate = ({ wamid, status, atMs, outboxId, errorCode }: StatusParts) => ({
  id: wamid,
  status,
  timestamp: inSeconds(atMs),
  recipient_id: '263770000001',
  ...(outboxId && { biz_opaque_callback_data: outboxId }),
  ...(errorCode && { errors: [{ code: errorCode, title: 'failed' }] }),
});

/** One change about messages to our number. */
export const changeOf = (value: Readonly<Record<string, unknown>>, numberId = OUR_NUMBER_ID) => ({
  field: 'messages',
  value: {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: OUR_NUMBER, phone_number_id: numberId },
    ...value,
  },
});

export const envelopeOf = (...changes: readonly unknown[]) => ({
  object: 'whatsapp_business_account',
  entry: [{ id: '900000000000001', changes }],
});

/** The common case: these messages, with the contacts of their senders. */
export const messagesBody = (...messages: readonly MessageParts[]): Buffer =>
  Buffer.from(
    JSON.stringify(
      envelopeOf(
        changeOf({ contacts: messages.map(({ from }) => contactOf(from)), messages: messages.map(textMessage) }),
      ),
    ),
  );

export const statusesBody = (...statuses: readonly StatusParts[]): Buffer =>
  Buffer.from(JSON.stringify(envelopeOf(changeOf({ statuses: statuses.map(statusUpdate) }))));

export const signedHeaders = (body: Uint8Array, secret: Secret) => ({
  'content-type': 'application/json',
  'x-hub-signature-256': signBody(body, secret),
});
