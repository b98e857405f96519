// I8 I9 S101: offers, answers to them, and what nobody can make the ledger do twice.
import { beforeEach, describe, expect, test } from 'vitest';
import { createDatabase } from '../../src/base/database.ts';
import { newUuid } from '../../src/base/id.ts';
import type { Money } from '../../src/base/money.ts';
import { checkLedger } from '../../src/ledger/check-store.ts';
import { createLedger, type LedgerAccount, type Snapshot } from '../../src/ledger/ledger.ts';
import type { NewOffer } from '../../src/ledger/payments/payment.ts';
import { toMember, useLedgerWorld } from './credex-fixture.ts';

/** Demo members: number, what they may spend, and their tier. */
const NYASHA = '263770000006'; // 20.00 USD, tier 1: 10.00 a day
const THANDI = '263770000008'; // tier 3: no limit
const SIMBA = '263770000009';
const ZANELE = '263770000010'; // tier 4
const ANESU = '263770000012'; // owns the trusts

const usd = (amountMinor: bigint): Money => ({ amountMinor, denomination: 'USD' });

describe('payments in the ledger', () => {
  const getWorld = useLedgerWorld();

  const look = async (phone: string): Promise<Snapshot> => {
    const result = await getWorld().ledger.logIn(toMember(phone).phone);
    if (!result.ok) throw new Error('demo members can log in');
    return result.value;
  };
  const accountOf = ({ accounts }: Snapshot, type = 'PERSONAL'): LedgerAccount => {
    const account = accounts.find(({ accountType }) => accountType === type);
    if (!account) throw new Error(`no ${type} account`);
    return account;
  };
  const spendable = async (phone: string): Promise<bigint> =>
    accountOf(await look(phone)).securedNet.find(({ denomination }) => denomination === 'USD')?.amountMinor ?? 0n;
  const toOffer = async (from: string, to: string, change: Partial<NewOffer> = {}): Promise<NewOffer> => {
    const issuer = await look(from);
    return {
      memberId: issuer.member.memberId,
      issuerId: accountOf(issuer).accountId,
      receiverId: accountOf(await look(to)).accountId,
      amount: usd(100n),
      ...change,
    };
  };
  const offered = async (from: string, to: string, change: Partial<NewOffer> = {}): Promise<string> => {
    const result = await getWorld().ledger.offerCredex(await toOffer(from, to, change));
    if (!result.ok) throw new Error(result.refusal);
    return result.value.credexId;
  };
  const by = async (phone: string): Promise<string> => (await look(phone)).member.memberId;
  const countRows = async (table: string): Promise<unknown> =>
    (await getWorld().database.query(`SELECT count(*)::int AS n FROM ledger.${table}`))[0]?.['n'];
  const noticesOf = async (credexId: string): Promise<readonly unknown[]> =>
    (
      await getWorld().database.query('SELECT kind FROM ledger.notice WHERE credex_id = $1 ORDER BY made_at', [
        credexId,
      ])
    ).map(({ kind }) => kind as unknown);

  beforeEach(async () => {
    expect(await checkLedger(getWorld().database)).toEqual([]);
  });

  test('an offer reserves at once, acceptance moves it, and both sides’ notices are kept', async () => {
    const [before, received] = [await spendable(THANDI), await spendable(SIMBA)];
    const credexId = await offered(THANDI, SIMBA, { amount: usd(350n) });
    expect(await spendable(THANDI)).toBe(before - 350n);
    expect(await spendable(SIMBA)).toBe(received);
    const accepted = await getWorld().ledger.acceptCredex({ memberId: await by(SIMBA), credexId });
    expect(accepted).toMatchObject({ ok: true, value: { credexId, amount: usd(350n), secured: true } });
    expect(await spendable(THANDI)).toBe(before - 350n);
    expect(await spendable(SIMBA)).toBe(received + 350n);
    expect(await noticesOf(credexId)).toEqual(['offered', 'accepted']);
    expect(await checkLedger(getWorld().database)).toEqual([]);
  });

  test.each([
    ['declineCredex', SIMBA, 'declined'],
    ['cancelCredex', THANDI, 'cancelled'],
  ] as const)('%s gives the reservation and the daily allowance back, once', async (verb, phone, kind) => {
    const before = await spendable(THANDI);
    const credexId = await offered(THANDI, SIMBA);
    const memberId = await by(phone);
    expect(await getWorld().ledger[verb]({ memberId, credexId })).toMatchObject({ ok: true });
    expect(await spendable(THANDI)).toBe(before);
    expect(await noticesOf(credexId)).toEqual(['offered', kind]);
    for (const again of ['acceptCredex', 'declineCredex', 'cancelCredex'] as const)
      expect(await getWorld().ledger[again]({ memberId, credexId })).toEqual({
        ok: false,
        refusal: 'ledger.offer_unknown',
      });
    expect(await spendable(THANDI)).toBe(before);
    expect(await checkLedger(getWorld().database)).toEqual([]);
  });

  test('S53: only the receiver accepts or declines, only the issuer cancels, a stranger nothing', async () => {
    const credexId = await offered(THANDI, SIMBA);
    const { ledger } = getWorld();
    const refusal = { ok: false, refusal: 'ledger.offer_unknown' };
    for (const phone of [THANDI, NYASHA]) {
      expect(await ledger.acceptCredex({ memberId: await by(phone), credexId })).toEqual(refusal);
      expect(await ledger.declineCredex({ memberId: await by(phone), credexId })).toEqual(refusal);
    }
    for (const phone of [SIMBA, NYASHA])
      expect(await ledger.cancelCredex({ memberId: await by(phone), credexId })).toEqual(refusal);
    expect(await ledger.acceptCredex({ memberId: await by(SIMBA), credexId: newUuid() })).toEqual(refusal);
    expect(await ledger.acceptCredex({ memberId: await by(SIMBA), credexId: "' OR 1=1" })).toEqual(refusal);
    expect(await ledger.cancelCredex({ memberId: await by(THANDI), credexId })).toMatchObject({ ok: true });
  });

  test('S53: nobody offers from an account they may not act for, to themselves, or to nobody', async () => {
    const { ledger } = getWorld();
    const before = await countRows('credex');
    const honest = await toOffer(THANDI, SIMBA);
    const cases: readonly (readonly [Partial<NewOffer>, string])[] = [
      [{ memberId: await by(NYASHA) }, 'ledger.account_forbidden'],
      [{ receiverId: honest.issuerId }, 'ledger.accounts_same'],
      [{ receiverId: newUuid() }, 'ledger.account_forbidden'],
      [{ receiverId: 'x' }, 'ledger.account_forbidden'],
      [{ amount: usd(10_000_000n) }, 'ledger.balance_insufficient'],
      [{ amount: { amountMinor: 1n, denomination: 'XAU' } }, 'ledger.balance_insufficient'],
    ];
    for (const [change, refusal] of cases)
      expect(await ledger.offerCredex({ ...honest, ...change })).toEqual({ ok: false, refusal });
    expect(await countRows('credex')).toBe(before);
  });

  test.each([0n, -1n, 10n ** 16n, 2n ** 63n])('S101: an amount of %s moves nothing', async (amountMinor) => {
    const before = await countRows('credex');
    const trust = await look(ANESU);
    const offer = await toOffer(ANESU, SIMBA, {
      amount: usd(amountMinor),
      issuerId: trust.accounts.find(({ accountHandle }) => accountHandle === 'trust_usd')?.accountId ?? '',
    });
    expect((await getWorld().ledger.offerCredex(offer)).ok).toBe(false);
    expect(await countRows('credex')).toBe(before);
  });

  test('a tier 1 owner issues 10.00 USD a day, by many offers at once too, and again on the next day', async () => {
    const { ledger, clock } = getWorld();
    const offer = await toOffer(NYASHA, SIMBA);
    const results = await Promise.all(Array.from({ length: 30 }, () => ledger.offerCredex(offer)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(10);
    expect(results.filter((result) => !result.ok && result.refusal === 'ledger.limit_reached')).toHaveLength(20);
    const [first] = results.flatMap((result) => (result.ok ? [result.value.credexId] : []));
    await ledger.cancelCredex({ memberId: offer.memberId, credexId: first ?? '' });
    expect(await ledger.offerCredex(offer)).toMatchObject({ ok: true });
    clock.advance(86_400_000);
    expect(await ledger.offerCredex({ ...offer, amount: usd(1_000n) })).toMatchObject({ ok: true });
  });

  test('500 attempts at once to spend one balance, through two pools: exactly as many succeed as it covers', async () => {
    const world = getWorld();
    const database = createDatabase({
      url: world.stores.databaseUrl,
      connectionsMax: 12,
      applicationName: 'another process',
      timeoutMs: 10_000,
    });
    const others = [world.ledger, createLedger({ ...world, database })];
    const before = await spendable(ZANELE);
    const amountMinor = before / 7n;
    const offer = await toOffer(ZANELE, SIMBA, { amount: usd(amountMinor) });
    const results = await Promise.all(
      Array.from({ length: 500 }, (_, index) => (others[index % 2] ?? world.ledger).offerCredex(offer)),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(Number(before / amountMinor));
    await database.close();
    expect(await spendable(ZANELE)).toBe(before - amountMinor * (before / amountMinor));
    expect(await checkLedger(world.database)).toEqual([]);
  });

  test('one offer accepted, declined and cancelled fifty times at once ends in one way', async () => {
    const { ledger, database } = getWorld();
    const credexId = await offered(THANDI, SIMBA);
    const [issuer, receiver] = [await by(THANDI), await by(SIMBA)];
    const results = await Promise.all(
      Array.from({ length: 150 }, (_, index) => {
        if (index % 3 === 0) return ledger.acceptCredex({ memberId: receiver, credexId });
        if (index % 3 === 1) return ledger.declineCredex({ memberId: receiver, credexId });
        return ledger.cancelCredex({ memberId: issuer, credexId });
      }),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await noticesOf(credexId)).toHaveLength(2);
    expect(await checkLedger(database)).toEqual([]);
  });

  test('the same key fifty times at once is one offer, and every repeat hears the first answer', async () => {
    const { ledger } = getWorld();
    const before = await countRows('credex');
    const offer = await toOffer(THANDI, SIMBA, { idempotencyKey: newUuid() });
    const results = await Promise.all(Array.from({ length: 50 }, () => ledger.offerCredex(offer)));
    expect(new Set(results.map((result) => (result.ok ? result.value.credexId : result.refusal))).size).toBe(1);
    expect(results[0]?.ok).toBe(true);
    expect(await countRows('credex')).toBe(Number(before) + 1);
    expect(await ledger.offerCredex({ ...offer, amount: usd(101n) })).toEqual({
      ok: false,
      refusal: 'ledger.idempotency_key_reused',
    });
    expect(await countRows('credex')).toBe(Number(before) + 1);
  });

  test('the same key of two members is two wishes', async () => {
    const idempotencyKey = newUuid();
    const first = await offered(THANDI, SIMBA, { idempotencyKey });
    expect(await offered(SIMBA, THANDI, { idempotencyKey })).not.toBe(first);
  });

  test('an acceptance repeated with its key is still that acceptance; without one it is refused and moves nothing', async () => {
    const { ledger } = getWorld();
    const credexId = await offered(THANDI, SIMBA);
    const answer = { memberId: await by(SIMBA), credexId, idempotencyKey: newUuid() };
    const first = await ledger.acceptCredex(answer);
    expect(first).toMatchObject({ ok: true });
    const moved = await spendable(SIMBA);
    expect(await ledger.acceptCredex(answer)).toEqual(first);
    expect(await ledger.declineCredex(answer)).toEqual({ ok: false, refusal: 'ledger.idempotency_key_reused' });
    expect(await ledger.acceptCredex({ ...answer, idempotencyKey: newUuid() })).toMatchObject({ ok: false });
    expect(await spendable(SIMBA)).toBe(moved);
  });

  test('a refused wish stays refused under its key, whatever has changed since', async () => {
    const { ledger } = getWorld();
    const rich = await spendable(THANDI);
    const offer = await toOffer(THANDI, SIMBA, { amount: usd(rich + 1n), idempotencyKey: newUuid() });
    const refusal = { ok: false, refusal: 'ledger.balance_insufficient' };
    expect(await ledger.offerCredex(offer)).toEqual(refusal);
    const gift = await offered(SIMBA, THANDI);
    await ledger.acceptCredex({ memberId: offer.memberId, credexId: gift });
    expect(await ledger.offerCredex(offer)).toEqual(refusal);
    const anew = await ledger.offerCredex({ ...offer, idempotencyKey: newUuid() });
    expect(anew).toMatchObject({ ok: true });
    if (anew.ok) await ledger.cancelCredex({ memberId: offer.memberId, credexId: anew.value.credexId });
  });

  test('a frozen member or account neither offers nor answers', async () => {
    const { ledger, database } = getWorld();
    const credexId = await offered(THANDI, SIMBA);
    const offer = await toOffer(SIMBA, THANDI);
    await database.query('UPDATE ledger.member SET frozen_at = now() WHERE member_id = $1', [offer.memberId]);
    expect(await ledger.offerCredex(offer)).toEqual({ ok: false, refusal: 'ledger.account_forbidden' });
    expect((await ledger.acceptCredex({ memberId: offer.memberId, credexId })).ok).toBe(false);
    await database.query('UPDATE ledger.member SET frozen_at = NULL WHERE member_id = $1', [offer.memberId]);
    expect((await ledger.acceptCredex({ memberId: offer.memberId, credexId })).ok).toBe(true);
  });

  test('I9: every change and every refusal has its audit entry; none says an amount or a name', async () => {
    const { ledger, database } = getWorld();
    const credexId = await offered(THANDI, SIMBA, { amount: usd(123n) });
    await ledger.acceptCredex({ memberId: await by(SIMBA), credexId });
    await ledger.offerCredex(await toOffer(THANDI, SIMBA, { amount: usd(10_000_000n) }));
    const rows = await database.query(
      `SELECT event, subject, reason, length(salt) AS salt, length(commitment) AS commitment FROM ledger.audit_entry
       WHERE event LIKE 'ledger.%' ORDER BY entry_id DESC LIMIT 3`,
    );
    expect(rows).toEqual([
      {
        event: 'ledger.credex_refused',
        subject: await by(THANDI),
        reason: 'balance_insufficient',
        salt: null,
        commitment: null,
      },
      { event: 'ledger.credex_accepted', subject: credexId, reason: null, salt: 16, commitment: 32 },
      { event: 'ledger.credex_offered', subject: credexId, reason: null, salt: 16, commitment: 32 },
    ]);
  });
});
