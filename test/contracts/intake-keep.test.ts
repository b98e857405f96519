// From a signed body to rows: each message once, over all doors, sealed, in its lane; what cannot be a row is set aside.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMovableClock, monotonicMs, utcDay } from '../../src/base/clock.ts';
import { newToken } from '../../src/base/id.ts';
import { inputContext } from '../../src/intake/receive.ts';
import { open } from '../../src/security/seal.ts';
import { openTestDoor, type TestDoor } from '../support/doors.ts';
import { openTestStores, type TestStores } from '../support/stores.ts';
import { changeOf, contactOf, envelopeOf, messagesBody, statusesBody, textMessage, type MessageParts } from '../support/webhooks.ts';

const DAY_MS = 86_400_000;
const clock = createMovableClock();

let stores: TestStores;
let doors: readonly [TestDoor, TestDoor];

beforeAll(async () => {
  stores = await openTestStores();
  doors = await Promise.all([openTestDoor({ ...stores, clock }), openTestDoor({ ...stores, clock })]);
});
afterAll(async () => {
  await Promise.all((doors ?? []).map((door) => door.close()));
  await stores?.release();
});
beforeEach(async () => {
  await query('TRUNCATE bot.input, bot.quarantine, bot.identity, bot.lane');
  for (const { events } of doors) events.length = 0;
});

const query = <Row extends object>(text: string, values?: readonly unknown[]) => doors[0].ground.database.query<Row>(text, values);
const phoneOf = (n: number) => `26377000${String(n).padStart(4, '0')}`;
const message = (more: Partial<MessageParts> = {}): MessageParts => ({ wamid: `wamid.${newToken(12)}`, atMs: clock.now(), from: { phone: phoneOf(1) }, ...more });
const countOf = async (table: string) => Number((await query<{ n: bigint }>(`SELECT count(*) AS n FROM bot.${table}`))[0]?.n);
const quarantined = async () => (await query<{ reason: string }>('SELECT reason FROM bot.quarantine ORDER BY quarantine_id')).map(({ reason }) => reason);
const notedReasons = (name: string) => doors.flatMap(({ events }) => events).filter(({ event }) => event === name).map(({ fields }) => fields['reason'] ?? fields['count']);

/** Every lane's counter is what waits in it, and a lane with something in it is ready. */
const expectLanesTrue = async () =>
  expect(
    await query(`SELECT l.identity_id FROM bot.lane AS l LEFT JOIN (SELECT identity_id, count(*) AS n FROM bot.input WHERE state = 'waiting' GROUP BY 1) AS w USING (identity_id)
      WHERE l.pending <> coalesce(w.n, 0) OR (l.pending > 0 AND l.ready_at IS NULL)`),
  ).toEqual([]);

const openBody = async (where = ''): Promise<unknown> => {
  const [row] = await query<{ day: string; dedupe: Buffer; body: Buffer }>(`SELECT day, dedupe, body FROM bot.input ${where}`);
  const key = await doors[0].ground.keyStore.getKey(`day.${row?.day ?? ''}`);
  const plain = row && open(row.body, key, inputContext(row.dedupe));
  return JSON.parse(plain?.toString() ?? 'null');
};

describe('a message', () => {
  test('is kept sealed under the key of its day, bound to itself, before the 200', async () => {
    const said = message({ text: 'pay\u0000 me \ud800' });
    expect(await doors[0].post(messagesBody(said))).toMatchObject({ status: 200 });
    expect(await openBody()).toEqual({ message: textMessage(said), speaker: { phone: phoneOf(1), profileName: 'Tariro' } });
    const [row] = await query<{ day: string; dedupe: Buffer; body: Buffer }>('SELECT day, dedupe, body FROM bot.input');
    const key = await doors[0].ground.keyStore.getKey(`day.${row?.day ?? ''}`);
    expect(row && open(row.body, key, inputContext(Buffer.alloc(32)))).toBeUndefined();
    expect(row && open(row.body, await doors[0].ground.keyStore.getKey('day.2000-01-01'), inputContext(row.dedupe))).toBeUndefined();
  });

  test('is kept on the UTC day of its own time', async () => {
    const midnight = Math.floor(clock.now() / DAY_MS) * DAY_MS;
    await doors[0].post(messagesBody(message({ atMs: midnight - 1_000 }), message({ atMs: midnight })));
    expect(await query('SELECT day FROM bot.input ORDER BY order_at')).toEqual([{ day: utcDay(midnight - 1_000) }, { day: utcDay(midnight) }]);
  });

  test('one wamid 50 times at once to two doors is one input (E01)', async () => {
    const body = messagesBody(message());
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => doors[index % 2 === 0 ? 0 : 1].post(body)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(await query('SELECT pending FROM bot.lane')).toEqual([{ pending: 1 }]);
    expect(await countOf('input')).toBe(1);
    expect(notedReasons('intake.duplicate_dropped').reduce<number>((sum, count) => sum + Number(count), 0)).toBe(49);
  });

  test('is recognised after it was done, for as long as its day is kept', async () => {
    const body = messagesBody(message({ atMs: clock.now() - 13 * DAY_MS }));
    await doors[0].post(body);
    await query("UPDATE bot.input SET state = 'done', body = NULL");
    await query('UPDATE bot.lane SET pending = 0, ready_at = NULL');
    expect(await doors[1].post(body)).toMatchObject({ status: 200 });
    expect(await query('SELECT state FROM bot.input')).toEqual([{ state: 'done' }]);
    expect(await query('SELECT pending FROM bot.lane')).toEqual([{ pending: 0 }]);
  });

  test('with the same wamid for another person or another hour of the day is the same message', async () => {
    const said = message();
    await doors[0].post(messagesBody(said));
    await doors[1].post(messagesBody({ ...said, from: { phone: phoneOf(2) } }));
    expect(await countOf('input')).toBe(1);
    await expectLanesTrue();
  });

  test.each([
    [-14, 'kept'],
    [2, 'kept'],
    [-15, 'set aside'],
    [3, 'set aside'],
    [-9_000, 'set aside'],
    [9_000, 'set aside'],
  ])('%i days from today is %s, and answered 200', async (days, fate) => {
    expect(await doors[0].post(messagesBody(message({ atMs: clock.now() + days * DAY_MS }), message()))).toMatchObject({ status: 200 });
    expect([await countOf('input'), await quarantined()]).toEqual(fate === 'kept' ? [2, []] : [1, ['time_out_of_range']]);
    expect(notedReasons('intake.message_quarantined')).toEqual(fate === 'kept' ? [] : ['time_out_of_range']);
  });
});

describe('a batch', () => {
  test('of 1,000 messages of 300 people is kept whole, within a second, each person in order (E07)', async () => {
    const said = Array.from({ length: 1_000 }, (_, n) => message({ atMs: clock.now() - 1_000_000 + n * 1_000, from: { phone: phoneOf(n % 300), bsuid: `ZW.${n % 300}` } }));
    for (const _ of ['strangers', 'known']) {
      const startedAt = monotonicMs();
      const answer = await doors[0].post(messagesBody(...said));
      const tookMs = monotonicMs() - startedAt;
      // What was late is kept all the same; Meta's repeat meets duplicates.
      if (answer.status === 503) expect(tookMs).toBeLessThan(2_000);
      else expect(answer.status).toBe(200);
    }
    expect([await countOf('input'), await countOf('identity')]).toEqual([1_000, 300]);
    expect(await query('SELECT count(*)::int AS n FROM (SELECT order_at < lag(order_at) OVER (PARTITION BY identity_id ORDER BY input_id) AS wrong FROM bot.input) AS o WHERE wrong')).toEqual([{ n: 0 }]);
    await expectLanesTrue();
  });

  test('that comes to two doors at once in opposite orders is kept once, without a deadlock', async () => {
    for (let round = 0; round < 10; round += 1) {
      const said = Array.from({ length: 60 }, (_, n) => message({ from: { phone: phoneOf(n) } }));
      const answers = await Promise.all([doors[0].post(messagesBody(...said)), doors[1].post(messagesBody(...said.toReversed()))]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    }
    expect([await countOf('input'), await countOf('identity')]).toEqual([600, 60]);
    await expectLanesTrue();
  });

  test('may hold the same message twice', async () => {
    const said = message();
    await doors[0].post(messagesBody(said, message(), said));
    expect(await countOf('input')).toBe(2);
    await expectLanesTrue();
  });

  test('whose messages are off in part keeps the others and sets those aside (D12)', async () => {
    const odd = [null, 5, { id: 'wamid.x' }, { ...textMessage(message()), from: 123 }, { ...textMessage(message()), id: null }];
    await doors[0].post(Buffer.from(JSON.stringify(envelopeOf(changeOf({ messages: [...odd, textMessage(message())] })))));
    expect(await countOf('input')).toBe(1);
    expect(await quarantined()).toEqual(['wrong_shape', 'wrong_shape', 'no_time', 'no_speaker', 'no_id']);
  });
});

describe('a signed body that cannot be parsed', () => {
  test.each([
    ['no JSON', Buffer.from('{"object":')],
    ['bytes that are no UTF-8 (D10)', Buffer.from([0x7b, 0xff, 0x7d])],
    ['a NUL', Buffer.from('{}\u0000')],
  ])('%s: 200, one sealed row however often it comes, and an event each time', async (_what, body) => {
    for (const door of [...doors, doors[0]]) expect(await door.post(body)).toMatchObject({ status: 200 });
    const [row] = await query<{ day: string; reason: string; body: Buffer; dedupe: Buffer }>('SELECT day, reason, body, dedupe FROM bot.quarantine');
    expect([await countOf('quarantine'), row?.reason]).toEqual([1, 'unparsable']);
    const key = await doors[0].ground.keyStore.getKey(`day.${row?.day ?? ''}`);
    expect(row && open(row.body, key, `quarantine:${row.dedupe.toString('hex')}`)).toEqual(body);
    expect(notedReasons('intake.body_quarantined')).toEqual(['unparsable', 'unparsable', 'unparsable']);
  });
});

describe('a row that the store refuses', () => {
  const refuseAt = new Map<string, string>();
  /** Makes PostgreSQL refuse messages of one second as it would refuse bad data; `times` 0 is always. */
  const refuse = async (name: string, atMs: number, state: string, times = 0) => {
    await query(`CREATE SEQUENCE ${name}_seq`);
    await query(`CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.order_at = to_timestamp(${Math.floor(atMs / 1_000)}) AND (${times} = 0 OR nextval('${name}_seq') <= ${times}) THEN RAISE EXCEPTION 'refused' USING ERRCODE = '${state}'; END IF;
      RETURN NEW; END $$`);
    await query(`CREATE TRIGGER ${name} BEFORE INSERT ON bot.input FOR EACH ROW EXECUTE FUNCTION ${name}()`);
    refuseAt.set(name, state);
  };

  test.each(['22021', '22003', '23514'])('for its data (%s) is found among 500 by halving and set aside; the 499 others are kept', async (state) => {
    const atMs = clock.now() - 3_600_000 - Number(state) * 1_000;
    await refuse(`refuse_${state}`, atMs, state);
    const said = Array.from({ length: 499 }, (_, n) => message({ from: { phone: phoneOf(n % 20) } }));
    const poison = message({ atMs });
    const body = messagesBody(...said.slice(0, 321), poison, ...said.slice(321));
    expect([200, 503]).toContain((await doors[0].post(body)).status);
    expect((await doors[0].post(body)).status).toBe(200);
    expect([await countOf('input'), await quarantined()]).toEqual([499, ['refused_by_store']]);
    expect(notedReasons('intake.message_quarantined')).toContain('refused_by_store');
    const [row] = await query<{ day: string; dedupe: Buffer; body: Buffer }>('SELECT day, dedupe, body FROM bot.quarantine');
    const plain = row && open(row.body, await doors[0].ground.keyStore.getKey(`day.${row.day}`), inputContext(row.dedupe));
    expect(JSON.parse(plain?.toString() ?? 'null')).toMatchObject({ message: { id: poison.wamid } });
    await expectLanesTrue();
  });

  test('a status with a number too large for its column harms no message beside it', async () => {
    const statuses = [{ id: 'wamid.o', status: 'failed', timestamp: '1795400000', errors: [{ code: 2 ** 40 }] }];
    expect(await doors[0].post(Buffer.from(JSON.stringify(envelopeOf(changeOf({ messages: [textMessage(message())], statuses })))))).toMatchObject({ status: 200 });
    expect(await countOf('input')).toBe(1);
  });

  test.each([
    ['40P01', 2],
    ['40001', 2],
    ['55P03', 2],
  ])('for a passing reason (%s) is tried again and kept', async (state, times) => {
    const atMs = clock.now() - 7_200_000 - state.charCodeAt(3) * 1_000 - state.charCodeAt(4) * 100_000;
    await refuse(`repeat_${state.toLowerCase()}`, atMs, state, times);
    expect(await doors[0].post(messagesBody(message(), message({ atMs }), message()))).toMatchObject({ status: 200 });
    expect([await countOf('input'), await quarantined()]).toEqual([3, []]);
    await expectLanesTrue();
  });

  test('for a reason of ours is a 503, sets nothing aside, and is kept when it is mended', async () => {
    const atMs = clock.now() - 9_000_000;
    await refuse('broken', atMs, 'XX000');
    const body = messagesBody(message({ atMs }), message());
    const answer = await doors[0].post(body);
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(answer.body).not.toMatch(/refused|XX000/);
    expect([await countOf('input'), await quarantined()]).toEqual([0, []]);
    await query('DROP TRIGGER broken ON bot.input');
    expect(await doors[0].post(body)).toMatchObject({ status: 200 });
    expect(await countOf('input')).toBe(2);
  });

  afterAll(async () => {
    for (const name of refuseAt.keys()) await query(`DROP TRIGGER IF EXISTS ${name} ON bot.input`);
  });
});

describe('in no table stands in clear (I10)', () => {
  const NEEDLES = { phone: '263770009876', bsuid: 'ZW.98761234', name: 'Tariro-Canary', text: 'canary text of a person', wamid: 'wamid.CANARY98761234' };

  /** Where a text stands, as letters or as bytes, in any row of any table of ours. */
  const find = async (needle: string): Promise<readonly string[]> => {
    const tables = await query<{ name: string }>("SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('bot', 'ledger')");
    const found: string[] = [];
    for (const { name } of tables) {
      const [row] = await query<{ n: bigint }>(`SELECT count(*) AS n FROM ${name} AS t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0`, [needle, Buffer.from(needle).toString('hex')]);
      if (Number(row?.n) > 0) found.push(name);
    }
    return found;
  };

  test.each(Object.entries(NEEDLES))('a %s', async (_what, needle) => {
    const from = { phone: NEEDLES.phone, bsuid: NEEDLES.bsuid, name: NEEDLES.name };
    const said = message({ wamid: NEEDLES.wamid, from, text: NEEDLES.text });
    await doors[0].post(messagesBody(said));
    await doors[0].post(messagesBody({ ...said, wamid: `${NEEDLES.wamid}2`, atMs: clock.now() - 99 * DAY_MS }));
    await doors[0].post(Buffer.from(JSON.stringify(envelopeOf(changeOf({ contacts: [contactOf(from)], messages: [{ ...textMessage(said), id: 5 }] })))));
    await doors[0].post(Buffer.concat([messagesBody(said), Buffer.from('}')]));
    await doors[0].post(statusesBody({ wamid: NEEDLES.wamid, status: 'delivered', atMs: clock.now() }));
    expect([await countOf('input'), await quarantined()]).toEqual([1, ['time_out_of_range', 'no_id', 'unparsable']]);
    expect(await find(needle)).toEqual([]);
    expect(JSON.stringify(doors.map(({ events }) => events))).not.toContain(needle);
    // The search finds what is there.
    await query('INSERT INTO bot.quarantine (day, reason, dedupe, body) VALUES (current_date, $1, $2, $3)', ['planted', Buffer.alloc(32), Buffer.from(`x${needle}x`)]);
    expect(await find(needle)).toEqual(['bot.quarantine']);
  });
});
