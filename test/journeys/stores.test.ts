import { chmod, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { findOurs, folder, notes, open, processesOf, query, startHolder, withRedis } from './stores-fixture.ts';

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
