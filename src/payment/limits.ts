/** How long a confirmation may be tapped after it was shown. */
export const INTENT_LIFE_MS = 10 * 60_000;

/** When an outcome that is not known is looked for, from the moment before; the last one repeats. */
export const RECONCILE_AFTER_MS: readonly number[] = [15_000, 30_000, 60_000, 120_000, 300_000];

/**
 * How long we look before we say that we do not know; nothing is sent after it. With keys a repeat may still settle it, for
 * less than the day that keys are commonly kept and that WhatsApp lets us write for; without keys there is only reading.
 */
export const GIVE_UP_AFTER_MS = { key: 23 * 3_600_000, none: 30 * 60_000 } as const;

/** A spent intent without a timer is given one again after this. */
export const REARM_AFTER_MS = 120_000;

/** Newest rows of the ledger that are read to find what became of an intent. */
export const LOOK_BACK_ROWS = 100;
