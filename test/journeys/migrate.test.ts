import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type Database } from '../../src/base/database.ts';
import { findMissing, migrate, MIGRATED_SCHEMAS } from '../../src/main/migrate.ts';
import { openTestStores, type TestStores } from '../support/stores.ts';

let stores: TestStores;
let database: Database;
let folder: string;

const open = async (): Promise<void> => {
  stores = await openTestStores({ migrated: false });
  const options = { url: stores.databaseUrl, connectionsMax: 4, applicationName: 'test', timeoutMs: 5_000 };
  database = createDatabase(options);
};
const close = async (): Promise<void> => {
  await database.close();
  await stores.release();
};
beforeAll(open);
afterAll(close);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vimbiso-migrations-'));
  await write('0001_first.sql', 'CREATE TABLE bot.first (id integer); INSERT INTO bot.first VALUES (1);');
});
afterEach(async () => {
  await database.query('DROP SCHEMA IF EXISTS bot CASCADE');
  await database.query('DROP SCHEMA IF EXISTS ledger CASCADE');
});

const write = (name: string, sql: string): Promise<void> => writeFile(join(folder, name), sql);
const run = (): Promise<readonly string[]> => migrate({ databaseUrl: stores.databaseUrl, schema: 'bot', folder });
const countFirst = async (): Promise<number> => (await database.query('SELECT id FROM bot.first')).length;

test('applies what is missing, in order, once', async () => {
  expect(await findMissing({ database, schema: 'bot', folder })).toEqual(['0001_first.sql']);
  expect(await run()).toEqual(['0001_first.sql']);
  await write('0002_second.sql', 'INSERT INTO bot.first VALUES (2)');
  expect(await findMissing({ database, schema: 'bot', folder })).toEqual(['0002_second.sql']);
  expect(await run()).toEqual(['0002_second.sql']);
  expect(await run()).toEqual([]);
  expect(await countFirst()).toBe(2);
  expect(await findMissing({ database, schema: 'bot', folder })).toEqual([]);
});

test('processes that migrate at the same moment apply each step once', async () => {
  const applied = await Promise.all([run(), run(), run(), run()]);
  expect(applied.flat()).toEqual(['0001_first.sql']);
  expect(await countFirst()).toBe(1);
});

test('a step that fails leaves nothing of itself, and says file and line', async () => {
  await write('0002_second.sql', "INSERT INTO bot.first VALUES (2);\nINSERT INTO bot.none VALUES ('263770000001');");
  const failure = await run().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'main.migration_failed', retry: 'never' });
  expect((failure as { detail: string }).detail).toBe('0002_second.sql, line 2: error 42P01');
  expect(await countFirst()).toBe(1);
  expect(await findMissing({ database, schema: 'bot', folder })).toEqual(['0002_second.sql']);
});

test.each([
  { name: '0001_first.sql', sql: 'SELECT 2', why: '0001_first.sql was changed after it was applied' },
  { name: '0001_other.sql', sql: 'SELECT 1', why: '0001_first.sql is called 0001_other.sql here' },
])('refuses a released step that is no longer the same: $why', async ({ name, sql, why }) => {
  await run();
  folder = await mkdtemp(join(tmpdir(), 'vimbiso-migrations-'));
  await write(name, sql);
  await expect(run()).rejects.toMatchObject({ code: 'main.migration_refused', detail: `bot: ${why}` });
});

test('refuses to touch the database of a newer version, for which nothing is missing', async () => {
  await run();
  await database.query("INSERT INTO bot.migration (number, name, checksum) VALUES (2, 'later', 'x')");
  await expect(run()).rejects.toMatchObject({
    code: 'main.migration_refused',
    detail: 'bot: 0002_later.sql is of a newer version than this program',
  });
  expect(await findMissing({ database, schema: 'bot', folder })).toEqual([]);
});

test('refuses a folder with gaps', async () => {
  await write('0003_third.sql', 'SELECT 3');
  await expect(run()).rejects.toThrow(/without gaps: third/);
});

test('a database that is away is a fault that passes', async () => {
  const databaseUrl = 'postgres://nobody@127.0.0.1:1/none';
  await expect(migrate({ databaseUrl, schema: 'bot', folder })).rejects.toMatchObject({
    code: 'main.migration_not_possible',
    retry: 'later',
  });
});

test('the program’s own migrations apply to an empty database', async () => {
  for (const schema of MIGRATED_SCHEMAS) {
    const applied = await migrate({ databaseUrl: stores.databaseUrl, schema });
    expect(applied.length).toBeGreaterThan(0);
    expect(await findMissing({ database, schema })).toEqual([]);
  }
});
