import { Redis } from 'ioredis';
import { Fault } from './fault.ts';

export type RedisOptions = { readonly url: string; readonly timeoutMs: number; readonly caPem?: string };

/** A client that fails fast instead of queueing while Redis is away: callers decide what absence means (I11). */
export const createRedis = ({ url, timeoutMs, caPem }: RedisOptions): Redis => {
  const redis = new Redis(url, {
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: timeoutMs,
    connectTimeout: timeoutMs,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
    lazyConnect: false,
    ...(caPem === undefined ? {} : { tls: { ca: caPem } }),
  });
  // Every caller learns of a failure from its own command.
  redis.on('error', () => undefined);
  return redis;
};

/** Turns whatever a Redis command threw into the one fault that callers know. */
export const redisFault = (error: unknown): Fault =>
  error instanceof Fault ? error : new Fault('base.redis_away', { retry: 'later', cause: error });
