import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, type TestContext } from 'vitest';
import type { OutboxId } from '../../src/base/id.ts';
import { openTestStores, usesRealStores, type TestStores } from '../support/stores.ts';
import { createDeliveryWorld, graphError, until, type DeliveryWorld, type Person } from './delivery-world.ts';

let stores: TestStores | undefined;
let world: DeliveryWorld;

beforeAll(async () => {
  if (usesRealStores) stores = await openTestStores();
});
afterAll(() => stores?.release());
beforeEach(async (context: TestContext) => {
  if (!stores) return context.skip('needs a PostgreSQL: npm test');
  world = await createDeliveryWorld(stores.databaseUrl);
  await world.database.query('TRUNCATE bot.outbox, bot.recipient, bot.pace, bot.stray_receipt, bot.wrapped_key');
});
afterEach(async () => {
  if (!stores) return;
  const drift = await world.findDrift();
  await world.close();
  expect(drift).toEqual([]);
});

const one = (): Person => world.newPeople(1)[0]!;
const stateOf = async (outboxId: OutboxId | undefined) => (await world.readRow(outboxId))?.state;
const untilState = (outboxId: OutboxId | undefined, state: string) =>
  until(async () => (await stateOf(outboxId)) === state, `row is ${state}`);
const untilAllEnded = () =>
  until(async () => {
    const [row] = await world.database.query<{ open: number }>(
      'SELECT coalesce(sum(pending), 0)::integer AS open FROM bot.recipient',
    );
    return row?.open === 0;
  }, 'nothing waits');
const refuseUntil = (enough: () => boolean, code: number) => {
  world.graph.state.script = () => (enough() ? 'accept' : graphError(code));
};

describe('sending', () => {
  test('a message goes with token, proof and reference; its row ends without a body and with the hash of its wamid', async () => {
    world.startSender();
    const person = one();
    const [outboxId] = await world.keep(person, ['Hello']);
    await untilState(outboxId, 'sent');
    const [call] = world.graph.calls;
    expect(call).toMatchObject({ to: person.to, text: 'Hello', reference: outboxId });
    expect(call?.url).toMatch(/^\/v25\.0\/100\/messages\?appsecret_proof=[0-9a-f]{64}$/);
    expect(call?.headers.authorization).toBe('Bearer token-of-tests');
    const row = await world.readRow(outboxId);
    expect(row?.body).toBeNull();
    expect(row?.wamid_hash).toHaveLength(32);
    expect(world.namesTold()).toEqual(['delivery.message_sent']);
  });

  test('each person gets everything once, in order, from three senders at once', async () => {
    for (let sender = 0; sender < 3; sender += 1) world.startSender({ inFlightMax: 16 });
    const people = world.newPeople(30);
    const texts = Array.from({ length: 8 }, (_, index) => `text ${index}`);
    await Promise.all(people.map((person) => world.keep(person, texts.slice(0, 4))));
    await Promise.all(people.map((person) => world.keep(person, texts.slice(4))));
    await untilAllEnded();
    for (const { to } of people) expect(world.graph.textsTo(to)).toEqual(texts);
  });

  test('a turn that is kept twice is sent once', async () => {
    const reply = world.toReply(one(), 'Once', 'receipt');
    await world.keepAll([reply]);
    await world.keepAll([reply, world.toReply(one(), 'Another', 'receipt'), reply]);
    world.startSender();
    await untilAllEnded();
    expect(world.graph.calls.map(({ text }) => text).sort()).toEqual(['Another', 'Once']);
  });

  test('a message whose body was altered is undelivered, visibly, and the next one goes', async () => {
    const person = one();
    const [first, second] = await world.keep(person, ['Altered', 'Intact']);
    await world.database.query(
      `UPDATE bot.outbox SET body = set_byte(body, length(body) - 1, 0) || '\\x00' WHERE outbox_id = $1`,
      [first],
    );
    world.startSender();
    await untilState(second, 'sent');
    expect(await stateOf(first)).toBe('undelivered');
    expect(world.graph.textsTo(person.to)).toEqual(['Intact']);
    expect(world.told[0]).toMatchObject({ name: 'delivery.message_undelivered', fields: { reason: 'unreadable' } });
  });
});

describe('refusals', () => {
  test('131056 delays one person only, and keeps their order (N01)', async () => {
    const [slow, ...others] = world.newPeople(6);
    world.graph.state.script = ({ to }) =>
      to === slow!.to && world.graph.textsTo(to).length <= 2 ? graphError(131056) : 'accept';
    const sender = world.startSender();
    await world.keep(slow!, ['first', 'second']);
    for (const person of others) await world.keep(person, ['hi', 'ho']);
    const throttled = () => world.namesTold().filter((name) => name === 'delivery.recipient_throttled').length;
    await until(
      () => throttled() === 1 && others.every(({ to }) => world.graph.textsTo(to).length === 2),
      'others are served',
    );
    // 4^0 s, then 4^1 s.
    for (const waitMs of [1_000, 4_000]) {
      const before = world.graph.calls.length;
      world.clock.advance(waitMs - 500);
      await until(sender.idle, 'nothing is due yet');
      expect(world.graph.calls).toHaveLength(before);
      world.clock.advance(500);
      await until(() => world.graph.calls.length > before, `tried again after ${waitMs} ms`);
      await until(() => throttled() === 2, 'throttled again');
    }
    await untilAllEnded();
    expect(world.graph.textsTo(slow!.to)).toEqual(['first', 'first', 'first', 'second']);
  });

  test('a refused token (190) stops the sender, and nothing is lost when it is mended', async () => {
    let isMended = false;
    refuseUntil(() => isMended, 190);
    world.startSender();
    const people = world.newPeople(40);
    for (const person of people) await world.keep(person, ['a', 'b']);
    await until(() => world.namesTold().includes('delivery.breaker_opened'), 'breaker opened');
    world.clock.advance(1_100);
    await until(() => world.namesTold().length >= 1 && world.graph.calls.length > 0, 'probed');
    const before = world.graph.calls.length;
    isMended = true;
    for (let second = 0; second < 20; second += 1) world.clock.advance(1_000);
    await untilAllEnded();
    const [counts] = await world.database.query<{ sent: number }>(
      `SELECT count(*) FILTER (WHERE state = 'sent')::integer AS sent FROM bot.outbox`,
    );
    expect(counts?.sent).toBe(80);
    expect(world.graph.calls.length - before).toBe(80);
    expect(world.namesTold()).toContain('delivery.breaker_closed');
  });

  test('500s with an error of Meta are tried again until they pass (N03)', async () => {
    world.graph.state.script = (_, count) => (count <= 3 ? graphError(131000, 500) : 'accept');
    world.startSender();
    const [outboxId] = await world.keep(one(), ['Patience']);
    for (let tries = 1; tries <= 3; tries += 1) {
      await until(
        async () => world.graph.calls.length === tries && (await stateOf(outboxId)) === 'waiting',
        `try ${tries}`,
      );
      world.clock.advance(10_000);
    }
    await untilState(outboxId, 'sent');
    expect((await world.readRow(outboxId))?.ambiguities).toBe(0);
  });

  test('a closed window (131047) is undelivered at once, visibly, with its code (N06)', async () => {
    refuseUntil(() => false, 131047);
    world.startSender();
    const [outboxId] = await world.keep(one(), ['Too late']);
    await untilState(outboxId, 'undelivered');
    expect((await world.readRow(outboxId))?.error_code).toBe(131047);
    expect(world.told).toContainEqual({
      name: 'delivery.message_undelivered',
      fields: expect.objectContaining({ outboxId, code: 131047, reason: 'window_closed' }),
    });
  });

  test('one message that Meta calls wrong does not stop the others for good', async () => {
    const [faulty, ...others] = world.newPeople(5);
    world.graph.state.script = ({ to }) => (to === faulty!.to ? graphError(100) : 'accept');
    world.startSender();
    const [outboxId] = await world.keep(faulty!, ['Wrong']);
    for (const [index, person] of others.entries()) {
      await until(() => world.graph.textsTo(faulty!.to).length > Math.min(index, 2), 'refused again');
      await world.keep(person, ['Right']);
      await until(() => {
        world.clock.advance(500);
        return world.graph.textsTo(person.to).length === 1;
      }, 'the next person is served');
    }
    await untilState(outboxId, 'undelivered');
  });

  test('a Graph that cannot be reached loses nothing: no byte was written', async () => {
    const sender = world.startSender({ url: 'http://127.0.0.1:1' });
    const [outboxId] = await world.keep(one(), ['Later']);
    await until(() => world.namesTold().includes('delivery.send_retried'), 'tried');
    await sender.stop();
    expect(await world.readRow(outboxId)).toMatchObject({ state: 'waiting', ambiguities: 0 });
    world.startSender();
    world.clock.advance(10_000);
    await untilState(outboxId, 'sent');
  });
});

describe('limits', () => {
  test('behind the pair limit prompts are superseded by newer ones, receipts all go', async () => {
    const person = one();
    await world.keep(person, ['old', 'older']);
    await world.keep(person, ['prompt 1'], 'prompt');
    await world.keep(person, ['receipt']);
    await world.keep(person, ['prompt 2'], 'prompt');
    world.startSender({ limits: { pairPerMinute: 10, pairBurst: 2, sendPerSecond: 100_000 } });
    await until(() => world.graph.calls.length === 2, 'the burst goes');
    for (let rest = 0; rest < 2; rest += 1) {
      world.clock.advance(6_000);
      await until(() => world.graph.calls.length === 3 + rest, 'one more after 6 s');
    }
    await untilAllEnded();
    expect(world.graph.textsTo(person.to)).toEqual(['old', 'older', 'receipt', 'prompt 2']);
  });

  test('a prompt expires after a quarter of an hour, a receipt never', async () => {
    const person = one();
    const [prompt] = await world.keep(person, ['Choose'], 'prompt');
    const [receipt] = await world.keep(person, ['Paid']);
    world.clock.advance(900_001);
    world.startSender();
    await untilState(receipt, 'sent');
    expect(await stateOf(prompt)).toBe('expired');
    expect(world.graph.calls).toHaveLength(1);
  });

  test('two senders together keep the pace of the number', async () => {
    const people = world.newPeople(60);
    for (const person of people) await world.keep(person, ['hi']);
    const limits = { pairPerMinute: 10, pairBurst: 45, sendPerSecond: 40 };
    const beganAt = performance.now();
    world.startSender({ limits });
    world.startSender({ limits });
    await untilAllEnded();
    expect(world.graph.calls).toHaveLength(60);
    expect(performance.now() - beganAt).toBeGreaterThan(1_300);
  });

  test('an idle sender says so, and one with work does not', async () => {
    const sender = world.startSender();
    await until(() => sender.idle(), 'idle at first');
    world.graph.state.script = () => 'hang';
    await world.keep(one(), ['Wait']);
    await until(() => world.graph.calls.length === 1, 'under way');
    expect(await sender.idle()).toBe(false);
  });
});
