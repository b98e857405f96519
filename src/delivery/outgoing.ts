import type { Fitted } from '../base/fit-text.ts';
import type { IdentityId, OutboxId } from '../base/id.ts';
import type { Phone, Bsuid } from '../base/phone.ts';

/** Meta's limits of what we send (Cloud API reference, "Messages"; OpenAPI v23.0). UTF-16 units, the stricter reading. */
export const WHATSAPP_LIMITS = {
  textBody: 4096,
  interactiveBody: 1024,
  header: 60,
  footer: 60,
  buttonTitle: 20,
  buttonId: 256,
  buttons: 3,
  listButton: 20,
  sections: 10,
  rows: 10,
  sectionTitle: 24,
  rowTitle: 24,
  rowDescription: 72,
  rowId: 200,
} as const;

export type ReplyButton = { readonly id: Fitted<256>; readonly title: Fitted<20> };
export type ListRow = { readonly id: Fitted<200>; readonly title: Fitted<24>; readonly description?: Fitted<72> };
export type ListSection = { readonly title: Fitted<24>; readonly rows: readonly ListRow[] };

/** Everything we send. Interactive bodies keep to 1,024 units for lists too: Meta's pages disagree, the smaller holds. */
export type Outgoing =
  | { readonly kind: 'text'; readonly body: Fitted<4096> }
  | {
      readonly kind: 'buttons';
      readonly body: Fitted<1024>;
      readonly buttons: readonly ReplyButton[];
      readonly footer?: Fitted<60>;
    }
  | {
      readonly kind: 'list';
      readonly body: Fitted<1024>;
      readonly button: Fitted<20>;
      readonly sections: readonly ListSection[];
      readonly footer?: Fitted<60>;
    }
  | { readonly kind: 'number_request'; readonly body: Fitted<1024> };

/** Meta's address of a person: the number where it is known (it wins), else the BSUID. */
export type Recipient = { readonly phone?: Phone; readonly bsuid?: Bsuid };

/** A prompt may be superseded and expires after 15 minutes; a receipt never. */
export type OutboxKind = 'prompt' | 'receipt';

export type OutboxMessage = {
  readonly outboxId: OutboxId;
  readonly identityId: IdentityId;
  readonly kind: OutboxKind;
  readonly to: Recipient;
  readonly message: Outgoing;
  /** Where replies go: Graph, or in development the simulator for a signed webhook with `X-Mock-Testing` (S41). */
  readonly route: 'graph' | 'simulator';
};
