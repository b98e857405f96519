import type { GraphErrorCode } from './graph/errors.ts';

/** What may be done to a send. Where it says "accepted", the person gets the message and statuses are sent. */
export type Fault =
  /** Refused with this `error.code`. */
  | { readonly kind: 'error'; readonly code: GraphErrorCode }
  /** A gateway's page instead of JSON, HTTP 502. */
  | { readonly kind: 'garbage' }
  /** Nothing happens for `ms`, then the send is treated as usual. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Accepted at once, answered after `ms`: statuses overtake the answer. */
  | { readonly kind: 'late_answer'; readonly ms: number }
  /** Accepted, never answered. */
  | { readonly kind: 'hang' }
  /** The connection is reset, nothing was accepted. */
  | { readonly kind: 'reset_before' }
  /** Accepted, then the connection is reset. */
  | { readonly kind: 'reset_after' }
  /** Accepted and answered; then a `failed` status with this code instead of `sent`. */
  | { readonly kind: 'undeliverable'; readonly code: GraphErrorCode };

export type FaultRule = {
  readonly fault: Fault;
  /** Only sends to this person; absent = to all. */
  readonly who?: string;
  /** How many sends it meets before it is spent; absent = until cleared. */
  readonly times?: number;
};
export type StandingFault = FaultRule & { readonly id: string };

/** Trouble on order. The oldest rule that fits a send is the one it meets. */
export type Faults = {
  /** Answers the id by which it can be cleared. */
  readonly set: (rule: FaultRule) => string;
  /** One by its id, or all. */
  readonly clear: (id?: string) => void;
  readonly list: () => readonly StandingFault[];
  /** The fault this send meets, counted as met. */
  readonly meet: (who: string) => Fault | undefined;
};

export const createFaults = (onChange: (count: number) => void): Faults => {
  let standing: StandingFault[] = [];
  let made = 0;
  const change = (next: StandingFault[]): void => {
    standing = next;
    onChange(standing.length);
  };
  return Object.freeze({
    set: (rule: FaultRule) => {
      made += 1;
      const id = `f${String(made)}`;
      change([...standing, { ...rule, id }]);
      return id;
    },
    clear: (id?: string) => {
      change(id === undefined ? [] : standing.filter((rule) => rule.id !== id));
    },
    list: () => standing,
    meet: (who: string) => {
      if (standing.length === 0) return undefined;
      const met = standing.find((rule) => rule.who === undefined || rule.who === who);
      if (met?.times !== undefined) {
        const left = met.times - 1;
        change(standing.flatMap((rule) => (rule !== met ? [rule] : left > 0 ? [{ ...rule, times: left }] : [])));
      }
      return met?.fault;
    },
  });
};
