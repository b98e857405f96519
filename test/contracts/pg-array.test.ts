import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type Database } from '../../src/base/database.ts';
import { pgArray } from '../../src/base/pg-array.ts';
import { openTestStores, type TestStores } from '../support/stores.ts';

let stores: TestStores;
let database: Database;
beforeAll(async () => {
  stores = await openTestStores({ migrated: false });
  database = createDatabase({ url: stores.databaseUrl, connectionsMax: 1, applicationName: 'test', timeoutMs: 5_000 });
});
afterAll(async () => {
  await database.close();
  await stores.release();
});

const UUID = '0b6f1c1e-9d0a-4b7a-8a53-0d2f0a6f7c11';

test('PostgreSQL reads back what was written, nulls and an empty array included', async () => {
  const [row] = await database.query(
    `SELECT $1::bytea[] AS bytea, $2::text[] AS text, $3::uuid[] AS uuid, $4::boolean[] AS bool, $5::int[] AS int4,
       $6::bigint[]::text[] AS int8, $7::date[]::text[] AS date, $8::timestamptz[] AS at, $9::text[] AS none`,
    [
      pgArray.bytea([Buffer.from([0, 255]), null]),
      pgArray.text(['č', '', null]),
      pgArray.uuid([UUID, null]),
      pgArray.bool([true, false, null]),
      pgArray.int4([-1, 2_147_483_647, null]),
      pgArray.int8([-1n, 9_223_372_036_854_775_807n]),
      pgArray.date(['1970-01-01', '2000-02-29', '2026-11-24']),
      pgArray.timestamptz([0, 1_796_000_000_123]),
      pgArray.text([]),
    ],
  );
  expect(row).toEqual({
    bytea: [Buffer.from([0, 255]), null],
    text: ['č', '', null],
    uuid: [UUID, null],
    bool: [true, false, null],
    int4: [-1, 2_147_483_647, null],
    int8: ['-1', '9223372036854775807'],
    date: ['1970-01-01', '2000-02-29', '2026-11-24'],
    at: [new Date(0), new Date(1_796_000_000_123)],
    none: [],
  });
});
