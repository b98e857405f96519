import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type Database } from '../../src/base/database.ts';
import { dropOldDays, joinStrayReceipts } from '../../src/intake/retention-store.ts';
import { openTestStores, type TestStores } from '../support/stores.ts';

let stores: TestStores;
let database: Database;
beforeAll(async () => {
  stores = await openTestStores();
  database = createDatabase({ url: stores.databaseUrl, connectionsMax: 2, applicationName: 'test', timeoutMs: 5_000 });
});
afterAll(async () => {
  await database.close();
  await stores.release();
});

const PERSON = '0b6f1c1e-9d0a-4b7a-8a53-0d2f0a6f7c11';

const keepInput = (day: string, mark: number, state: 'waiting' | 'done'): Promise<unknown> =>
  database.query(
    `INSERT INTO bot.input (day, identity_id, kind, dedupe, order_at, ready_at, may_move_money, route, state, body)
     VALUES ($1, $2, 'message', decode(repeat(lpad(to_hex($3::int), 2, '0'), 32), 'hex'), $1::date, $1::date, true, 'graph', $4, NULL)`,
    [day, PERSON, mark, state],
  );
const count = async (sql: string): Promise<number> => Number((await database.query<{ n: bigint }>(sql))[0]?.n);

test('S27 S72: a day goes after 14, with its key and quarantine, but never while something in it waits', async () => {
  for (const day of ['2026-01-01', '2026-01-02', '2026-01-20'])
    await database.query('SELECT bot.make_input_days($1::date, 0, 0)', [day]);
  await keepInput('2026-01-01', 1, 'done');
  await keepInput('2026-01-02', 2, 'waiting');
  for (const day of ['2026-01-01', '2026-01-02'])
    await database.query("INSERT INTO bot.wrapped_key (name, wrapped) VALUES ('day.' || $1::text, '\\x00')", [day]);
  await database.query(
    "INSERT INTO bot.quarantine (day, reason, dedupe, body) VALUES ('2026-01-01', 'no_id', '\\x01', '\\x01')",
  );

  expect(await dropOldDays(database, '2026-01-20')).toBe(1);
  expect(await count('SELECT count(*) AS n FROM bot.input')).toBe(1);
  expect(await count("SELECT count(*) AS n FROM bot.wrapped_key WHERE name LIKE 'day.%'")).toBe(1);
  expect(await count('SELECT count(*) AS n FROM bot.quarantine')).toBe(0);

  await database.query("UPDATE bot.input SET state = 'done'");
  expect(await dropOldDays(database, '2026-01-20')).toBe(1);
  expect(await dropOldDays(database, '2026-01-20')).toBe(0);
});

test('a receipt that slipped between send and mark finds its row, and takes back nothing that says more', async () => {
  for (const [mark, receipt] of [
    ['a', null],
    ['b', 'read'],
  ])
    await database.query(
      `INSERT INTO bot.outbox (outbox_id, identity_id, kind, route, day, state, ended_at, wamid_hash, receipt)
       VALUES (gen_random_uuid(), $1, 'receipt', 'graph', '2026-01-20', 'sent', now(), $2::text::bytea, $3)`,
      [PERSON, mark, receipt],
    );
  await database.query(
    "INSERT INTO bot.stray_receipt (wamid_hash, receipt, receipt_at) VALUES ('a', 'sent', now()), ('a', 'delivered', now()), ('b', 'sent', now()), ('c', 'sent', now())",
  );
  await joinStrayReceipts(database);
  const rows = await database.query<{ receipt: string }>('SELECT receipt FROM bot.outbox ORDER BY wamid_hash');
  expect(rows.map(({ receipt }) => receipt)).toEqual(['delivered', 'read']);
  expect(await count('SELECT count(*) AS n FROM bot.stray_receipt')).toBe(1);
});
