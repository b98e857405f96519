import { randomBytes } from 'node:crypto';
import { signBody } from '../../src/security/signature.ts';
import type { Secret } from '../../src/security/secret.ts';
import { toRequest } from './load.ts';

export type WebhookWriter = {
  /** A text of one person, padded to about 700 bytes as a real one with its contact and metadata. */
  readonly write: (phone: string, text: string) => Buffer;
};

/** Numbers of a block that is given to nobody: 263770 and six digits. */
export const memberPhone = (index: number): string => `263770${String(index).padStart(6, '0')}`;

export const createWebhookWriter = (phoneNumberId: string, appSecret: Secret): WebhookWriter => ({
  write: (phone, text) => {
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
                      type: 'text',
                      text: { body: text },
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
  },
});
