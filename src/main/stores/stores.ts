/*
 * Where PostgreSQL and Redis come from.
 * Arrives: a data folder, and the addresses of real stores where there are any.
 * Leaves: two addresses that answer, and `release`, to be called once when the command ends.
 * Promised: stores that are not given are started from what the machine has, on private Unix sockets only, and belong
 * to the data folder: the first command's keeper starts them, later commands share them, and they stop when the last
 * holder is gone, a killed one included. PostgreSQL keeps its data with fsync on; Redis keeps nothing.
 * Not done: no migrations, no password, no TCP, no other system than Linux. Development, test and benchmarks only.
 */
import { resolve } from 'node:path';
import { Fault } from '../../base/fault.ts';
import { holdKeeper } from './keeper-client.ts';
import type { Control } from './keeper-wire.ts';

export type StoresWanted = {
  /** Owns the embedded stores; made, private, when missing. */
  readonly dataDir: string;
  /** Where programs that had to be fetched or copied are kept for the next time. */
  readonly cacheDir: string;
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** Whether the in-process stand-in will do where no Redis can be had. Only one command at a time may use it. */
  readonly allowMemoryRedis: boolean;
  /** Told, in one sentence a person can read, what was chosen and what happened to the stores since. */
  readonly note: (line: string) => void;
  /** For tests: one way of finding programs instead of the first that works. */
  readonly only?: {
    readonly postgres?: 'machine' | 'package';
    readonly redis?: 'machine' | 'download' | 'nowhere';
  };
};

/** What tests do to the stores. What is stopped stays so until it is started or another command opens the stores. */
export type StoresControl = {
  readonly stopPostgres: (how?: PostgresStop) => Promise<void>;
  readonly startPostgres: () => Promise<void>;
  readonly restartPostgres: (how?: PostgresStop) => Promise<void>;
  readonly stopRedis: () => Promise<void>;
  readonly startRedis: () => Promise<void>;
  /** Back with nothing in it: Redis keeps nothing on disk. */
  readonly restartRedis: () => Promise<void>;
  readonly flushRedis: () => Promise<void>;
  /** Process ids, for tests that kill; undefined for what does not run now. */
  readonly processes: () => Promise<StoreProcesses>;
};
/** As PostgreSQL's documents name them: `fast` ends sessions and checkpoints, `immediate` leaves recovery to the start. */
export type PostgresStop = 'fast' | 'immediate';
export type StoreProcesses = { readonly keeper: number; readonly postgres?: number; readonly redis?: number };

export type Stores = {
  /** For pg and libpq alike; a Unix socket's folder in `host` when embedded. */
  readonly databaseUrl: string;
  /** For ioredis; a socket's path when embedded. */
  readonly redis: { readonly url: string } | 'memory';
  /** Resolves, when this was the last holder, after the stores have stopped: the folder may then be deleted. */
  readonly release: () => Promise<void>;
  /** As `postgres --version` says; absent when the database was given. */
  readonly postgresVersion?: string;
  readonly redisVersion?: string;
  /** Present when at least one store is embedded. */
  readonly control?: StoresControl;
};

/** @throws {Fault} `stores.*` in words for the operator's screen in `detail`, when a store cannot be had. */
export const openStores = async (wanted: StoresWanted): Promise<Stores> => {
  const { databaseUrl, redisUrl } = wanted;
  if (databaseUrl !== undefined && redisUrl !== undefined) {
    return Object.freeze({ databaseUrl, redis: { url: redisUrl }, release: async () => undefined });
  }
  if (process.platform !== 'linux') {
    throw new Fault('stores.not_here', {
      retry: 'never',
      detail: 'embedded stores need Linux: set DATABASE_URL and REDIS_URL',
    });
  }
  const held = await holdKeeper({
    dataDir: resolve(wanted.dataDir),
    note: wanted.note,
    wants: {
      cacheDir: resolve(wanted.cacheDir),
      postgres: databaseUrl === undefined ? (wanted.only?.postgres ?? 'any') : 'none',
      redis: redisUrl === undefined ? (wanted.only?.redis ?? 'any') : 'none',
      memoryRedis: wanted.allowMemoryRedis,
    },
  });
  const database = databaseUrl ?? held.opened.postgres?.url;
  const redis = redisUrl === undefined ? held.opened.redis : { url: redisUrl };
  if (database === undefined || redis === undefined) throw new Fault('stores.keeper_confused', { retry: 'never' });
  return Object.freeze({
    databaseUrl: database,
    redis: redis === 'memory' ? redis : { url: redis.url },
    release: held.release,
    control: createControl(held.ask),
    ...(held.opened.postgres ? { postgresVersion: held.opened.postgres.version } : {}),
    ...(redis !== 'memory' && 'version' in redis ? { redisVersion: redis.version } : {}),
  });
};

const createControl = (ask: (control: Control) => Promise<StoreProcesses>): StoresControl => {
  const act = async (...controls: readonly Control[]): Promise<void> => {
    for (const control of controls) await ask(control);
  };
  return Object.freeze({
    stopPostgres: (how: PostgresStop = 'fast') => act({ act: 'stop', store: 'postgres', how }),
    startPostgres: () => act({ act: 'start', store: 'postgres' }),
    restartPostgres: (how: PostgresStop = 'fast') =>
      act({ act: 'stop', store: 'postgres', how }, { act: 'start', store: 'postgres' }),
    stopRedis: () => act({ act: 'stop', store: 'redis', how: 'fast' }),
    startRedis: () => act({ act: 'start', store: 'redis' }),
    restartRedis: () => act({ act: 'stop', store: 'redis', how: 'fast' }, { act: 'start', store: 'redis' }),
    flushRedis: () => act({ act: 'flush_redis' }),
    processes: () => ask({ act: 'look' }),
  });
};
