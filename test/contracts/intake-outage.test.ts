// What the door does while PostgreSQL is slow, full or gone.
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { monotonicMs, systemClock } from '../../src/base/clock.ts';
import { newToken } from '../../src/base/id.ts';
import { openTestDoor, until, type Answer, type TestDoor } from '../support/doors.ts';
import { openTestStores, type TestStores } from '../support/stores.ts';
import { messagesBody } from '../support/webhooks.ts';

/** A second, and what a busy machine adds to a timer. */
const SECOND_MS = 1_300;

let stores: TestStores;
let door: TestDoor;
beforeAll(async () => {
  stores = await openTestStores({ own: true });
  door = await openTestDoor(stores);
});
afterAll(async () => {
  await door?.close();
  await stores?.release();
});
beforeEach(async () => {
  await door.ground.database.query('TRUNCATE bot.input, bot.quarantine, bot.identity, bot.lane CASCADE');
  door.events.length = 0;
});

let said = 0;
const newBody = (count = 1) =>
  messagesBody(
    ...Array.from({ length: count }, () => ({
      wamid: `wamid.${newToken(12)}`,
      atMs: systemClock.now(),
      from: { phone: `26377000${String((said += 1) % 100).padStart(4, '0')}` },
    })),
  );
const timed = async (act: () => Promise<Answer>) => {
  const startedAt = monotonicMs();
  const answer = await act();
  return { answer, tookMs: monotonicMs() - startedAt };
};
const expectTryAgain = ({ answer, tookMs }: Awaited<ReturnType<typeof timed>>) => {
  expect(answer).toMatchObject({
    status: 503,
    headers: { 'retry-after': '5', 'content-type': expect.stringMatching(/^application\/json/) },
  });
  expect(JSON.parse(answer.body)).toMatchObject({ status: 'error', code: 'try_again' });
  expect(tookMs).toBeLessThan(SECOND_MS);
};
const countKept = async () =>
  Number((await door.ground.database.query<{ n: bigint }>('SELECT count(*) AS n FROM bot.input'))[0]?.n);

describe('while PostgreSQL is gone', () => {
  afterEach(() => stores.control?.startPostgres());

  test.each(['fast', 'immediate'] as const)(
    'every post is a 503 with Retry-After within a second, and all is accepted again within 5 s of its return (%s)',
    async (how) => {
      const before = Array.from({ length: 5 }, () => newBody());
      for (const body of before) expect(await door.post(body)).toMatchObject({ status: 200 });
      await stores.control?.stopPostgres(how);
      const bodies = Array.from({ length: 40 }, () => newBody());
      for (const one of await Promise.all(bodies.map((body) => timed(() => door.post(body))))) expectTryAgain(one);
      expectTryAgain(await timed(() => door.post(newBody())));
      expect(await door.ask({ path: '/health' })).toMatchObject({ status: 200 });
      await stores.control?.startPostgres();
      await until(async () => expect(await door.post(bodies[0]!)).toMatchObject({ status: 200 }), 5_000);
      for (const answer of await Promise.all([...before, ...bodies].map((body) => door.post(body))))
        expect(answer.status).toBe(200);
      expect(await countKept()).toBe(45);
      expect(door.events.some(({ event }) => event === 'intake.store_away')).toBe(true);
      expect(JSON.stringify(door.events)).not.toMatch(/\/tmp|socket|postgres:\/\//);
    },
  );

  test('restarted under load it costs nobody a message: what was answered 200 is there, the rest comes again', async () => {
    const bodies = Array.from({ length: 200 }, () => newBody());
    const deliver = async (body: Buffer): Promise<void> => {
      // As Meta: again and again until 200.
      await until(async () => expect((await door.post(body)).status).toBe(200), 20_000);
    };
    const delivered = Promise.all(bodies.map(deliver));
    await until(async () => expect(door.events.length + (await countKept().catch(() => 1))).toBeGreaterThan(0));
    await stores.control?.restartPostgres('immediate');
    await delivered;
    expect(await countKept()).toBe(200);
    expect(await door.ground.database.query('SELECT sum(pending)::int AS n FROM bot.lane')).toEqual([{ n: 200 }]);
  });
});

describe('while PostgreSQL does not answer', () => {
  let holder: Client;
  beforeEach(async () => {
    // The keys are known before: what hangs is the keeping.
    expect(await door.post(newBody())).toMatchObject({ status: 200 });
    holder = new Client({ connectionString: stores.databaseUrl });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE bot.lane IN ACCESS EXCLUSIVE MODE');
  });
  afterEach(() => holder.end());

  test('a post is a 503 within a second, and afterwards everything is kept once', async () => {
    const bodies = Array.from({ length: 10 }, () => newBody());
    for (const one of await Promise.all(bodies.map((body) => timed(() => door.post(body))))) expectTryAgain(one);
    await holder.query('ROLLBACK');
    await until(async () => expect((await door.post(bodies[0]!)).status).toBe(200));
    for (const body of bodies) expect(await door.post(body)).toMatchObject({ status: 200 });
    expect(await countKept()).toBe(11);
  });

  test('the waiting room takes 5,000 rows and no more; beyond that it is a 503 at once, and never a 429', async () => {
    const batches = Array.from({ length: 8 }, () => newBody(1_000));
    const answers = await Promise.all(batches.map((body) => timed(() => door.post(body))));
    expect(answers.map(({ answer }) => answer.status)).toEqual(batches.map(() => 503));
    const full = door.events.filter(({ event }) => event === 'intake.waiting_room_full');
    expect(full.length).toBeGreaterThanOrEqual(3);
    await holder.query('ROLLBACK');
    for (const body of batches) await until(async () => expect((await door.post(body)).status).toBe(200), 20_000);
    expect(await countKept()).toBe(8_001);
  });
});
