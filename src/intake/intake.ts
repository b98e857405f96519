/*
 * Bytes from a stranger become safe inbox rows, or are refused.
 * Arrives: Meta's webhook (GET handshake; POST with up to 1,000 updates in 3 MB). Leaves: sealed inputs in lanes, statuses
 * folded into the outbox, rows in quarantine; 200 only after their commit.
 * Promises: nothing is parsed before the signature over the raw bytes holds; every entry, change, message and status is
 * read; one wamid has one row, over all processes, for 14 days; a store that is away is a 503 within a second, and Meta
 * tries again for 7 days; signed traffic never sees a 429.
 * Will not: decide anything about a message's meaning, log any of a body, or keep a number, BSUID, wamid or name in clear.
 */
import type { Bsuid, Phone } from '../base/phone.ts';

/** Meta's cap on a body and on the updates in it (Cloud API, "Webhooks: overview"). */
export const BODY_BYTES_MAX = 3 * 1024 * 1024;
/** Updates of a body, and elements of all its lists; well over what Meta sends. A signed body with more is set aside whole. */
export const UPDATES_MAX = 2_000;
export const ELEMENTS_MAX = 10_000;
/** One multi-row statement takes at most this much; a larger request is split and gets its 200 after its last part. */
export const ROWS_PER_COMMIT = 500;
export const BYTES_PER_COMMIT = 4 * 1024 * 1024;
/** The waiting room; beyond it a request is answered 503 and comes again. */
export const WAITING_ROWS_MAX = 5_000;
export const WAITING_BYTES_MAX = 32 * 1024 * 1024;
/** How long a request waits for its commit. */
export const COMMIT_WAIT_MS = 1_000;
/** Days of inbox partitions: unique for longer than Meta's retries. */
export const DAYS_BEHIND = 14;
export const DAYS_AHEAD = 2;

/** One message of a webhook, read just far enough to know whose it is and when; `body` is what the turn will understand. */
export type ReceivedMessage = {
  readonly wamid: string;
  readonly sentAtMs: number;
  readonly phone?: Phone;
  readonly bsuid?: Bsuid;
  /** The number stands on a card that the person shared; WhatsApp itself showed none. */
  readonly isShared?: true;
  /** UTF-8 JSON of `{ message, speaker }`. */
  readonly body: Buffer;
};

export type ReceiptStatus = 'sent' | 'delivered' | 'read' | 'failed';

export type ReceivedStatus = {
  readonly wamid: string;
  readonly status: ReceiptStatus;
  readonly atMs: number;
  /** Our outbox id, echoed. */
  readonly outboxId?: string;
  readonly errorCode?: number;
};

/** A message that cannot become an input: kept sealed for an operator, with the reason. */
export type Unreadable = { readonly reason: UnreadableReason; readonly body: Buffer };
export type UnreadableReason = 'no_id' | 'no_time' | 'no_speaker' | 'too_deep' | 'wrong_shape';
/** `system`: of nobody (`user_changed_user_id` comes without a sender); no account ever moves by such a message. */
export type IgnoreReason = 'other_number' | 'group' | 'other_field' | 'other_object' | 'unknown_status' | 'system';

export type Received = {
  readonly messages: readonly ReceivedMessage[];
  readonly statuses: readonly ReceivedStatus[];
  readonly unreadable: readonly Unreadable[];
  /** Codes of `value.errors`: out-of-band errors of the account or number. */
  readonly valueErrors: readonly number[];
  readonly ignored: Readonly<Partial<Record<IgnoreReason, number>>>;
};
