import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import {
  SOON,
  findOurs,
  folder,
  isRunning,
  open,
  processesOf,
  query,
  startHolder,
  withRedis,
} from './stores-fixture.ts';

describe('after kill -9', () => {
  test('of all holders the stores stop too and leave nothing running after some seconds', async () => {
    const holders = await Promise.all([startHolder(), startHolder()]);
    for (const { child } of holders) child.kill('SIGKILL');
    await vi.waitFor(async () => expect(await findOurs()).toEqual([]), SOON);
  });

  test('of PostgreSQL it answers again at the same address within seconds, with what was committed', async () => {
    const stores = await open();
    await query(stores, 'CREATE TABLE kept (n int)');
    const before = await processesOf(stores);
    const busy = query(stores, 'SELECT pg_sleep(60)').catch(() => 'cut off');
    process.kill(before.postgres, 'SIGKILL');
    await vi.waitFor(async () => expect(await isRunning(before.postgres)).toBe(false), SOON);
    const rows = await vi.waitFor(() => query(stores, 'SELECT * FROM kept'), SOON);
    expect(rows).toEqual([]);
    expect((await processesOf(stores)).postgres).not.toBe(before.postgres);
    expect(await busy).toBe('cut off');
  });

  test('of Redis it answers again at the same address within seconds, empty', async () => {
    const stores = await open();
    await withRedis(stores, (redis) => redis.set('key', 'value'));
    const before = await processesOf(stores);
    process.kill(before.redis, 'SIGKILL');
    await vi.waitFor(async () => expect(await isRunning(before.redis)).toBe(false), SOON);
    const get = () => withRedis(stores, (redis) => redis.get('key'));
    expect(await vi.waitFor(get, SOON)).toBeNull();
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
    const after = await vi.waitFor(findNew, SOON);
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
    process.kill(await vi.waitFor(findKeeper, SOON), 'SIGKILL');
    expect(await query(await opening, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });
});
