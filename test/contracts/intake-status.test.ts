// What Meta says of our messages is folded into the outbox: it only ever says more, and none of it is lost.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { newToken, newUuid } from '../../src/base/id.ts';
import { hashWamid, WAMID_INDEX_KEY } from '../../src/security/wamid.ts';
import { openTestDoor, type TestDoor } from '../support/doors.ts';
import { openTestStores, type TestStores } from '../support/stores.ts';
import { OUR_NUMBER_ID, statusesBody, type StatusParts } from '../support/webhooks.ts';

let stores: TestStores;
let doors: readonly [TestDoor, TestDoor];
beforeAll(async () => {
  stores = await openTestStores();
  doors = [await openTestDoor(stores), await openTestDoor(stores)];
});
afterAll(async () => {
  await Promise.all((doors ?? []).map((door) => door.close()));
  await stores?.release();
});
beforeEach(async () => {
  await query('TRUNCATE bot.outbox, bot.recipient, bot.stray_receipt');
});

const query = <Row extends object>(text: string, values?: readonly unknown[]) =>
  doors[0].ground.database.query<Row>(text, values);
const hashOf = async (wamid: string) =>
  hashWamid(await doors[0].ground.keyStore.getKey(WAMID_INDEX_KEY), OUR_NUMBER_ID, wamid);

type Sent = { readonly outboxId: string; readonly wamid: string; readonly identityId: string };
/** A message of ours: with `marked`, Graph's answer with its wamid is already noted. */
const sendOne = async ({ marked = true, state = 'sent' } = {}): Promise<Sent> => {
  const sent = { outboxId: newUuid(), wamid: `wamid.${newToken(12)}`, identityId: newUuid() };
  await query(
    "INSERT INTO bot.outbox (outbox_id, identity_id, kind, route, day, state, wamid_hash, body) VALUES ($1, $2, 'prompt', 'graph', current_date, $3, $4, $5)",
    [
      sent.outboxId,
      sent.identityId,
      state,
      marked ? await hashOf(sent.wamid) : null,
      state === 'sent' ? null : Buffer.from('x'),
    ],
  );
  return sent;
};
const tell = (...statuses: readonly (Omit<StatusParts, 'atMs'> & { readonly atMs?: number })[]) =>
  doors[0].post(statusesBody(...statuses.map((status) => ({ atMs: systemClock.now(), ...status }))));
const receiptOf = async ({ outboxId }: Sent) =>
  (
    await query<{ receipt: string | null; receipt_error: number | null }>(
      'SELECT receipt, receipt_error FROM bot.outbox WHERE outbox_id = $1',
      [outboxId],
    )
  )[0];
const strays = async () =>
  (await query<{ receipt: string }>('SELECT receipt FROM bot.stray_receipt ORDER BY receipt')).map(
    ({ receipt }) => receipt,
  );

const ORDERS = [
  [['sent', 'delivered', 'read'], 'read'],
  [['read', 'delivered', 'sent'], 'read'],
  [['delivered', 'sent'], 'delivered'],
  [['failed', 'sent'], 'failed'],
  [['delivered', 'failed'], 'delivered'],
  [['failed', 'delivered'], 'delivered'],
  [['sent', 'failed'], 'failed'],
  [['read', 'failed', 'sent'], 'read'],
] as const;

describe('a status only ever says more, whatever order they come in', () => {
  test.each(ORDERS)('one after the other: %j ends as %s', async (order, end) => {
    const sent = await sendOne();
    for (const status of order) expect(await tell({ ...sent, status })).toMatchObject({ status: 200 });
    expect(await receiptOf(sent)).toMatchObject({ receipt: end });
  });

  test.each(ORDERS)('in one request: %j ends as %s', async (order, end) => {
    const sent = await sendOne();
    await tell(...order.map((status) => ({ ...sent, status })));
    expect(await receiptOf(sent)).toMatchObject({ receipt: end });
  });

  test.each(ORDERS)('in one request, by our id and by the wamid in turn: %j ends as %s', async (order, end) => {
    for (const odd of [0, 1]) {
      const sent = await sendOne();
      await tell(
        ...order.map((status, index) => (index % 2 === odd ? { ...sent, status } : { wamid: sent.wamid, status })),
      );
      expect(await receiptOf(sent)).toMatchObject({ receipt: end });
    }
  });

  test('told to two doors at once, many times', async () => {
    for (let round = 0; round < 20; round += 1) {
      const sent = await Promise.all(Array.from({ length: 10 }, () => sendOne()));
      const bodyOf = (status: string, list: readonly Sent[]) =>
        statusesBody(...list.map((one) => ({ ...one, status, atMs: systemClock.now() })));
      const answers = await Promise.all([
        doors[0].post(bodyOf('read', sent)),
        doors[1].post(bodyOf('delivered', sent.toReversed())),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      for (const one of sent) expect(await receiptOf(one)).toMatchObject({ receipt: 'read' });
    }
  });
});

describe('a status finds its message', () => {
  test('by our own id, also before Graph’s answer is noted', async () => {
    const sent = await sendOne({ marked: false });
    await tell({ ...sent, status: 'delivered' });
    expect(await receiptOf(sent)).toMatchObject({ receipt: 'delivered' });
    expect(await strays()).toEqual([]);
  });

  test('by the hash of its wamid, where our id is not echoed or is not ours', async () => {
    for (const outboxId of [undefined, 'somebody-elses', '00000000']) {
      const sent = await sendOne();
      await tell({ wamid: sent.wamid, status: 'read', ...(outboxId && { outboxId }) });
      expect(await receiptOf(sent)).toMatchObject({ receipt: 'read' });
    }
  });

  test('or waits until it is there', async () => {
    const sent = await sendOne({ marked: false });
    await tell(
      { wamid: sent.wamid, status: 'sent' },
      { wamid: 'wamid.of.nobody', status: 'failed', errorCode: 131026 },
    );
    await tell({ wamid: sent.wamid, status: 'sent' }, { wamid: sent.wamid, status: 'delivered' });
    expect(await receiptOf(sent)).toMatchObject({ receipt: null });
    expect(await strays()).toEqual(['delivered', 'failed', 'sent']);
    expect(
      await query('SELECT receipt_error FROM bot.stray_receipt WHERE wamid_hash = $1', [
        await hashOf('wamid.of.nobody'),
      ]),
    ).toEqual([{ receipt_error: 131026 }]);
  });

  test('and nobody else’s', async () => {
    const [sent, other] = [await sendOne(), await sendOne()];
    await tell({ ...sent, status: 'delivered' });
    expect(await receiptOf(other)).toMatchObject({ receipt: null });
  });
});

test('a failure is told once, with its code', async () => {
  const sent = await sendOne();
  doors[0].events.length = 0;
  await tell({ ...sent, status: 'failed', errorCode: 131047 });
  await tell({ ...sent, status: 'failed', errorCode: 131047 });
  expect(await receiptOf(sent)).toEqual({ receipt: 'failed', receipt_error: 131047 });
  expect(
    doors[0].events.filter(({ event }) => event === 'delivery.message_undelivered').map(({ fields }) => fields),
  ).toEqual([{ outboxId: sent.outboxId, reason: 'status', code: 131047 }]);
});

test('a failure that the same request takes back is not told', async () => {
  const sent = await sendOne();
  doors[0].events.length = 0;
  await tell({ ...sent, status: 'failed', errorCode: 131047 }, { wamid: sent.wamid, status: 'delivered' });
  expect(await receiptOf(sent)).toEqual({ receipt: 'delivered', receipt_error: null });
  expect(doors[0].events).toEqual([]);
});

test('an ambiguous send that is settled by a status is looked at now, others when their time comes', async () => {
  const later = "now() + interval '1 hour'";
  for (const [state, isHurried] of [
    ['ambiguous', true],
    ['waiting', false],
  ] as const) {
    const sent = await sendOne({ marked: false, state });
    await query(`INSERT INTO bot.recipient (identity_id, pending, ready_at) VALUES ($1, 1, ${later})`, [
      sent.identityId,
    ]);
    await tell({ ...sent, status: 'sent' });
    expect(
      await query('SELECT ready_at <= now() AS hurried FROM bot.recipient WHERE identity_id = $1', [sent.identityId]),
    ).toEqual([{ hurried: isHurried }]);
  }
});
