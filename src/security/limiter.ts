import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import { redisFault } from '../base/redis.ts';
import { SPEND_SCRIPT } from './limiter-script.ts';
import type { WindowLimit, WindowLimitName } from './limits.ts';

export type Spending =
  | { readonly allowed: true }
  /** `isFirst`: the first refusal in this window, the one that is told; a repeat of the same entry hears the same. */
  | {
      readonly allowed: false;
      readonly limit: WindowLimitName;
      readonly isFirst: boolean;
      readonly retryAfterMs: number;
    };

export type Limiter = {
  /**
   * Spends one call of every limit at once, or of none. `identityKey` is a pseudonym or a keyed hash, never a number or
   * address; `entryName` names the call, so that repeating it costs nothing. Throws a Fault when the store is away.
   */
  readonly spend: (identityKey: string, entryName: string, limits: readonly WindowLimit[]) => Promise<Spending>;
};

/** Only these commands; a Redis user may be limited to them and to those of the script. */
export type LimiterRedis = Pick<Redis, 'evalsha' | 'eval'>;

export type LimiterDeps = { readonly redis: LimiterRedis; readonly clock: Clock; readonly keyPrefix: string };

const SCRIPT_SHA = createHash('sha1').update(SPEND_SCRIPT).digest('hex');

const isScriptMissing = (error: unknown): boolean => error instanceof Error && error.message.startsWith('NOSCRIPT');

/** What may stand in a key name; braces would move the hash tag. */
const PLAIN = /^[A-Za-z0-9_-]{1,64}$/;

const readSpending = (answer: unknown, limits: readonly WindowLimit[]): Spending => {
  assert(Array.isArray(answer), 'the script answers with a list');
  const [isAllowed, index, isFirst, retryAfterMs] = answer.map(Number);
  if (isAllowed === 1) return { allowed: true };
  const limit = limits[(index ?? 0) - 1];
  assert(limit, 'the script names one of the limits');
  return { allowed: false, limit: limit.name, isFirst: isFirst === 1, retryAfterMs: retryAfterMs ?? limit.windowMs };
};

/**
 * The exact sliding log in Redis (S18 to S20): one script a call, by Redis's own clock plus the clock's offset, shared by
 * all processes. All keys of an identity share a hash tag, so the script runs on a cluster too, and each has a TTL.
 */
export const createLimiter = ({ redis, clock, keyPrefix }: LimiterDeps): Limiter => {
  const run = async (keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> => {
    try {
      return await redis.evalsha(SCRIPT_SHA, keys.length, ...keys, ...values);
    } catch (error) {
      if (!isScriptMissing(error)) throw error;
      return redis.eval(SPEND_SCRIPT, keys.length, ...keys, ...values);
    }
  };

  return Object.freeze({
    spend: async (identityKey: string, entryName: string, limits: readonly WindowLimit[]): Promise<Spending> => {
      assert(PLAIN.test(identityKey) && PLAIN.test(entryName), 'key and entry names are plain');
      if (limits.length === 0) return { allowed: true };
      const keys = limits.flatMap(({ name }) => {
        const log = `${keyPrefix}:limit:{${identityKey}}:${name}`;
        return [log, `${log}:told`];
      });
      const values = limits.flatMap(({ max, windowMs }) => [max, windowMs]);
      try {
        return readSpending(await run(keys, [clock.offsetMs(), entryName, ...values]), limits);
      } catch (error) {
        throw redisFault(error);
      }
    },
  });
};
