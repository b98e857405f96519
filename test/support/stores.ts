import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { inject } from 'vitest';
import { migrate } from '../../src/main/migrate.ts';
import { openStores, type Stores, type StoresControl } from '../../src/main/stores/stores.ts';

/** Whether this run tests against real stores (`npm test`) or, for ports that have one, the stand-in (`npm run check`). */
export const usesRealStores = process.env['TEST_STORES'] === 'real';

export type TestStores = {
  /** A database of this test's own, migrated. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Begins this test's keys: Redis is shared unless `own`. */
  readonly prefix: string;
  /** Of stores that are this test's own. */
  readonly control: StoresControl | undefined;
  readonly release: () => Promise<void>;
};

export type TestStoresOptions = {
  /** Stores of this test's own, to stop, flush and kill. */
  readonly own?: boolean;
  readonly migrated?: boolean;
};

const cacheDir = resolve('.cache');

/** Real PostgreSQL and Redis. Files of one run share the servers; each call has its own database and key prefix. */
export const openTestStores = async ({ own = false, migrated = true }: TestStoresOptions = {}): Promise<TestStores> => {
  const dataDir = own ? await mkdtemp(join(tmpdir(), 'vimbiso-own-')) : inject('storesDir');
  const stores = await openStores({ dataDir, cacheDir, allowMemoryRedis: false, note: () => undefined });
  const name = `t_${randomBytes(6).toString('hex')}`;
  await withClient(stores.databaseUrl, (client) => client.query(`CREATE DATABASE ${name}`));
  const databaseUrl = withDatabase(stores.databaseUrl, name);
  if (migrated) await migrateAll(databaseUrl);
  return {
    databaseUrl,
    redisUrl: redisUrlOf(stores),
    prefix: name,
    control: own ? stores.control : undefined,
    release: async () => {
      if (!own)
        await withClient(stores.databaseUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
      await stores.release();
      if (own) await rm(dataDir, { recursive: true, force: true });
    },
  };
};

const migrateAll = async (databaseUrl: string): Promise<void> => {
  await migrate({ databaseUrl, schema: 'bot' });
  await migrate({ databaseUrl, schema: 'ledger' });
};

const redisUrlOf = (stores: Stores): string => {
  if (stores.redis === 'memory') throw new Error('tests need a real Redis');
  return stores.redis.url;
};

const withDatabase = (databaseUrl: string, name: string): string => {
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return url.toString();
};

const withClient = async (connectionString: string, act: (client: Client) => Promise<unknown>): Promise<void> => {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await act(client);
  } finally {
    await client.end();
  }
};

/** A client that waits for the server, unlike the program's own. */
export const connectRedis = (url: string): Redis => new Redis(url);
