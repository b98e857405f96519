/*
 * Lanes: one person at a time. Inputs of a person (messages, notices, timers) wait in one lane and are taken strictly in
 * order of (timestamp, id), by one worker at a time, of however many processes.
 * Arrives: lanes whose head is ready. Leaves: a claim (lease, fence, head input) to `runTurn`, and what became of it.
 * Promises: a claim that lapsed can write nothing (the fence is checked in the commit); a dead process's lanes are taken
 * up again when their lease of 10 s is over; only a bug or a death counts as a try; after 3 lost claims a lane runs alone
 * in its own process, after 5 its head is buried and the lane goes on.
 * Will not: know what a turn does.
 */
import type { IdentityId } from '../base/id.ts';

export const LEASE_MS = 10_000;
export const HEARTBEAT_MS = 3_000;
/** Claims lost before a lane runs in a process of its own, and before its head is buried. */
export const TRIES_BEFORE_ISOLATION = 3;
export const TRIES_MAX = 5;

export type InputKind = 'message' | 'notice' | 'timer';

export type Input = {
  /** UTC day of the partition, `YYYY-MM-DD`. */
  readonly day: string;
  readonly inputId: bigint;
  readonly kind: InputKind;
  readonly dedupe: Buffer;
  readonly orderAtMs: number;
  readonly keptAtMs: number;
  readonly mayMoveMoney: boolean;
  readonly route: 'graph' | 'simulator';
  readonly body: Buffer;
};

/** What a sealed body is bound to: it opens as this input and as no other. */
export const inputContext = (dedupe: Uint8Array): string => `input:${Buffer.from(dedupe).toString('hex')}`;

/** An input of our own making: a notice or a timer. Kept once by (`day`, `dedupe`), counted when it is due. */
export type NewInput = {
  readonly identityId: IdentityId;
  readonly kind: Exclude<InputKind, 'message'>;
  readonly day: string;
  readonly dedupe: Buffer;
  readonly orderAtMs: number;
  readonly dueAtMs: number;
  readonly route: Input['route'];
  readonly body: Buffer;
};

/** A lane held by this process until the lease lapses; `fence` tells this claim from every other. */
export type Claim = {
  readonly identityId: IdentityId;
  readonly fence: bigint;
  readonly tries: number;
  readonly sessionRef: string | null;
  readonly input: Input;
};

/** What a lane row becomes when its turn is committed. `inputs` are ended with it: the head, and others it answered. */
export type LaneEnd = {
  readonly claim: Claim;
  readonly inputs: readonly Pick<Input, 'day' | 'dedupe'>[];
  readonly sessionRef: string | null;
};

/**
 * How a turn ended. `committed`: done. `lapsed`: another worker holds the lane now; nothing was written.
 * `away`: a store was away; the claim is given back, is no try, and is taken up again after `retryInMs`.
 */
export type TurnOutcome =
  | { readonly outcome: 'committed' }
  | { readonly outcome: 'lapsed' }
  | { readonly outcome: 'away'; readonly retryInMs: number };

/** Runs one turn to its commit. Throwing anything but a passing fault is a bug and costs the lane a try. */
export type RunTurn = (claim: Claim) => Promise<TurnOutcome>;
