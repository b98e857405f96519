import { randomInt } from 'node:crypto';

/** Numbers that look random and come again for the same seed: `KILL_SEED=… npx vitest run --project kill`. */
export type Chance = {
  readonly seed: number;
  /** A whole number from `from` to `to`, both included. */
  readonly between: (from: number, to: number) => number;
  readonly oneOf: <T>(choices: readonly T[]) => T;
};

/** Xorshift, 32 bits (Marsaglia, "Xorshift RNGs", 2003). */
export const createChance = (seed = Number(process.env['KILL_SEED'] ?? randomInt(1, 2 ** 31))): Chance => {
  let state = seed | 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return { seed, between, oneOf: (choices) => choices[between(0, choices.length - 1)]! };
};
