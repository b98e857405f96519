// A row that PostgreSQL refuses is found and set aside; what it refuses for a moment is tried again.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { inputContext } from '../../src/queue/queue.ts';
import { open } from '../../src/security/seal.ts';
import { changeOf, envelopeOf, messagesBody, textMessage } from '../support/webhooks.ts';
import { openIntakeWorld, phoneOf, type IntakeWorld } from './intake-world.ts';

let world: IntakeWorld;
beforeAll(async () => {
  world = await openIntakeWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.empty());

describe('a row that the store refuses', () => {
  const refuseAt = new Map<string, string>();
  /** Makes PostgreSQL refuse messages of one second as it would refuse bad data; `times` 0 is always. */
  const refuse = async (name: string, { atMs, state, times = 0 }: { atMs: number; state: string; times?: number }) => {
    await world.query(`CREATE SEQUENCE ${name}_seq`);
    await world.query(`CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.order_at = to_timestamp(${Math.floor(atMs / 1_000)}) AND (${times} = 0 OR nextval('${name}_seq') <= ${times}) THEN RAISE EXCEPTION 'refused' USING ERRCODE = '${state}'; END IF;
      RETURN NEW; END $$`);
    await world.query(`CREATE TRIGGER ${name} BEFORE INSERT ON bot.input FOR EACH ROW EXECUTE FUNCTION ${name}()`);
    refuseAt.set(name, state);
  };

  test.each(['22021', '22003', '23514'])(
    'for its data (%s) is found among 500 by halving and set aside; the 499 others are kept',
    async (state) => {
      const atMs = world.clock.now() - 3_600_000 - Number(state) * 1_000;
      await refuse(`refuse_${state}`, { atMs, state });
      const said = Array.from({ length: 499 }, (_, n) => world.message({ from: { phone: phoneOf(n % 20) } }));
      const poison = world.message({ atMs });
      const body = messagesBody(...said.slice(0, 321), poison, ...said.slice(321));
      expect([200, 503]).toContain((await world.doors[0].post(body)).status);
      expect((await world.doors[0].post(body)).status).toBe(200);
      expect([await world.countOf('input'), await world.quarantined()]).toEqual([499, ['refused_by_store']]);
      expect(world.notedReasons('intake.message_quarantined')).toContain('refused_by_store');
      const [row] = await world.query<{ day: string; dedupe: Buffer; body: Buffer }>(
        'SELECT day, dedupe, body FROM bot.quarantine',
      );
      const plain =
        row && open(row.body, await world.doors[0].ground.keyStore.getKey(`day.${row.day}`), inputContext(row.dedupe));
      expect(JSON.parse(plain?.toString() ?? 'null')).toMatchObject({ message: { id: poison.wamid } });
      await world.expectLanesTrue();
    },
  );

  test('a status with a number too large for its column harms no message beside it', async () => {
    const statuses = [{ id: 'wamid.o', status: 'failed', timestamp: '1795400000', errors: [{ code: 2 ** 40 }] }];
    expect(
      await world.doors[0].post(
        Buffer.from(JSON.stringify(envelopeOf(changeOf({ messages: [textMessage(world.message())], statuses })))),
      ),
    ).toMatchObject({ status: 200 });
    expect(await world.countOf('input')).toBe(1);
  });

  test.each([
    ['40P01', 2],
    ['40001', 2],
    ['55P03', 2],
  ])('for a passing reason (%s) is tried again and kept', async (state, times) => {
    const atMs = world.clock.now() - 7_200_000 - state.charCodeAt(3) * 1_000 - state.charCodeAt(4) * 100_000;
    await refuse(`repeat_${state.toLowerCase()}`, { atMs, state, times });
    expect(
      await world.doors[0].post(messagesBody(world.message(), world.message({ atMs }), world.message())),
    ).toMatchObject({ status: 200 });
    expect([await world.countOf('input'), await world.quarantined()]).toEqual([3, []]);
    await world.expectLanesTrue();
  });

  test('for a reason of ours is a 503, sets nothing aside, and is kept when it is mended', async () => {
    const atMs = world.clock.now() - 9_000_000;
    await refuse('broken', { atMs, state: 'XX000' });
    const body = messagesBody(world.message({ atMs }), world.message());
    const answer = await world.doors[0].post(body);
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(answer.body).not.toMatch(/refused|XX000/);
    expect([await world.countOf('input'), await world.quarantined()]).toEqual([0, []]);
    await world.query('DROP TRIGGER broken ON bot.input');
    expect(await world.doors[0].post(body)).toMatchObject({ status: 200 });
    expect(await world.countOf('input')).toBe(2);
  });

  afterAll(async () => {
    for (const name of refuseAt.keys()) await world.query(`DROP TRIGGER IF EXISTS ${name} ON bot.input`);
  });
});
