/** The one source of time. Tests move it; everything that must agree with a store's own clock adds `offsetMs` to it there. */
export type Clock = {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** How far this clock is ahead of the machine's: 0 outside tests. Stores add it to PostgreSQL's and Redis's own time. */
  readonly offsetMs: () => number;
};

export type MovableClock = Clock & { readonly advance: (ms: number) => void };

export const systemClock: Clock = Object.freeze({ now: () => Date.now(), offsetMs: () => 0 });

/** A clock for tests: the machine's time plus what was advanced, so that stores' own clocks can follow by `offsetMs`. */
export const createMovableClock = (initialOffsetMs = 0): MovableClock => {
  let offset = initialOffsetMs;
  return Object.freeze({
    now: () => Date.now() + offset,
    offsetMs: () => offset,
    advance: (ms: number) => {
      offset += ms;
    },
  });
};

/** The UTC day of a moment as `YYYY-MM-DD`. */
export const utcDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** ISO 8601 in UTC with milliseconds. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();

/** Milliseconds of an ISO 8601 text; NaN when it is none. */
export const parseIsoTime = (text: string): number => Date.parse(text);

/** Monotonic milliseconds, for durations only. */
export const monotonicMs = (): number => performance.now();
