import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openStores, type Stores, type StoresWanted } from '../../src/main/stores/stores.ts';

const CACHE = resolve(import.meta.dirname, '../../.cache');
const DOOR = resolve(import.meta.dirname, '../../src/main/stores/stores.ts');

let folder: string;
let notes: string[];
const opened: Stores[] = [];
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stores-'));
  notes = [];
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(opened.splice(0).map((stores) => stores.release()));
  await vi.waitFor(async () => expect(await findOurs()).toEqual([]), { timeout: 10_000 });
  await rm(folder, { recursive: true });
});

const open = async (more: Partial<StoresWanted> = {}): Promise<Stores> => {
  const note = (line: string) => void notes.push(line);
  const stores = await openStores({ dataDir: folder, cacheDir: CACHE, allowMemoryRedis: false, note, ...more });
  opened.push(stores);
  return stores;
};

type Processes = Record<'keeper' | 'postgres' | 'redis', number>;
type Told = { databaseUrl: string; redis: { url: string }; processes: Processes };

/** Another command on the same data folder: holds the stores until it is killed. */
const startHolder = async (): Promise<{ child: ChildProcess; told: Told }> => {
  const wanted = { dataDir: folder, cacheDir: CACHE, allowMemoryRedis: false };
  const program = `
    const { openStores } = await import(${JSON.stringify(DOOR)});
    const stores = await openStores({ ...${JSON.stringify(wanted)}, note: () => {} });
    const { databaseUrl, redis } = stores;
    console.log(JSON.stringify({ databaseUrl, redis, processes: await stores.control.processes() }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, told: JSON.parse(line as string) as Told };
};

/** Command lines of every process that has to do with this folder, holders included. */
const findOurs = async (): Promise<readonly string[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(folder));
};

const isRunning = async (pid: number): Promise<boolean> =>
  (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== '';

const query = async (
  stores: Pick<Stores, 'databaseUrl'>,
  text: string,
): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: stores.databaseUrl });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
};

const withRedis = async <T>(stores: Pick<Stores, 'redis'>, work: (redis: Redis) => Promise<T>): Promise<T> => {
  if (stores.redis === 'memory') throw new Error('no server');
  const redis = new Redis(stores.redis.url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
};

const processesOf = async (stores: Stores): Promise<Processes> => {
  const found = await stores.control!.processes();
  return { keeper: found.keeper, postgres: found.postgres!, redis: found.redis! };
};

describe('stores that start from nothing', () => {
  test('answer to pg and ioredis, with fsync on, in UTF-8, on no TCP port', async () => {
    const stores = await open();
    const [row] = await query(
      stores,
      `SELECT current_database() AS database, current_setting('fsync') AS fsync,
        current_setting('server_encoding') AS encoding, current_setting('listen_addresses') AS tcp`,
    );
    expect(row).toEqual({ database: 'vimbiso', fsync: 'on', encoding: 'UTF8', tcp: '' });
    await withRedis(stores, async (redis) => {
      expect(await redis.set('key', 'value')).toBe('OK');
      expect(await redis.config('GET', 'port')).toEqual(['port', '0']);
      expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    });
    expect(Number(stores.postgresVersion?.split('.')[0])).toBeGreaterThanOrEqual(15);
  });

  test('run as somebody other than root and let nobody else in', async () => {
    const stores = await open();
    const { postgres } = await processesOf(stores);
    expect((await stat(`/proc/${postgres}`)).uid).not.toBe(0);
    expect((await stat(folder)).mode & 0o067).toBe(0);
    const major = stores.postgresVersion?.split('.')[0];
    for (const name of [`postgres-${major}`, 'run/pg', 'run/redis']) {
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o700);
    }
  });

  test('are stopped when release resolves, and keep the ledger but not Redis', async () => {
    const first = await open();
    await query(first, 'CREATE TABLE kept (n int)');
    await withRedis(first, (redis) => redis.set('key', 'value'));
    await first.release();
    expect(await findOurs()).toEqual([]);
    const second = await open();
    expect(await query(second, 'SELECT * FROM kept')).toEqual([]);
    expect(await withRedis(second, (redis) => redis.get('key'))).toBeNull();
  });

  test('are the same ones for all who open at the same time', async () => {
    const [mine, ...others] = await Promise.all([open(), startHolder(), startHolder(), startHolder()]);
    const processes = await processesOf(mine);
    for (const { told } of others) {
      expect(told).toEqual({ databaseUrl: mine.databaseUrl, redis: mine.redis, processes });
    }
  });

  test('work where the data folder has a path too long for a socket, and leave nothing outside it', async () => {
    await chmod(folder, 0o711);
    const dataDir = join(folder, 'a-long-name'.repeat(12));
    const stores = await open({ dataDir });
    expect(await query(stores, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    expect(await withRedis(stores, (redis) => redis.ping())).toBe('PONG');
    const socketDir = new URL(stores.databaseUrl).searchParams.get('host')!;
    expect(socketDir.startsWith(folder)).toBe(false);
    await stores.release();
    await expect(stat(join(socketDir, '..'))).rejects.toThrow('ENOENT');
  });

  test('work in a folder that only root gets into, and say where the data is instead', async (context) => {
    if (process.getuid?.() !== 0) return context.skip('needs root');
    const dataDir = join(folder, 'closed', 'data');
    await mkdir(join(folder, 'closed'), { mode: 0o700 });
    const stores = await open({ dataDir });
    expect(await query(stores, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    const home = (await readFile(join(dataDir, 'stores-home'), 'utf8')).trim();
    expect(notes.some((line) => line.includes(`its data is kept in ${home}`))).toBe(true);
    await stores.release();
    await rm(home, { recursive: true });
  });

  test('come from the npm package where that is asked for', async () => {
    const stores = await open({ only: { postgres: 'package' } });
    expect(stores.postgresVersion).toMatch(/^18\./);
    expect(await query(stores, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });
});

describe('holders', () => {
  test('that are killed, all of them, leave nothing running after three seconds', async () => {
    const holders = await Promise.all([startHolder(), startHolder()]);
    for (const { child } of holders) child.kill('SIGKILL');
    await vi.waitFor(async () => expect(await findOurs()).toEqual([]), { timeout: 3_000, interval: 50 });
  });

  test('keep the stores when another is killed or releases', async () => {
    const [mine, other] = await Promise.all([open(), startHolder()]);
    const before = await processesOf(mine);
    await (await open()).release();
    other.child.kill('SIGKILL');
    // Longer than the keeper waits when nobody is left: that it does nothing shows only in time.
    await sleep(1_500);
    expect(await processesOf(mine)).toEqual(before);
    expect(await query(mine, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  test('get stores that were given back as they gave them, and no process is started', async () => {
    const given = { databaseUrl: 'postgresql://db.invalid/x', redisUrl: 'redis://redis.invalid' };
    const stores = await open(given);
    expect([stores.databaseUrl, stores.redis]).toEqual([given.databaseUrl, { url: given.redisUrl }]);
    expect(stores.control).toBeUndefined();
    expect(await findOurs()).toEqual([]);
  });

  test('with a database of their own get a Redis alone', async () => {
    const stores = await open({ databaseUrl: 'postgresql://db.invalid/x' });
    expect(stores.databaseUrl).toBe('postgresql://db.invalid/x');
    expect(await withRedis(stores, (redis) => redis.ping())).toBe('PONG');
    expect(await stores.control!.processes()).not.toHaveProperty('postgres');
  });
});

describe('where no Redis can be had', () => {
  const nowhere = { only: { redis: 'nowhere' } } as const;

  test('one command has the stand-in and is told so; a second is refused until the first has ended', async () => {
    const first = await open({ ...nowhere, allowMemoryRedis: true });
    expect(first.redis).toBe('memory');
    expect(notes.some((line) => line.includes('in-process stand-in'))).toBe(true);
    for (const allowMemoryRedis of [true, false]) {
      await expect(open({ allowMemoryRedis })).rejects.toMatchObject({ code: 'stores.memory_redis_taken' });
    }
    await first.release();
    expect((await open({ ...nowhere, allowMemoryRedis: true })).redis).toBe('memory');
  });

  test('a command that needs a real one is told why there is none', async () => {
    await expect(open(nowhere)).rejects.toMatchObject({ code: 'stores.no_redis', detail: 'no redis-server on PATH' });
  });
});

describe('after kill -9', () => {
  test('of PostgreSQL it answers again at the same address within three seconds, with what was committed', async () => {
    const stores = await open();
    await query(stores, 'CREATE TABLE kept (n int)');
    const before = await processesOf(stores);
    const busy = query(stores, 'SELECT pg_sleep(60)').catch(() => 'cut off');
    process.kill(before.postgres, 'SIGKILL');
    await vi.waitFor(async () => expect(await isRunning(before.postgres)).toBe(false), { interval: 10 });
    const rows = await vi.waitFor(() => query(stores, 'SELECT * FROM kept'), { timeout: 3_000, interval: 50 });
    expect(rows).toEqual([]);
    expect((await processesOf(stores)).postgres).not.toBe(before.postgres);
    expect(await busy).toBe('cut off');
  });

  test('of Redis it answers again at the same address within two seconds, empty', async () => {
    const stores = await open();
    await withRedis(stores, (redis) => redis.set('key', 'value'));
    const before = await processesOf(stores);
    process.kill(before.redis, 'SIGKILL');
    await vi.waitFor(async () => expect(await isRunning(before.redis)).toBe(false), { interval: 10 });
    const get = () => withRedis(stores, (redis) => redis.get('key'));
    expect(await vi.waitFor(get, { timeout: 2_000, interval: 20 })).toBeNull();
  });

  test('of the keeper its holder has another, with the stores at the same addresses', async () => {
    const stores = await open();
    await query(stores, 'CREATE TABLE kept (n int)');
    const before = await processesOf(stores);
    process.kill(before.keeper, 'SIGKILL');
    const findNew = async () => {
      const now = await processesOf(stores);
      expect(now.keeper).not.toBe(before.keeper);
      return now;
    };
    const after = await vi.waitFor(findNew, { timeout: 10_000, interval: 100 });
    expect(after.postgres).not.toBe(before.postgres);
    expect(await query(stores, 'SELECT * FROM kept')).toEqual([]);
    expect(await withRedis(stores, (redis) => redis.ping())).toBe('PONG');
  });

  test('of keeper, holder, PostgreSQL and Redis together the next command starts them again', async () => {
    const { child, told } = await startHolder();
    await query(told, 'CREATE TABLE kept (n int)');
    child.kill('SIGKILL');
    for (const pid of Object.values(told.processes)) process.kill(pid, 'SIGKILL');
    expect(await query(await open(), 'SELECT * FROM kept')).toEqual([]);
  });

  test('of keeper and holder alone the next command takes over what they left running', async () => {
    const { child, told } = await startHolder();
    await query(told, 'CREATE TABLE kept (n int)');
    child.kill('SIGKILL');
    process.kill(told.processes.keeper, 'SIGKILL');
    const stores = await open();
    expect(await query(stores, 'SELECT * FROM kept')).toEqual([]);
    expect(await isRunning(told.processes.postgres)).toBe(false);
    expect(await isRunning(told.processes.redis)).toBe(false);
  });

  test('of a keeper that was still making the data folder the stores come up all the same', async () => {
    const opening = open();
    const findKeeper = async () => {
      expect((await readdir(folder)).some((name) => name.includes('.new-'))).toBe(true);
      const [file] = await readdir(join(folder, 'keeper.lock'));
      return (JSON.parse(await readFile(join(folder, 'keeper.lock', file!), 'utf8')) as { pid: number }).pid;
    };
    process.kill(await vi.waitFor(findKeeper, { timeout: 20_000, interval: 5 }), 'SIGKILL');
    expect(await query(await opening, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });
});

describe('control, for tests', () => {
  test('what is stopped stays away until it is started', async () => {
    const stores = await open();
    await stores.control!.stopPostgres('immediate');
    await expect(query(stores, 'SELECT 1 AS n')).rejects.toThrow();
    await stores.control!.startPostgres();
    expect(await query(stores, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await stores.control!.stopRedis();
    await expect(withRedis(stores, (redis) => redis.ping())).rejects.toThrow();
    await stores.control!.startRedis();
    expect(await withRedis(stores, (redis) => redis.ping())).toBe('PONG');
  });

  test('a flush empties Redis', async () => {
    const stores = await open();
    await withRedis(stores, (redis) => redis.set('key', 'value'));
    await stores.control!.flushRedis();
    expect(await withRedis(stores, (redis) => redis.dbsize())).toBe(0);
  });
});
