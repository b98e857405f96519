import { DOUBTFUL_TRIES_MAX, RETRY_AFTER_MAX_MS, RETRY_FIRST_MS, RETRY_MAX_MS, THROTTLE_STEPS_MAX } from '../limits.ts';

/** What a refusal of Graph means for the message, the person and the sender. */
export type RetryClass =
  | 'transient'
  | 'doubtful'
  | 'recipient_throttle'
  | 'window_closed'
  | 'undeliverable'
  | 'marketing'
  | 'identity'
  | 'bsuid'
  | 'template'
  | 'quality'
  | 'auth'
  | 'request'
  | 'billing';

/** `retry`: again, later. `retry_few`: a few times. `wait_alone`: this person only. `give_up`: never. `stop`: all of us. */
export type RetryAction = 'retry' | 'retry_few' | 'wait_alone' | 'give_up' | 'stop';

export const RETRY_ACTIONS = {
  transient: 'retry',
  doubtful: 'retry_few',
  recipient_throttle: 'wait_alone',
  window_closed: 'give_up',
  undeliverable: 'give_up',
  marketing: 'give_up',
  identity: 'give_up',
  bsuid: 'give_up',
  template: 'give_up',
  quality: 'stop',
  auth: 'stop',
  /** Meta calls our request wrong: mostly configuration, so everybody stops, but it may be the one message. */
  request: 'stop',
  billing: 'stop',
} as const satisfies Record<RetryClass, RetryAction>;

/** Meta, "Error codes" of the Cloud API, as of 2026-09-11. Built on `code` alone: throttles come as HTTP 400. */
const CODES: Readonly<Record<RetryClass, readonly number[]>> = {
  transient: [2, 4, 80007, 130429, 131000, 131016, 131057, 133004],
  doubtful: [1],
  recipient_throttle: [131056],
  window_closed: [131047],
  undeliverable: [131026, 131021, 131030, 130403, 131051, 131052, 131053],
  marketing: [131049, 131050, 130472, 131064],
  identity: [137000],
  bsuid: [131062],
  template: [132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069],
  quality: [131048],
  auth: [0, 3, 10, 190, 131005, 131045, 133010, 131037, 133000, 133005, 133006, 133008, 133009, 133015, 133016],
  request: [33, 100, 131008, 131009, 135000],
  billing: [368, 131031, 130497, 131042, 134011],
};

const classByCode = new Map(
  Object.entries(CODES).flatMap(([name, codes]) => codes.map((code) => [code, name as RetryClass] as const)),
);

/**
 * The class of a refusal. The HTTP status speaks only where the code is silent: missing, 1 ("invalid request or server
 * error") or one that nobody has seen yet. Those are tried a few times, and for ever only when the server says 5xx.
 */
export const classify = (code: number | undefined, status: number): RetryClass => {
  if (code !== undefined && code >= 200 && code <= 299) return 'auth';
  const known = code === undefined ? undefined : classByCode.get(code);
  if (known !== undefined && known !== 'doubtful') return known;
  if (status >= 500 || status === 429) return 'transient';
  if (code === undefined && (status === 401 || status === 403 || (status >= 300 && status < 400))) return 'auth';
  return 'doubtful';
};

/** Milliseconds before try `tries + 1`; `chance` in [0, 1) spreads the herd over the upper half of the step. */
export const backOffMs = (tries: number, chance: number, retryAfterMs?: number): number => {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, RETRY_AFTER_MAX_MS);
  const stepMs = Math.min(RETRY_FIRST_MS * 2 ** Math.min(Math.max(tries - 1, 0), 20), RETRY_MAX_MS);
  return Math.round(stepMs * (0.5 + chance / 2));
};

/** Meta, pair rate limit: wait 4^X seconds, X = 0, 1, … while the pair stays throttled. */
export const throttleMs = (throttled: number): number =>
  1_000 * 4 ** Math.min(Math.max(throttled, 0), THROTTLE_STEPS_MAX);

export const isWorthAnotherTry = (tries: number): boolean => tries < DOUBTFUL_TRIES_MAX;
