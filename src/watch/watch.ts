/*
 * What happened, told once: to the log, to the counters, and (for money, sign-in, key and identity events) to the audit.
 * Arrives: an event of the typed table with ids, codes and counts. Leaves: one log line, one counter, and where the event
 * is audited one entry written by the caller's own transaction (I9).
 * Promises: no event can carry a phone, a name, a text, an amount or a secret; an unknown event does not compile.
 */
import type { CorrelationId, IdentityId } from '../base/id.ts';
import type { Log } from '../base/log.ts';
import { EVENTS, type EventName } from './events.ts';
import type { Metrics } from './metrics.ts';

/** What an event may tell; `reason` and `code` are literals of ours, never a stranger's text. */
export type EventFields = {
  readonly identityId?: IdentityId;
  readonly correlationId?: CorrelationId;
  readonly outboxId?: string;
  readonly reason?: string;
  readonly code?: string | number;
  readonly count?: number;
  readonly ms?: number;
  readonly detail?: string;
};

export type NoteEvent = (name: EventName, fields?: EventFields) => void;

export type WatchDeps = { readonly log: Log; readonly metrics: Metrics };

export const createNoteEvent =
  ({ log, metrics }: WatchDeps): NoteEvent =>
  (name, fields = {}) => {
    const row = EVENTS[name];
    log(row.level, name, fields);
    metrics.countEvent(name, fields.reason ?? '', fields.count ?? 1);
  };
