import type { OutboxId } from '../base/id.ts';
import { LEASE_MS, STATUS_WAIT_MS } from './limits.ts';
import type { OutboxKind } from './outgoing.ts';
import { slotsFree, waitForSlotsMs, type Pace } from './pacing.ts';

/** An open row of one recipient, as a claim that holds the recipient's lock sees it. */
export type OpenRow = {
  readonly outboxId: OutboxId;
  /** 1 is the head. Numbers are missing where somebody else holds a row at this moment. */
  readonly place: number;
  readonly kind: OutboxKind;
  /** `sending` under a claim's eyes means that its sender died or lost its lease. */
  readonly state: 'waiting' | 'sending' | 'ambiguous';
  readonly ambiguities: number;
  readonly isExpired: boolean;
  readonly receipt: 'sent' | 'delivered' | 'read' | 'failed' | null;
};

export type RowEnd = 'sent' | 'undelivered' | 'expired' | 'superseded';
export type EndedRow = { readonly outboxId: OutboxId; readonly end: RowEnd; readonly why: string };

/** What a claim does with a recipient: ends what is over, then sends one row or waits until a moment. */
export type HeadDecision = {
  readonly ended: readonly EndedRow[];
  readonly next:
    | { readonly do: 'send'; readonly row: OpenRow }
    | { readonly do: 'wait'; readonly untilMs: number; readonly doubted?: OutboxId }
    | { readonly do: 'rest' };
};

export type HeadContext = {
  readonly nowMs: number;
  readonly pace: Pace;
  readonly pairAtMs: number | undefined;
  readonly throttled: number;
};

/** Somebody holds the row for the length of a statement (a status being folded in). */
const BUSY_MS = 25;

const endOf = (row: OpenRow, isSuperseded: boolean): EndedRow | undefined => {
  const end = (kind: RowEnd, why: string): EndedRow => ({ outboxId: row.outboxId, end: kind, why });
  // Waiting with a receipt: a doubtful first copy arrived after all, while the second was refused for now.
  if (row.receipt !== null && (row.state !== 'waiting' || row.receipt !== 'failed')) {
    return row.receipt === 'failed' ? end('undelivered', 'status_failed') : end('sent', 'status_settled');
  }
  if (row.state === 'sending' && row.ambiguities > 0) return end('undelivered', 'ambiguous_twice');
  if (row.state !== 'sending' && row.isExpired) return end('expired', 'prompt_expired');
  if (row.state === 'waiting' && isSuperseded) return end('superseded', 'newer_prompt');
  return undefined;
};

/**
 * Walks one recipient's open rows in their order. An ambiguous row has had its 15 s when a claim meets it again: a status
 * settles it, else it is sent once more. Behind a pair limit a prompt goes when a newer one waits; a receipt never does.
 */
export const decideHead = (rows: readonly OpenRow[], context: HeadContext): HeadDecision => {
  const { nowMs, pace, pairAtMs, throttled } = context;
  const isLimited = throttled > 0 || slotsFree(pace, pairAtMs, nowMs) < rows.length;
  const ended: EndedRow[] = [];
  for (const [index, row] of rows.entries()) {
    if (row.place !== index + 1) return { ended, next: { do: 'wait', untilMs: nowMs + BUSY_MS } };
    const hasNewerPrompt = rows.slice(index + 1).some(({ kind }) => kind === 'prompt');
    const over = endOf(row, isLimited && row.kind === 'prompt' && hasNewerPrompt);
    if (over) {
      ended.push(over);
      continue;
    }
    if (row.state === 'sending') {
      return { ended, next: { do: 'wait', untilMs: nowMs + STATUS_WAIT_MS, doubted: row.outboxId } };
    }
    const waitMs = waitForSlotsMs(pace, pairAtMs, { nowMs, count: 1 });
    return { ended, next: waitMs > 0 ? { do: 'wait', untilMs: nowMs + waitMs } : { do: 'send', row } };
  }
  // All that could be seen is over; held rows, if there are any, are looked at again at once.
  return { ended, next: rows.length === 0 ? { do: 'wait', untilMs: nowMs + BUSY_MS } : { do: 'rest' } };
};

/** A claim's lease from now. */
export const leaseUntilMs = (nowMs: number): number => nowMs + LEASE_MS;
