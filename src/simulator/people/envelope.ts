import type { Person } from './chat.ts';
import type { RawMessage } from './people.ts';

export type Business = {
  readonly phoneNumberId: string;
  /** WABA id. */
  readonly businessId: string;
  readonly displayPhoneNumber: string;
};

/** Meta's timestamps: Unix seconds as text. */
export const toSeconds = (ms: number): string => String(Math.floor(ms / 1000));

/** `contacts[]` of a webhook: the number and the BSUID, each only where the person has one. */
export const describeContact = ({ name, phone, bsuid, username, identityKeyHash }: Person): object => ({
  profile: { name, ...(username === undefined ? {} : { username }) },
  ...(phone === undefined ? {} : { wa_id: phone }),
  ...(bsuid === undefined ? {} : { user_id: bsuid }),
  ...(identityKeyHash === undefined ? {} : { identity_key_hash: identityKeyHash }),
});

export type Stamped = {
  readonly person: Person;
  readonly message: RawMessage;
  readonly wamid: string;
  readonly atMs: number;
};

/** `messages[]` of a webhook (Meta, "Webhooks: messages reference"). */
const describeMessage = ({ person, message, wamid, atMs }: Stamped): object => ({
  ...(message.context === undefined ? {} : { context: message.context }),
  ...(person.phone === undefined ? {} : { from: person.phone }),
  ...(person.bsuid === undefined ? {} : { from_user_id: person.bsuid }),
  id: wamid,
  timestamp: toSeconds(atMs),
  type: message.type,
  ...(message.payload === undefined ? {} : { [message.type]: message.payload }),
  ...message.over,
});

/** One change of field `messages`; system messages come without `contacts`. */
export const wrapMessage = (business: Business, stamped: Stamped): object => ({
  field: 'messages',
  value: {
    ...describeNumber(business),
    ...(stamped.message.type === 'system' ? {} : { contacts: [describeContact(stamped.person)] }),
    messages: [describeMessage(stamped)],
  },
});

export const wrapStatuses = (business: Business, statuses: readonly object[], contacts: readonly object[]): object =>
  wrapChanges(business, [
    [
      {
        field: 'messages',
        value: { ...describeNumber(business), ...(contacts.length === 0 ? {} : { contacts }), statuses },
      },
    ],
  ]);

/** The whole webhook: one entry for each list of changes. */
export const wrapChanges = ({ businessId }: Business, entries: readonly (readonly object[])[]): object => ({
  object: 'whatsapp_business_account',
  entry: entries.map((changes) => ({ id: businessId, changes })),
});

const describeNumber = ({ displayPhoneNumber, phoneNumberId }: Business): object => ({
  messaging_product: 'whatsapp',
  metadata: { display_phone_number: displayPhoneNumber, phone_number_id: phoneNumberId },
});
