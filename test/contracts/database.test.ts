// What the one connection to PostgreSQL promises, against PostgreSQL itself.
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { monotonicMs } from '../../src/base/clock.ts';
import { createDatabase, isDataRefusal, type Database } from '../../src/base/database.ts';
import { openTestStores, type TestStores } from '../support/stores.ts';

const TIMEOUT_MS = 900;

const connect = (url: string, connectionsMax = 4): Database =>
  createDatabase({ url, connectionsMax, applicationName: 'database contract', timeoutMs: TIMEOUT_MS });

describe('a database', () => {
  let stores: TestStores;
  let database: Database;
  beforeAll(async () => {
    stores = await openTestStores({ migrated: false });
    database = connect(stores.databaseUrl);
    await database.query('CREATE TABLE account (name text PRIMARY KEY, amount bigint NOT NULL CHECK (amount >= 0))');
    await database.query("INSERT INTO account VALUES ('a', 100), ('b', 100)");
  });
  afterAll(async () => {
    await database.close();
    await stores.release();
  });

  test('two transactions that lock the same rows the other way round both commit: the deadlocked one is repeated', async () => {
    const tries = { ab: 0, ba: 0 };
    const met = Promise.withResolvers<void>();
    const move = (name: 'ab' | 'ba') =>
      database.transact(async (tx) => {
        tries[name] += 1;
        const [from, to] = name.split('');
        await tx.query('UPDATE account SET amount = amount - 1 WHERE name = $1', [from]);
        if (tries.ab + tries.ba === 2) met.resolve();
        await met.promise;
        await tx.query('UPDATE account SET amount = amount + 1 WHERE name = $1', [to]);
      });
    await Promise.all([move('ab'), move('ba')]);
    expect(tries.ab + tries.ba).toBeGreaterThan(2);
    expect(await database.query('SELECT amount FROM account ORDER BY name')).toEqual([
      { amount: 100n },
      { amount: 100n },
    ]);
  });

  test.each([
    ['INSERT INTO account VALUES ($1, 1)', 'a', '23505'],
    ['INSERT INTO account VALUES ($1, -1)', 'c', '23514'],
    ['SELECT $1::int', 'no number', '22P02'],
    ["SELECT convert_from($1::bytea, 'UTF8')", Buffer.from([0xff]), '22021'],
  ])('a refusal for data keeps its SQLSTATE: %s', async (text, value, code) => {
    const error: unknown = await database.query(text, [value]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(isDataRefusal(error)).toBe(true);
  });

  test('a value is bound, never read as SQL (S76)', async () => {
    const value = "'; DROP TABLE account; --";
    expect(await database.query('SELECT $1::text AS said', [value])).toEqual([{ said: value }]);
    expect(await database.query('SELECT count(*) AS n FROM account')).toEqual([{ n: 2n }]);
  });

  test('counts are exact beyond 2^53, and days are days in every time zone', async () => {
    expect(await database.query("SELECT 9007199254740993::bigint AS n, '2026-03-29'::date AS day")).toEqual([
      { n: 9007199254740993n, day: '2026-03-29' },
    ]);
  });

  test('a statement that takes too long is a fault, within its time', async () => {
    const startedAt = monotonicMs();
    await expect(database.query('SELECT pg_sleep(30)')).rejects.toMatchObject({
      code: 'base.database_away',
      retry: 'later',
      detail: '57014',
    });
    expect(monotonicMs() - startedAt).toBeLessThan(TIMEOUT_MS + 500);
  });

  test('a pool without a free connection is a fault, within its time', async () => {
    const small = connect(stores.databaseUrl, 1);
    const held = Promise.withResolvers<void>();
    const holding = small.transact(() => held.promise);
    const startedAt = monotonicMs();
    await expect(small.query('SELECT 1')).rejects.toMatchObject({ code: 'base.database_away', retry: 'later' });
    expect(monotonicMs() - startedAt).toBeLessThan(TIMEOUT_MS + 500);
    held.resolve();
    await holding;
    expect(await small.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await small.close();
  });

  test('a server that takes the connection and says nothing is a fault, within its time', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const { port } = mute.address() as { port: number };
    const silent = connect(`postgres://nobody@127.0.0.1:${port}/nothing`);
    const startedAt = monotonicMs();
    await expect(silent.transact((tx) => tx.query('SELECT 1'))).rejects.toMatchObject({
      code: 'base.database_away',
      retry: 'later',
    });
    expect(monotonicMs() - startedAt).toBeLessThan(TIMEOUT_MS + 500);
    for (const socket of sockets) socket.destroy();
    mute.close();
    await silent.close();
  });

  test('hears a notification, also after its connection was killed again and again, by one connection', async () => {
    const hear = vi.fn();
    const listening = connect(stores.databaseUrl, 3);
    const stop = await listening.listen('lane', hear);
    const listeners = "FROM pg_stat_activity WHERE query = 'LISTEN lane' AND datname = current_database()";
    for (let round = 0; round < 3; round += 1) {
      await database.query(`SELECT pg_terminate_backend(pid) ${listeners}`);
      hear.mockClear();
      // It hears once when it is back: what was said meanwhile is not lost.
      await vi.waitFor(() => expect(hear).toHaveBeenCalledTimes(1), 5_000);
      await database.query("SELECT pg_notify('lane', '')");
      await vi.waitFor(() => expect(hear).toHaveBeenCalledTimes(2), 5_000);
      expect(await database.query(`SELECT count(*) AS n ${listeners}`)).toEqual([{ n: 1n }]);
    }
    await stop();
    await vi.waitFor(
      async () => expect(await database.query(`SELECT count(*) AS n ${listeners}`)).toEqual([{ n: 0n }]),
      5_000,
    );
    await listening.close();
  });
});
