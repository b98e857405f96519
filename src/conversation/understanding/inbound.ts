import type { Phone } from '../../base/phone.ts';

/** Who speaks, as the webhook said; sealed with the message and into the identity, nowhere else. */
export type Speaker = {
  readonly phone?: Phone;
  /** The number stands on a card that the person shared: not where the message came from. */
  readonly isShared?: true;
  readonly bsuid?: string;
  readonly profileName?: string;
  /** Meta's `identity_key_hash` of the person's device keys, where the check is switched on. */
  readonly identityKeyHash?: string;
};

/** A message as understood: a validated snapshot of Meta's object (Cloud API, "Webhooks: messages reference"). */
export type Inbound =
  | { readonly kind: 'text'; readonly text: string }
  /** Quick reply of a template (`button`), reply button or list row: the id is ours, the title is never trusted. */
  | {
      readonly kind: 'tap';
      readonly via: 'button' | 'button_reply' | 'list_reply';
      readonly id: string;
      readonly promptWamid?: string;
    }
  /** Reply of a Flow (`nfm_reply`): the parsed `response_json`; empty when it did not parse. */
  | { readonly kind: 'form'; readonly response: Readonly<Record<string, unknown>> }
  | { readonly kind: 'media'; readonly media: 'image' | 'video' | 'document' | 'audio' | 'sticker' }
  | { readonly kind: 'location' }
  /** `ownPhone` only where Meta says that the person shared their own number on our request (`contact_request`). */
  | { readonly kind: 'contacts'; readonly ownPhone?: Phone }
  | { readonly kind: 'order' }
  | { readonly kind: 'reaction' }
  | {
      readonly kind: 'system';
      readonly change: 'user_changed_number' | 'user_changed_user_id' | 'customer_identity_changed' | 'other';
    }
  | { readonly kind: 'edit' }
  | { readonly kind: 'revoke' }
  /** `lost` (131060): Meta could not deliver the message; ask to send it again. */
  | { readonly kind: 'unsupported'; readonly lost: boolean }
  /** A type nobody has seen yet, or a known one whose payload does not parse. */
  | { readonly kind: 'unknown' };
