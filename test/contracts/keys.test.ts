// Data keys in PostgreSQL: made once, the same for everyone, readable by the right ring only (I10).
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type Database } from '../../src/base/database.ts';
import { createKeyRing, unwrapKey, type KeyRing } from '../../src/security/keyring.ts';
import { createSealKey } from '../../src/security/seal.ts';
import { createKeyStore } from '../../src/security/store.ts';
import { openTestStores, type TestStores } from '../support/stores.ts';

const OLD = createSealKey('test.k1', Buffer.alloc(32, 1));
const NEW = createSealKey('test.k2', Buffer.alloc(32, 2));
const RING = createKeyRing([OLD]);

let stores: TestStores;
let databases: readonly [Database, Database];

beforeAll(async () => {
  stores = await openTestStores();
  const connect = () =>
    createDatabase({ url: stores.databaseUrl, connectionsMax: 4, applicationName: 'keys contract', timeoutMs: 900 });
  databases = [connect(), connect()];
});
afterAll(async () => {
  await Promise.all((databases ?? []).map((database) => database.close()));
  await stores?.release();
});

const storeOf = (database: Database, ring: KeyRing = RING) => createKeyStore({ database, ring, schema: 'bot' });
const readWrapped = async (name: string) =>
  (await databases[0].query<{ wrapped: Buffer }>('SELECT wrapped FROM bot.wrapped_key WHERE name = $1', [name])).map(
    ({ wrapped }) => wrapped,
  );

test('processes that ask for a missing key at once get the same one, and one is kept', async () => {
  for (let round = 0; round < 30; round += 1) {
    const name = `race.${round}`;
    const keys = await Promise.all(
      Array.from({ length: 6 }, (_, index) => storeOf(databases[index % 2 === 0 ? 0 : 1]).getKey(name)),
    );
    expect(new Set(keys.map((key) => key.bytes().toString('hex'))).size).toBe(1);
    expect(await readWrapped(name)).toHaveLength(1);
  }
});

test('a process that starts later gets the same key; another name is another key', async () => {
  const first = await storeOf(databases[0]).getKey('index.identity');
  expect((await storeOf(databases[1]).getKey('index.identity')).bytes()).toEqual(first.bytes());
  expect((await storeOf(databases[1]).getKey('index.wamid')).bytes()).not.toEqual(first.bytes());
});

test('the key itself stands nowhere in the table', async () => {
  const key = await storeOf(databases[0]).getKey('day.2026-01-01');
  const [wrapped] = await readWrapped('day.2026-01-01');
  expect(wrapped?.includes(key.bytes())).toBe(false);
  expect(unwrapKey(RING, 'day.2026-01-01', wrapped ?? Buffer.alloc(0))?.bytes()).toEqual(key.bytes());
});

test('a wrong ring refuses, for good and by name only, and makes no other key in its place', async () => {
  await storeOf(databases[0]).getKey('refused');
  const before = await readWrapped('refused');
  for (const ring of [createKeyRing([NEW]), createKeyRing([createSealKey('test.k1', Buffer.alloc(32, 3))])])
    await expect(storeOf(databases[1], ring).getKey('refused')).rejects.toMatchObject({
      code: 'security.key_unreadable',
      retry: 'never',
      detail: 'data key refused does not open',
    });
  expect(await readWrapped('refused')).toEqual(before);
});

test('a wrapped key put in the place of another refuses', async () => {
  await storeOf(databases[0]).getKey('thief');
  await storeOf(databases[0]).getKey('victim');
  await databases[0].query(
    "UPDATE bot.wrapped_key SET wrapped = (SELECT wrapped FROM bot.wrapped_key WHERE name = 'thief') WHERE name = 'victim'",
  );
  await expect(storeOf(databases[1]).getKey('victim')).rejects.toMatchObject({ code: 'security.key_unreadable' });
});

test('wrapped anew under the next key of the ring it is the same key, also for who has only the next one', async () => {
  const before = await storeOf(databases[0]).getKey('rotated');
  const both = createKeyRing([NEW, OLD]);
  expect((await storeOf(databases[1], both).getKey('rotated')).bytes()).toEqual(before.bytes());
  await databases[0].query("UPDATE bot.wrapped_key SET wrapped = $1 WHERE name = 'rotated'", [
    both.seal(before.bytes(), 'wrap', 'rotated'),
  ]);
  expect((await storeOf(databases[1], createKeyRing([NEW])).getKey('rotated')).bytes()).toEqual(before.bytes());
});

test('a failure is not remembered: the next one who asks gets the key', async () => {
  let isAway = true;
  const flaky: Database = {
    ...databases[0],
    query: (text, values) => (isAway ? Promise.reject(new Error('away')) : databases[0].query(text, values)),
  };
  const store = storeOf(flaky);
  await expect(store.getKey('later')).rejects.toThrow('away');
  isAway = false;
  expect((await store.getKey('later')).id).toBe('later');
});
