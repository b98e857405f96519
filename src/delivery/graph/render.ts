import { assert } from '../../base/assert.ts';
import type { OutboxId } from '../../base/id.ts';
import { WHATSAPP_LIMITS, type ListSection, type Outgoing, type Recipient } from '../outgoing.ts';

type Json = Readonly<Record<string, unknown>>;

const text = (body: string): Json => ({ text: body });
const footerOf = (footer: string | undefined): Json => (footer === undefined ? {} : { footer: text(footer) });

const renderSections = (sections: readonly ListSection[]): readonly Json[] => {
  const rows = sections.flatMap((section) => section.rows);
  assert(sections.length >= 1 && sections.length <= WHATSAPP_LIMITS.sections, 'a list has 1 to 10 sections');
  assert(rows.length >= 1 && rows.length <= WHATSAPP_LIMITS.rows, 'a list has 1 to 10 rows in all');
  assert(new Set(rows.map(({ id }) => id)).size === rows.length, 'rows of a list have ids of their own');
  return sections.map(({ title, rows: own }) => ({ title, rows: own.map((row) => ({ ...row })) }));
};

const renderInteractive = (message: Exclude<Outgoing, { kind: 'text' }>): Json => {
  switch (message.kind) {
    case 'buttons': {
      const { buttons } = message;
      assert(buttons.length >= 1 && buttons.length <= WHATSAPP_LIMITS.buttons, 'a message has 1 to 3 buttons');
      assert(new Set(buttons.map(({ id }) => id)).size === buttons.length, 'buttons have ids of their own');
      assert(new Set(buttons.map(({ title }) => title)).size === buttons.length, 'buttons have titles of their own');
      const action = { buttons: buttons.map(({ id, title }) => ({ type: 'reply', reply: { id, title } })) };
      return { type: 'button', body: text(message.body), ...footerOf(message.footer), action };
    }
    case 'list': {
      const action = { button: message.button, sections: renderSections(message.sections) };
      return { type: 'list', body: text(message.body), ...footerOf(message.footer), action };
    }
    case 'number_request':
      return { type: 'contact_request', body: text(message.body), action: { name: 'request_contact_info' } };
  }
};

/** With the plus sign: without it Meta prepends the business number's own country code. The number wins over the BSUID. */
const renderAddress = ({ phone, bsuid }: Recipient): Json => {
  assert(phone !== undefined || bsuid !== undefined, 'a recipient has a number or a BSUID');
  return phone === undefined ? { recipient: bsuid } : { to: `+${phone}` };
};

export type RenderInput = { readonly to: Recipient; readonly message: Outgoing; readonly outboxId: OutboxId };

/**
 * The body of `POST /{phone_number_id}/messages` (Meta, Cloud API "Messages"). `biz_opaque_callback_data` comes back
 * on every status of this message: Graph has no idempotency, so it is how an ambiguous send is settled.
 */
export const renderMessage = ({ to, message, outboxId }: RenderInput): Json => ({
  messaging_product: 'whatsapp',
  recipient_type: 'individual',
  ...renderAddress(to),
  ...(message.kind === 'text'
    ? { type: 'text', text: { preview_url: false, body: message.body } }
    : { type: 'interactive', interactive: renderInteractive(message) }),
  biz_opaque_callback_data: outboxId,
});
