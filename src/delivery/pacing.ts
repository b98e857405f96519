/**
 * GCRA (ITU-T I.371, "virtual scheduling"): one moment a limit, the theoretical arrival time, holds all that is known.
 * `toleranceMs` is how far it may run ahead of now.
 */
export type Pace = { readonly intervalMs: number; readonly toleranceMs: number };

/** A limit of 0 lets nothing pass; it is looked at again this often. */
const NEVER_MS = 60_000;

const paceOf = (intervalMs: number, burst: number): Pace => ({
  intervalMs,
  toleranceMs: Number.isFinite(intervalMs) ? (Math.max(burst, 1) - 1) * intervalMs : 0,
});

/** Meta: one message in 6 s to one person, and a burst of up to 45 that borrows from the quota to come (131056). */
export const pairPace = (perMinute: number, burst: number): Pace => paceOf(60_000 / perMinute, burst);

/** The business number's own pace. Bursts are taken off the steady rate, so that no second holds more than the limit. */
export const sendPace = (perSecond: number): Pace => {
  const burst = Math.max(Math.floor(perSecond / 20), 1);
  return paceOf(1_000 / (burst > 1 ? perSecond - burst : perSecond), burst);
};

/** Messages that may go at `nowMs`; `arrivalMs` is undefined for a limit never used. */
export const slotsFree = (pace: Pace, arrivalMs: number | undefined, nowMs: number): number => {
  if (!Number.isFinite(pace.intervalMs)) return 0;
  const aheadMs = Math.max((arrivalMs ?? nowMs) - nowMs, 0);
  // A microsecond of grace: PostgreSQL rounds what it keeps.
  return Math.max(Math.floor((pace.toleranceMs - aheadMs + 0.001) / pace.intervalMs) + 1, 0);
};

/** The arrival time after `count` more messages. */
export const spendSlots = (pace: Pace, arrivalMs: number | undefined, use: { nowMs: number; count: number }): number =>
  Math.max(arrivalMs ?? use.nowMs, use.nowMs) + use.count * pace.intervalMs;

/** Milliseconds until `count` messages may go at once (at most a burst). */
export const waitForSlotsMs = (
  pace: Pace,
  arrivalMs: number | undefined,
  want: { nowMs: number; count: number },
): number => {
  if (!Number.isFinite(pace.intervalMs)) return NEVER_MS;
  const burst = Math.round(pace.toleranceMs / pace.intervalMs) + 1;
  const count = Math.min(Math.max(want.count, 1), burst);
  const freeAtMs = (arrivalMs ?? want.nowMs) + (count - 1) * pace.intervalMs - pace.toleranceMs;
  return Math.max(freeAtMs - want.nowMs, 0);
};
