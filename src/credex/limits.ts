/** The budget of one call to core, all attempts together (S75, S103). */
export const CALL_TIMEOUT_MS = 10_000;
export const CONNECT_TIMEOUT_MS = 3_000;
export const CONNECTIONS_MAX = 32;

/** A reply larger than this is not read to its end. */
export const REPLY_BYTES_MAX = 2 * 1024 * 1024;

/** Repeats of what only reads; what may change the ledger is never repeated here. */
export const READ_REPEATS_MAX = 1;
export const READ_REPEAT_AFTER_MS = 200;

/** Failed calls in a row that open the breaker, and how long it stays open before one call may try. */
export const BREAKER_FAILURES = 5;
export const BREAKER_OPEN_MS = 2_000;

/** S4: a token is taken for dead this much before core does so. */
export const TOKEN_MARGIN_MS = 15_000;
export const TOKEN_IDLE_MS = 300_000;
export const TOKEN_BYTES_MAX = 4_096;

/** What one dashboard may hold: more is nonsense, not a member. */
export const ACCOUNTS_MAX = 200;
export const PENDING_MAX = 1_000;
export const TEXT_LENGTH_MAX = 200;
