/** Every number that bounds the sending of answers. Those of the environment (`LIMIT_…`) come with the composition. */

/** Sends of one process under way at once: 1,000 a second to a Graph that answers in 150 ms, with room to spare. */
export const SENDS_IN_FLIGHT_MAX = 256;
/** Recipients of one claim, and outcomes of one mark: few, large statements. */
export const CLAIM_MAX = 128;
export const MARK_MAX = 256;
/** Least time between two marks: under load they are few and large. */
export const MARK_REST_MS = 10;
/** Open rows of one recipient that a claim looks at: enough to see what a newer prompt supersedes. */
export const ROWS_SEEN_MAX = 16;

/** S75, S103: connect and total time-outs of a call, bytes of an answer. */
export const CONNECT_TIMEOUT_MS = 3_000;
export const SEND_TIMEOUT_MS = 10_000;
export const ANSWER_BYTES_MAX = 256 * 1024;

/** A send begins at the latest this long after its claim, and ends before the claim's lease does. */
export const SEND_BEGINS_WITHIN_MS = 2_000;
/** With the wait for a status below it stays under the 30 s in which everything is drained after a fault (I12). */
export const LEASE_MS = SEND_BEGINS_WITHIN_MS + SEND_TIMEOUT_MS + 1_000;
/** What came of a send is offered to an absent PostgreSQL this long. */
export const MARK_WITHIN_MS = 30_000;
/** How long an ambiguous send waits for a status before it is sent once more (design 2.8). */
export const STATUS_WAIT_MS = 15_000;
/** A prompt is of no use after a quarter of an hour; a receipt always is. */
export const PROMPT_LIFE_MS = 900_000;

/** Back-off of a passing failure: doubles, capped so that all is sent within 30 s of Graph's return (I12). */
export const RETRY_FIRST_MS = 1_000;
export const RETRY_MAX_MS = 10_000;
/** A wait that Meta itself asks for (`Retry-After`) is obeyed up to here. */
export const RETRY_AFTER_MAX_MS = 60_000;
/** Meta: 4^X seconds after 131056, X from 0. */
export const THROTTLE_STEPS_MAX = 4;
/** Tries where Meta does not say whether a repeat can help. */
export const DOUBTFUL_TRIES_MAX = 3;
/** A message that stops the sender, recovered by others' messages each time, is at fault itself. */
export const SUSPECT_STOPS_MAX = 3;

/** Failures in a row, of any recipients, that open the breaker; how long it stays open. */
export const BREAKER_FAILURES = 5;
export const BREAKER_FIRST_MS = 1_000;
export const BREAKER_MAX_MS = 10_000;

/** Looking for due answers without having been woken. */
export const POLL_MS = 250;
