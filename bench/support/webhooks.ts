import { randomBytes } from 'node:crypto';
import { signBody } from '../../src/security/signature.ts';
import type { Secret } from '../../src/security/secret.ts';
import { toRequest } from './load.ts';

export type WebhookWriter = {
  /** A text of one person, padded to about 700 bytes as a real one with its contact and metadata. */
  readonly write: (phone: string, text: string) => Buffer;
  /** A tap on a button or a row of one person. */
  readonly tap: (phone: string, kind: 'button_reply' | 'list_reply', id: string) => Buffer;
};

/** Numbers of a block that is given to nobody: 263770 and six digits. */
export const memberPhone = (index: number): string => `263770${String(index).padStart(6, '0')}`;

export const createWebhookWriter = (phoneNumberId: string, appSecret: Secret): WebhookWriter => {
  const wrap = (phone: string, message: object): Buffer => {
    const body = Buffer.from(
      JSON.stringify({
        object: 'whatsapp_business_account',
        entry: [
          {
            id: '100000000000001',
            changes: [
              {
                field: 'messages',
                value: {
                  messaging_product: 'whatsapp',
                  metadata: { display_phone_number: '15550001000', phone_number_id: phoneNumberId },
                  contacts: [{ profile: { name: 'Somebody of the benchmark' }, wa_id: phone }],
                  messages: [
                    {
                      from: phone,
                      id: `wamid.${randomBytes(36).toString('base64')}`,
                      timestamp: String(Math.floor(Date.now() / 1000)),
                      ...message,
                      context: { forwarded: false, note: 'x'.repeat(150) },
                    },
                  ],
                },
              },
            ],
          },
        ],
      }),
    );
    return toRequest(body, signBody(body, appSecret));
  };
  return {
    write: (phone, text) => wrap(phone, { type: 'text', text: { body: text } }),
    tap: (phone, kind, id) =>
      wrap(phone, { type: 'interactive', interactive: { type: kind, [kind]: { id, title: 'x' } } }),
  };
};
