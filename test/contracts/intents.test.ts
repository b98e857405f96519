// An intent is spent once, by its own person, as shown, under the fence of the lane's claim; and then only core is called.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMovableClock, type MovableClock } from '../../src/base/clock.ts';
import { newUuid, type IdentityId, type IntentId } from '../../src/base/id.ts';
import type { Credex } from '../../src/credex/credex.ts';
import { INTENT_LIFE_MS } from '../../src/payment/limits.ts';
import { controlMoney } from '../../src/payment/operate.ts';
import type { Carried, Draft, Payments, Wish } from '../../src/payment/payment.ts';
import { createPayments } from '../../src/payment/payments.ts';
import { sealWork } from '../../src/payment/seal-facts.ts';
import { keepPaymentWork } from '../../src/payment/work-store.ts';
import { LEASE_MS, type Claim } from '../../src/queue/queue.ts';
import { giveBack } from '../../src/queue/store.ts';
import { createKeyRing } from '../../src/security/keyring.ts';
import { createSealKey, newKeyBytes } from '../../src/security/seal.ts';
import { createKeyStore, type KeyStore } from '../../src/security/store.ts';
import { account, dashboard, money } from '../support/conversation.ts';
import { createLaneActs, openLaneWorld, type LaneActs, type LaneWorld } from './lanes-world.ts';

let world: LaneWorld;
let clock: MovableClock;
let acts: LaneActs;
let keys: KeyStore;
/** What core was asked to make, by idempotency key. */
let asked: string[];

beforeAll(async () => {
  world = await openLaneWorld();
  const ring = createKeyRing([createSealKey('test.k1', newKeyBytes())]);
  keys = createKeyStore({ database: world.database, ring, schema: 'bot' });
});
afterAll(() => world?.close());
beforeEach(async () => {
  clock = createMovableClock();
  acts = createLaneActs(world, clock);
  asked = [];
  await world.empty();
});
afterEach(() => world.expectTrueCounters());

const MEMBER_PHONE = '263770000001' as never;
const memberOf = (identityId: IdentityId) => ({ identityId, phone: MEMBER_PHONE });

const core = {
  isDown: () => false,
  offer: (_: unknown, { idempotencyKey }: { readonly idempotencyKey: string }) => {
    asked.push(idempotencyKey);
    return Promise.resolve({ ok: true, value: { credexId: newUuid() } });
  },
  readDashboard: () => Promise.resolve({ ok: true, value: dashboard({ accounts: [account()] }) }),
  readLedger: () => Promise.resolve({ ok: true, value: { entries: [], hasMore: false } }),
} as unknown as Credex;

const paymentsOf = (idempotency: 'key' | 'none' = 'key', credex = core): Payments =>
  createPayments({ database: world.database, clock, keys, credex, idempotency, noteEvent: () => undefined });

const wish = (changes: Partial<Extract<Wish, { kind: 'offer' }>> = {}): Wish => ({
  ...{ kind: 'offer', accountId: 'a-1', payeeAccountId: 'a-2', amount: money(50n), secured: true },
  ...changes,
});
const draft = (changes: Parameters<typeof wish>[0] = {}): Draft => ({
  wish: wish(changes),
  facts: { accountName: 'Tariro Moyo Personal', otherName: 'Farai Dube Personal' },
});

type Shown = { readonly intentId: IntentId; readonly draft: Draft };
const show = async (identityId: IdentityId, shown: Draft = draft()): Promise<Shown> => {
  const intentId = newUuid() as IntentId;
  const work = {
    work: 'show',
    identityId,
    intentId,
    draft: shown,
    screenNonce: intentId,
    shownAtMs: clock.now(),
  } as const;
  const sealed = await sealWork(keys, work);
  await world.database.transact((tx) => keepPaymentWork(tx, [sealed]));
  return { intentId, draft: shown };
};

/** A tap of this person's, claimed. */
const tapOf = async (identityId: IdentityId): Promise<Claim> => {
  await world.keep(identityId);
  const claim = await acts.claimOne(identityId);
  if (!claim) throw new Error('the lane is free');
  return claim;
};
const again = async (claim: Claim): Promise<Claim> => {
  await giveBack(world.database, claim, { isTry: false, delayMs: 0, offsetMs: clock.offsetMs() });
  const next = await acts.claimOne(claim.identityId);
  if (!next) throw new Error('the lane is free');
  return next;
};

const said = ({ carried }: { readonly carried: Carried }): string =>
  carried.outcome === 'unspent' ? carried.why : carried.outcome;
const stateOf = async ({ intentId }: Shown): Promise<unknown> => {
  const [row] = await world.database.query('SELECT state FROM bot.intent WHERE intent_id = $1', [intentId]);
  return row?.['state'];
};

describe('spending', () => {
  test('happens once: the second tap of the same screen, later or at once, asks core for nothing', async () => {
    const who = await world.newLane();
    const shown = await show(who);
    const claim = await tapOf(who);
    const [one, other] = [paymentsOf(), paymentsOf()];
    const both = await Promise.all([
      one.confirm(claim, memberOf(who), shown),
      other.confirm(claim, memberOf(who), shown),
    ]);
    expect(both.map(said).toSorted()).toEqual(['settled', 'spent_before']);
    expect(said(await one.confirm(await again(claim), memberOf(who), shown))).toBe('spent_before');
    expect(asked).toHaveLength(1);
    expect(await stateOf(shown)).toBe('spent');
  });

  test('is for its own person only', async () => {
    const [who, stranger] = [await world.newLane(), await world.newLane()];
    const shown = await show(who);
    const claim = await tapOf(stranger);
    expect(said(await paymentsOf().confirm(claim, memberOf(stranger), shown))).toBe('unknown_intent');
    expect(asked).toEqual([]);
  });

  test('is of exactly what was shown: any field that differs from the row spends nothing', async () => {
    const who = await world.newLane();
    const shown = await show(who);
    const claim = await tapOf(who);
    for (const changes of [
      { amount: money(51n) },
      { amount: money(50n, 'CAD') },
      { accountId: 'a-9' },
      { payeeAccountId: 'a-9' },
      { secured: false },
    ]) {
      const altered = { ...shown, draft: draft(changes) };
      expect(said(await paymentsOf().confirm(claim, memberOf(who), altered))).toBe('unknown_intent');
    }
    expect(asked).toEqual([]);
    expect(await stateOf(shown)).toBe('shown');
  });

  test('ends with its time, and with the next confirmation', async () => {
    const who = await world.newLane();
    const first = await show(who);
    const second = await show(who);
    let claim = await tapOf(who);
    expect(said(await paymentsOf().confirm(claim, memberOf(who), first))).toBe('void');
    clock.advance(INTENT_LIFE_MS + 1_000);
    claim = (await acts.claimOne(who)) ?? claim;
    expect(said(await paymentsOf().confirm(claim, memberOf(who), second))).toBe('expired');
    expect(asked).toEqual([]);
  });

  test('does not happen while money is stopped, whatever the screen believed', async () => {
    const who = await world.newLane();
    const shown = await show(who);
    const claim = await tapOf(who);
    await controlMoney({ database: world.database, clock }, { stopped: true, actor: 'operator' });
    expect(said(await paymentsOf().confirm(claim, memberOf(who), shown))).toBe('money_stopped');
    await controlMoney({ database: world.database, clock }, { stopped: false, actor: 'operator' });
    expect(asked).toEqual([]);
    expect(said(await paymentsOf().confirm(claim, memberOf(who), shown))).toBe('settled');
  });

  test('does not happen while one just like it is still being found out', async () => {
    const who = await world.newLane();
    const first = await show(who);
    const claim = await tapOf(who);
    await paymentsOf().confirm(claim, memberOf(who), first);
    const twin = await show(who);
    const next = await again(claim);
    expect(said(await paymentsOf().confirm(next, memberOf(who), twin))).toBe('still_checking');
    expect(asked).toHaveLength(1);
  });

  test('by a claim that lapsed writes nothing and asks nobody', async () => {
    const who = await world.newLane();
    const shown = await show(who);
    const claim = await tapOf(who);
    clock.advance(LEASE_MS + 1_000);
    expect(said(await paymentsOf().confirm(claim, memberOf(who), shown))).toBe('lapsed');
    expect(asked).toEqual([]);
    expect(await stateOf(shown)).toBe('shown');
  });

  test('sets a timer in the same lane, and is audited with a commitment to what it is about', async () => {
    const who = await world.newLane();
    const shown = await show(who);
    await paymentsOf().confirm(await tapOf(who), memberOf(who), shown);
    expect(await acts.laneOf(who)).toMatchObject({ pending: 2 });
    const [entry] = await world.database.query(
      `SELECT actor, commitment FROM bot.audit_entry WHERE event = 'payment.intent_spent' AND subject = $1`,
      [shown.intentId],
    );
    expect(entry).toMatchObject({ actor: who, commitment: expect.any(Buffer) });
  });
});

describe('a core without idempotency', () => {
  test('is asked by the one attempt that kept a baseline; a successor that ended it makes a late attempt send nothing', async () => {
    const who = await world.newLane();
    const shown = await show(who);
    const claim = await tapOf(who);
    let overtaken = false;
    const late: Credex = {
      ...core,
      readLedger: async (...args: Parameters<Credex['readLedger']>) => {
        // While the first attempt still looks, the lane is taken over and its intent ended as never sent.
        if (!overtaken) {
          overtaken = true;
          await world.database.query(
            `UPDATE bot.intent SET state = 'not_sent', ended_at = now() WHERE intent_id = $1`,
            [shown.intentId],
          );
        }
        return core.readLedger(...args);
      },
    };
    expect(said(await paymentsOf('none', late).confirm(claim, memberOf(who), shown))).toBe('lapsed');
    expect(asked).toEqual([]);
  });

  test('is never asked by a successor: without a baseline nothing was sent, with one it is only looked for', async () => {
    const who = await world.newLane();
    const shown = await show(who);
    const claim = await tapOf(who);
    await paymentsOf('none').confirm(claim, memberOf(who), shown);
    expect(asked).toHaveLength(1);
    const payments = paymentsOf('none');
    const { open } = await payments.readStanding(who);
    expect(open).toHaveLength(1);
    expect(said(await payments.resume(claim, memberOf(who), open[0]!))).toBe('unknown');
    expect(said(await payments.resume(claim, memberOf(who), { ...open[0]!, baseline: undefined }))).toBe('not_sent');
    expect(asked).toHaveLength(1);
  });
});

test('a core with idempotency hears the same key from every successor, until it is too late to send', async () => {
  const who = await world.newLane();
  const shown = await show(who);
  const claim = await tapOf(who);
  const payments = paymentsOf();
  await payments.confirm(claim, memberOf(who), shown);
  const [intent] = (await payments.readStanding(who)).open;
  expect(said(await payments.resume(claim, memberOf(who), intent!))).toBe('settled');
  expect(asked).toHaveLength(2);
  expect(new Set(asked).size).toBe(1);
  clock.advance(24 * 3_600_000);
  expect(said(await payments.resume(claim, memberOf(who), intent!))).toBe('unknown');
  expect(asked).toHaveLength(2);
});
