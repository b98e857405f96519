import { assertNever } from '../base/assert.ts';
import { STATUS_WAIT_MS } from './limits.ts';
import { RETRY_ACTIONS, backOffMs, isWorthAnotherTry, throttleMs } from './graph/retry-classes.ts';
import type { SendOutcome } from './graph/read-answer.ts';

/** What the row's history says when its outcome comes in. */
export type SentRow = { readonly tries: number; readonly ambiguities: number; readonly throttled: number };

/** What a send's outcome makes of its row and its recipient. */
export type Settlement = {
  readonly state: 'sent' | 'undelivered' | 'ambiguous' | 'waiting';
  readonly why: string;
  readonly errorCode?: number;
  readonly wamid?: string;
  /** Before anything more goes to this recipient. */
  readonly waitMs: number;
  readonly throttled: number;
  /** What the whole sender learns: Graph works, fails, will take nothing from us until somebody acts; or nothing. */
  readonly lesson: 'works' | 'fails' | 'stop' | 'nothing';
};

export type SettleContext = {
  /** In [0, 1). */
  readonly chance: number;
  /** This row stopped the sender several times, and others' messages went through in between. */
  readonly isSuspect: boolean;
};

type Refused = Extract<SendOutcome, { outcome: 'refused' }>;

const settleRefused = (row: SentRow, refused: Refused, { chance, isSuspect }: SettleContext): Settlement => {
  const { code, retryClass, retryAfterMs } = refused;
  const told = { why: retryClass, ...(code === undefined ? {} : { errorCode: code }) };
  const later = {
    ...told,
    state: 'waiting',
    waitMs: backOffMs(row.tries, chance, retryAfterMs),
    throttled: 0,
  } as const;
  const over = { ...told, state: 'undelivered', waitMs: 0, throttled: 0, lesson: 'works' } as const;
  const action = RETRY_ACTIONS[retryClass];
  switch (action) {
    case 'retry':
      return { ...later, lesson: 'fails' };
    case 'retry_few':
      return isWorthAnotherTry(row.tries) ? { ...later, lesson: 'works' } : over;
    case 'wait_alone': {
      const waitMs = Math.max(throttleMs(row.throttled), retryAfterMs ?? 0);
      return { ...later, waitMs, throttled: row.throttled + 1, lesson: 'works' };
    }
    case 'give_up':
      return over;
    case 'stop':
      // Its turn comes after everybody's who was ready before: another message then probes whether Graph takes any.
      return isSuspect ? over : { ...later, waitMs: 0, lesson: 'stop' };
    default:
      return assertNever(action);
  }
};

/** Pure: outcome in, settlement out. At most two copies of a row can ever have been accepted (N03). */
export const settleSend = (row: SentRow, outcome: SendOutcome, context: SettleContext): Settlement => {
  switch (outcome.outcome) {
    case 'accepted':
      return { state: 'sent', why: 'accepted', wamid: outcome.wamid, waitMs: 0, throttled: 0, lesson: 'works' };
    case 'not_sent': {
      const waitMs = backOffMs(row.tries, context.chance);
      return { state: 'waiting', why: outcome.reason, waitMs, throttled: row.throttled, lesson: 'fails' };
    }
    case 'ambiguous': {
      const { throttled } = row;
      if (row.ambiguities > 0)
        return { state: 'undelivered', why: 'ambiguous_twice', waitMs: 0, throttled, lesson: 'fails' };
      return { state: 'ambiguous', why: outcome.reason, waitMs: STATUS_WAIT_MS, throttled, lesson: 'fails' };
    }
    case 'refused':
      return settleRefused(row, outcome, context);
    default:
      return assertNever(outcome);
  }
};
