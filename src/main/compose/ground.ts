import type { Redis } from 'ioredis';
import type { Clock } from '../../base/clock.ts';
import { createDatabase, type Database } from '../../base/database.ts';
import type { Log } from '../../base/log.ts';
import { createRedis } from '../../base/redis.ts';
import { createKeyStore, type KeyStore } from '../../security/store.ts';
import { createMetrics, type Metrics } from '../../watch/metrics.ts';
import { createNoteEvent, type NoteEvent } from '../../watch/watch.ts';
import type { Config } from '../config.ts';

/** What every role of a process stands on. */
export type Ground = {
  readonly config: Config;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly noteEvent: NoteEvent;
  /** The bot's own tables. Short time-outs: a store that is away must be said within a second. */
  readonly database: Database;
  /** The same tables, for leases and marks: what a crash of PostgreSQL may undo at the cost of some seconds. */
  readonly looseDatabase: Database;
  readonly ledgerDatabase: Database;
  /** Absent where the in-process stand-in serves: one process, in development. */
  readonly redis: Redis | undefined;
  readonly keyStore: KeyStore;
  /** Begins every key in Redis, so that environments never share one (S84). */
  readonly prefix: string;
  readonly close: () => Promise<void>;
};

export type GroundDeps = {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly role: string;
  readonly databaseUrl: string;
  readonly ledgerDatabaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly metrics?: Metrics;
  readonly connectionsMax?: number;
  readonly prefix?: string;
};

const DATABASE_TIMEOUT_MS = 900;
const LOOSE_CONNECTIONS = 4;
const LEDGER_TIMEOUT_MS = 3_000;
const REDIS_TIMEOUT_MS = 1_000;

export const createGround = (deps: GroundDeps): Ground => {
  const {
    config,
    clock,
    log,
    role,
    databaseUrl,
    ledgerDatabaseUrl,
    redisUrl,
    metrics = createMetrics(),
    connectionsMax = 8,
  } = deps;
  const applicationName = `vimbiso ${role}`;
  const database = createDatabase({
    url: databaseUrl,
    connectionsMax,
    applicationName,
    timeoutMs: DATABASE_TIMEOUT_MS,
  });
  const looseDatabase = createDatabase({
    url: databaseUrl,
    connectionsMax: LOOSE_CONNECTIONS,
    applicationName: `${applicationName} loose`,
    timeoutMs: DATABASE_TIMEOUT_MS,
    isLoose: true,
  });
  const ledgerDatabase = createDatabase({
    url: ledgerDatabaseUrl,
    connectionsMax,
    applicationName: `${applicationName} ledger`,
    timeoutMs: LEDGER_TIMEOUT_MS,
  });
  const { caPem } = config.redis;
  const redis =
    redisUrl === undefined
      ? undefined
      : createRedis({ url: redisUrl, timeoutMs: REDIS_TIMEOUT_MS, ...(caPem === undefined ? {} : { caPem }) });
  return Object.freeze({
    config,
    clock,
    metrics,
    noteEvent: createNoteEvent({ log, metrics }),
    database,
    looseDatabase,
    ledgerDatabase,
    redis,
    keyStore: createKeyStore({ database, ring: config.keyRing, schema: 'bot' as const }),
    prefix: deps.prefix ?? `vimbiso:${config.environment}`,
    close: async () => {
      redis?.disconnect();
      await Promise.allSettled([database.close(), looseDatabase.close(), ledgerDatabase.close()]);
    },
  });
};
