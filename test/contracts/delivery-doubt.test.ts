import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, type TestContext } from 'vitest';
import type { OutboxId } from '../../src/base/id.ts';
import { openTestStores, usesRealStores, type TestStores } from '../support/stores.ts';
import { createDeliveryWorld, until, type DeliveryWorld, type Person } from './delivery-world.ts';

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

describe('ambiguous sends', () => {
  const hangOnce = () => {
    world.graph.state.script = (_, count) => (count === 1 ? 'hang' : 'accept');
  };

  test('a time-out after acceptance waits for its status, is settled by it and not sent again; the next one then goes', async () => {
    hangOnce();
    world.startSender({ timeoutMs: 200 });
    const person = one();
    const [first, second] = await world.keep(person, ['Paid', 'Next']);
    await untilState(first, 'ambiguous');
    await world.receive(first, 'delivered');
    expect(world.graph.calls).toHaveLength(1);
    world.clock.advance(15_001);
    await untilState(second, 'sent');
    expect(await stateOf(first)).toBe('sent');
    expect(world.graph.textsTo(person.to)).toEqual(['Paid', 'Next']);
  });

  test('without a status it is sent once more, after 15 s and not before, under the same reference', async () => {
    hangOnce();
    const sender = world.startSender({ timeoutMs: 200 });
    const [outboxId] = await world.keep(one(), ['Paid']);
    await untilState(outboxId, 'ambiguous');
    world.clock.advance(13_000);
    await until(sender.idle, 'nothing is due yet');
    expect(world.graph.calls).toHaveLength(1);
    world.clock.advance(2_000);
    await untilState(outboxId, 'sent');
    expect(world.graph.calls.map(({ reference }) => reference)).toEqual([outboxId, outboxId]);
  });

  test('a second ambiguity is undelivered, visibly, and later ones go on', async () => {
    world.graph.state.script = (_, count) => (count === 1 ? 'hang' : count === 2 ? 'reset' : 'accept');
    world.startSender({ timeoutMs: 200 });
    const person = one();
    const [first, second] = await world.keep(person, ['Lost', 'Next']);
    await untilState(first, 'ambiguous');
    world.clock.advance(15_001);
    await untilState(first, 'undelivered');
    await untilState(second, 'sent');
    expect(world.graph.textsTo(person.to)).toEqual(['Lost', 'Lost', 'Next']);
    expect(world.told).toContainEqual({
      name: 'delivery.message_undelivered',
      fields: expect.objectContaining({ outboxId: first, reason: 'ambiguous_twice' }),
    });
  });

  test('a status that came before the time-out settles it at once', async () => {
    hangOnce();
    world.startSender({ timeoutMs: 600 });
    const [outboxId] = await world.keep(one(), ['Quick']);
    await until(() => world.graph.calls.length === 1, 'received');
    await world.receive(outboxId, 'sent');
    await untilState(outboxId, 'sent');
    expect(world.graph.calls).toHaveLength(1);
  });

  test('a status that came before our mark and named no row is joined to it', async () => {
    await world.database.query(`INSERT INTO bot.stray_receipt SELECT $1, unnest(ARRAY['sent', 'read']), now()`, [
      world.hashWamid('wamid.1'),
    ]);
    world.startSender();
    const [outboxId] = await world.keep(one(), ['First']);
    await untilState(outboxId, 'sent');
    expect((await world.readRow(outboxId))?.receipt).toBe('read');
    expect(await world.database.query('SELECT FROM bot.stray_receipt')).toEqual([]);
  });
});

describe('a sender that dies', () => {
  test('between claim and send or mark leaves an ambiguous row, which another sender repeats once under its reference', async () => {
    for (const where of ['P10', 'P12'] as const) {
      const person = one();
      const dead = world.startSender({
        at: (point) => (point === where ? new Promise<void>(() => undefined) : undefined),
      });
      const before = world.graph.calls.length;
      const [outboxId] = await world.keep(person, ['Survives']);
      await until(async () => (await stateOf(outboxId)) === 'sending', 'claimed');
      if (where === 'P12') await until(() => world.graph.calls.length === before + 1, 'Graph has it');
      void dead.stop();
      const heir = world.startSender();
      world.clock.advance(13_001);
      await untilState(outboxId, 'ambiguous');
      world.clock.advance(15_001);
      await untilState(outboxId, 'sent');
      const references = world.graph.calls.slice(before).map(({ reference }) => reference);
      expect(references).toEqual(where === 'P10' ? [outboxId] : [outboxId, outboxId]);
      await heir.stop();
    }
  });

  test('and comes back: what Graph accepted is marked though the lease has passed on, and not repeated', async () => {
    let revive = (): void => undefined;
    const pause = new Promise<void>((resolve) => {
      revive = resolve;
    });
    world.startSender({ at: (point) => (point === 'P12' ? pause : undefined) });
    const [outboxId] = await world.keep(one(), ['Back']);
    await until(() => world.graph.calls.length === 1, 'Graph has it');
    world.startSender();
    world.clock.advance(13_001);
    await untilState(outboxId, 'ambiguous');
    revive();
    await untilState(outboxId, 'sent');
    world.clock.advance(20_000);
    await untilAllEnded();
    expect(world.graph.calls).toHaveLength(1);
  });
});
