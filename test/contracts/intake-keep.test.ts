// From a signed body to rows: each message once, over all doors, sealed, in its lane.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { utcDay } from '../../src/base/clock.ts';
import { inputContext } from '../../src/queue/queue.ts';
import { open } from '../../src/security/seal.ts';
import { changeOf, envelopeOf, messagesBody, textMessage } from '../support/webhooks.ts';
import { openIntakeWorld, phoneOf, type IntakeWorld } from './intake-world.ts';

const DAY_MS = 86_400_000;

let world: IntakeWorld;
beforeAll(async () => {
  world = await openIntakeWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.empty());

/** A body that comes late is kept all the same and answered 503; Meta's repeat then meets duplicates. */
const postAsMeta = async (door: IntakeWorld['doors'][number], body: Buffer): Promise<number> => {
  for (let tries = 1; ; tries += 1) {
    const { status } = await door.post(body);
    if (status !== 503 || tries === 10) return status;
  }
};

const openBody = async (where = ''): Promise<unknown> => {
  const [row] = await world.query<{ day: string; dedupe: Buffer; body: Buffer }>(
    `SELECT day, dedupe, body FROM bot.input ${where}`,
  );
  const key = await world.doors[0].ground.keyStore.getKey(`day.${row?.day ?? ''}`);
  const plain = row && open(row.body, key, inputContext(row.dedupe));
  return JSON.parse(plain?.toString() ?? 'null');
};

describe('a message', () => {
  test('is kept sealed under the key of its day, bound to itself, before the 200', async () => {
    const said = world.message({ text: 'pay\u0000 me \ud800' });
    expect(await world.doors[0].post(messagesBody(said))).toMatchObject({ status: 200 });
    expect(await openBody()).toEqual({
      message: textMessage(said),
      speaker: { phone: phoneOf(1), profileName: 'Tariro' },
    });
    const [row] = await world.query<{ day: string; dedupe: Buffer; body: Buffer }>(
      'SELECT day, dedupe, body FROM bot.input',
    );
    const key = await world.doors[0].ground.keyStore.getKey(`day.${row?.day ?? ''}`);
    expect(row && open(row.body, key, inputContext(Buffer.alloc(32)))).toBeUndefined();
    expect(
      row && open(row.body, await world.doors[0].ground.keyStore.getKey('day.2000-01-01'), inputContext(row.dedupe)),
    ).toBeUndefined();
  });

  test('is kept on the UTC day of its own time', async () => {
    const midnight = Math.floor(world.clock.now() / DAY_MS) * DAY_MS;
    await world.doors[0].post(
      messagesBody(world.message({ atMs: midnight - 1_000 }), world.message({ atMs: midnight })),
    );
    expect(await world.query('SELECT day FROM bot.input ORDER BY order_at')).toEqual([
      { day: utcDay(midnight - 1_000) },
      { day: utcDay(midnight) },
    ]);
  });

  test('one wamid 50 times at once to two doors is one input (E01)', async () => {
    const body = messagesBody(world.message());
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => world.doors[index % 2 === 0 ? 0 : 1].post(body)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(await world.query('SELECT pending FROM bot.lane')).toEqual([{ pending: 1 }]);
    expect(await world.countOf('input')).toBe(1);
    expect(world.notedReasons('intake.duplicate_dropped').reduce<number>((sum, count) => sum + Number(count), 0)).toBe(
      49,
    );
  });

  test('is recognised after it was done, for as long as its day is kept', async () => {
    const body = messagesBody(world.message({ atMs: world.clock.now() - 13 * DAY_MS }));
    await world.doors[0].post(body);
    await world.query("UPDATE bot.input SET state = 'done', body = NULL");
    await world.query('UPDATE bot.lane SET pending = 0, ready_at = NULL');
    expect(await world.doors[1].post(body)).toMatchObject({ status: 200 });
    expect(await world.query('SELECT state FROM bot.input')).toEqual([{ state: 'done' }]);
    expect(await world.query('SELECT pending FROM bot.lane')).toEqual([{ pending: 0 }]);
  });

  test('with the same wamid for another person or another hour of the day is the same message', async () => {
    const said = world.message();
    await world.doors[0].post(messagesBody(said));
    await world.doors[1].post(messagesBody({ ...said, from: { phone: phoneOf(2) } }));
    expect(await world.countOf('input')).toBe(1);
    await world.expectLanesTrue();
  });

  test.each([
    [-14, 'kept'],
    [2, 'kept'],
    [-15, 'set aside'],
    [3, 'set aside'],
    [-9_000, 'set aside'],
    [9_000, 'set aside'],
  ])('%i days from today is %s, and answered 200', async (days, fate) => {
    expect(
      await world.doors[0].post(
        messagesBody(world.message({ atMs: world.clock.now() + days * DAY_MS }), world.message()),
      ),
    ).toMatchObject({
      status: 200,
    });
    expect([await world.countOf('input'), await world.quarantined()]).toEqual(
      fate === 'kept' ? [2, []] : [1, ['time_out_of_range']],
    );
    expect(world.notedReasons('intake.message_quarantined')).toEqual(fate === 'kept' ? [] : ['time_out_of_range']);
  });
});

describe('a batch', () => {
  test('of 1,000 messages of 300 people is kept whole, each person in order (E07)', async () => {
    const said = Array.from({ length: 1_000 }, (_, n) =>
      world.message({
        atMs: world.clock.now() - 1_000_000 + n * 1_000,
        from: { phone: phoneOf(n % 300), bsuid: `ZW.${n % 300}` },
      }),
    );
    for (const _ of ['strangers', 'known']) {
      expect(await postAsMeta(world.doors[0], messagesBody(...said))).toBe(200);
    }
    expect([await world.countOf('input'), await world.countOf('identity')]).toEqual([1_000, 300]);
    expect(
      await world.query(
        'SELECT count(*)::int AS n FROM (SELECT order_at < lag(order_at) OVER (PARTITION BY identity_id ORDER BY input_id) AS wrong FROM bot.input) AS o WHERE wrong',
      ),
    ).toEqual([{ n: 0 }]);
    await world.expectLanesTrue();
  });

  test('that comes to two doors at once in opposite orders is kept once, without a deadlock', async () => {
    for (let round = 0; round < 10; round += 1) {
      const said = Array.from({ length: 60 }, (_, n) => world.message({ from: { phone: phoneOf(n) } }));
      const answers = await Promise.all([
        postAsMeta(world.doors[0], messagesBody(...said)),
        postAsMeta(world.doors[1], messagesBody(...said.toReversed())),
      ]);
      expect(answers).toEqual([200, 200]);
    }
    expect([await world.countOf('input'), await world.countOf('identity')]).toEqual([600, 60]);
    await world.expectLanesTrue();
  });

  test('of a million elements is set aside whole, in one row, and answered 200', async () => {
    const body = Buffer.from(
      JSON.stringify({
        object: 'whatsapp_business_account',
        entry: [{ changes: [{ field: 'messages', value: { messages: new Array(1_000_000).fill(1) } }] }],
      }),
    );
    expect(await postAsMeta(world.doors[0], body)).toBe(200);
    expect(await world.quarantined()).toEqual(['too_many']);
    expect(world.notedReasons('intake.body_quarantined')).toEqual(['too_many']);
  });

  test('may hold the same message twice', async () => {
    const said = world.message();
    await world.doors[0].post(messagesBody(said, world.message(), said));
    expect(await world.countOf('input')).toBe(2);
    await world.expectLanesTrue();
  });

  test('whose messages are off in part keeps the others and sets those aside (D12)', async () => {
    const odd = [
      null,
      5,
      { id: 'wamid.x' },
      { ...textMessage(world.message()), from: 123 },
      { ...textMessage(world.message()), id: null },
    ];
    await world.doors[0].post(
      Buffer.from(JSON.stringify(envelopeOf(changeOf({ messages: [...odd, textMessage(world.message())] })))),
    );
    expect(await world.countOf('input')).toBe(1);
    expect(await world.quarantined()).toEqual(['wrong_shape', 'wrong_shape', 'no_time', 'no_speaker', 'no_id']);
  });
});

describe('a signed body that cannot be parsed', () => {
  test.each([
    ['no JSON', Buffer.from('{"object":')],
    ['bytes that are no UTF-8 (D10)', Buffer.from([0x7b, 0xff, 0x7d])],
    ['a NUL', Buffer.from('{}\u0000')],
  ])('%s: 200, one sealed row however often it comes, and an event each time', async (_what, body) => {
    for (const door of [...world.doors, world.doors[0]]) expect(await door.post(body)).toMatchObject({ status: 200 });
    const [row] = await world.query<{ day: string; reason: string; body: Buffer; dedupe: Buffer }>(
      'SELECT day, reason, body, dedupe FROM bot.quarantine',
    );
    expect([await world.countOf('quarantine'), row?.reason]).toEqual([1, 'unparsable']);
    const key = await world.doors[0].ground.keyStore.getKey(`day.${row?.day ?? ''}`);
    expect(row && open(row.body, key, `quarantine:${row.dedupe.toString('hex')}`)).toEqual(body);
    expect(world.notedReasons('intake.body_quarantined')).toEqual(['unparsable', 'unparsable', 'unparsable']);
  });
});
