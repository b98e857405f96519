import { WINDOW_MS } from './graph/limits.ts';

const SECOND = 1000;

export type Template = {
  readonly name: string;
  readonly language: string;
  readonly bodyParameters: number;
  readonly category?: 'utility' | 'authentication' | 'marketing';
};

export type SimulatorSettings = {
  /** How far the statuses of a message go. */
  readonly statuses: 'none' | 'sent' | 'delivered' | 'read';
  /** From acceptance, in real time. */
  readonly sentAfterMs: number;
  readonly deliveredAfterMs: number;
  readonly readAfterMs: number;
  /** Statuses that are due together go in one webhook of up to this many. */
  readonly statusesPerWebhook: number;
  /** Each status webhook is sent this many times. */
  readonly statusCopies: number;
  /** The statuses of a webhook in reverse order, newest first. */
  readonly statusesReversed: boolean;
  /** A webhook is repeated after `retryFirstMs`, then twice as long each time up to `retryMaxMs`. */
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** Infinity = until closed (Meta: for 7 days). */
  readonly triesMax: number;
  /** A door that has not answered by then has failed. */
  readonly webhookTimeoutMs: number;
  /** To each door. */
  readonly connectionsMax: number;
  /** Messages kept of each chat. */
  readonly historyMax: number;
  /** Accepted sends kept in `sent`. */
  readonly sentMax: number;
  readonly requireAppSecretProof: boolean;
  /** Meta's pair limit: `burst` at once, one more every `everyMs` (131056). Absent = no limit. */
  readonly pairLimit?: { readonly burst: number; readonly everyMs: number };
  /** Infinity = no window. */
  readonly windowMs: number;
  readonly templates: readonly Template[];
};

export const DEFAULT_SETTINGS: SimulatorSettings = {
  statuses: 'delivered',
  sentAfterMs: 0,
  deliveredAfterMs: 0,
  readAfterMs: 0,
  statusesPerWebhook: 1,
  statusCopies: 1,
  statusesReversed: false,
  retryFirstMs: SECOND / 4,
  retryMaxMs: 30 * SECOND,
  triesMax: Infinity,
  webhookTimeoutMs: 20 * SECOND,
  connectionsMax: 64,
  historyMax: 500,
  sentMax: 10_000,
  requireAppSecretProof: false,
  windowMs: WINDOW_MS,
  templates: [{ name: 'incoming_notification', language: 'en_US', bodyParameters: 2, category: 'utility' }],
};
