/** What a tier's owner may issue a day, in USD minor units (credex contract, 3.2). Tiers not listed have no limit. */
export const DAILY_LIMIT_USD_MINOR: Readonly<Record<number, bigint>> = { 1: 1_000n, 2: 10_000n };

/** Pending offers of one account shown in one direction: the newest. Nobody can swell another's dashboard past this. */
export const PENDING_SHOWN_MAX = 100;

/** Rows of one ledger page: as many as are asked for, up to the second; and how deep pages go. */
export const PAGE_ROWS = 10;
export const PAGE_ROWS_MAX = 100;
export const PAGE_START_MAX = 10_000;

/** Log-ins and reads that share one set of statements. */
export const SNAPSHOTS_MAX = 100;

/** A body larger than this is refused before it is parsed. */
export const BODY_BYTES_MAX = 64 * 1024;

/** Tokens (credex contract, 2): dead after five idle minutes and, whatever happens, six hours after log-in. */
export const TOKEN_IDLE_SECONDS = 300;
export const TOKEN_ABSOLUTE_SECONDS = 21_600;

export const TOKEN_BYTES_MAX = 4_096;

/** The whole of a request must have arrived by then. */
export const REQUEST_TIMEOUT_MS = 10_000;
