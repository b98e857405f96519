// The port's changes of the ledger: the same against the embedded ledger and a core over HTTP.
import { describe, expect, test } from 'vitest';
import { createDatabase } from '../../src/base/database.ts';
import { newUuid } from '../../src/base/id.ts';
import type { Account, Credex, Dashboard, MemberRef, Offer } from '../../src/credex/credex.ts';
import { createEmbeddedCredex } from '../../src/credex/embedded-client.ts';
import { createMemoryTokenStore } from '../../src/credex/memory-token-store.ts';
import { checkLedger } from '../../src/ledger/check-store.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import {
  envelope,
  logInReply,
  makeToken,
  openFakeCore,
  openHttpClient,
  say,
  toMember,
  type Behave,
} from './credex-fixture.ts';
import { useCredexPorts } from './credex-ports.ts';

const THANDI = toMember('263770000008');
const SIMBA = toMember('263770000009');
const NYASHA = toMember('263770000006');

describe('changes through the credex port', () => {
  const { getWorld, getEmbedded, getHttp } = useCredexPorts();

  const describeChanges = (implementation: string, get: () => Credex): void => {
    describe(implementation, () => {
      const look = async (member: MemberRef): Promise<Dashboard> => {
        const result = await get().readDashboard(member);
        if (!result.ok) throw new Error(result.refusal);
        return result.value;
      };
      const personal = async (member: MemberRef): Promise<Account> => (await look(member)).accounts[0] as Account;
      const toOffer = async (from: MemberRef, to: MemberRef, change: Partial<Offer> = {}): Promise<Offer> => ({
        issuerAccountId: (await personal(from)).accountId,
        receiverAccountId: (await personal(to)).accountId,
        amount: { amountMinor: 350n, denomination: 'USD' },
        idempotencyKey: newUuid(),
        ...change,
      });
      const offered = async (): Promise<string> => {
        const result = await get().offer(THANDI, await toOffer(THANDI, SIMBA));
        if (!result.ok) throw new Error(result.refusal);
        return result.value.credexId;
      };
      const usdOf = async (member: MemberRef): Promise<bigint | undefined> =>
        (await personal(member)).securedNet.find(({ denomination }) => denomination === 'USD')?.amountMinor;

      test('finds an account by its handle, however that is written, and nobody for another', async () => {
        expect(await get().findAccount(THANDI, ' Corner_Shop ')).toMatchObject({
          ok: true,
          value: { accountName: 'Corner Shop', accountHandle: 'corner_shop' },
        });
        for (const handle of ['nobody_here', 'x', "x' OR 'a'='a"])
          expect(await get().findAccount(THANDI, handle)).toEqual({ ok: false, refusal: 'credex.account_unknown' });
      });

      test('an offer is shown to both, accepted once, and moves exactly its amount', async () => {
        const [before, received] = [await usdOf(THANDI), await usdOf(SIMBA)];
        const result = await get().offer(THANDI, await toOffer(THANDI, SIMBA));
        expect(result).toMatchObject({ ok: true, value: { dashboard: { member: { firstname: 'Thandi' } } } });
        const credexId = result.ok ? result.value.credexId : '';
        const { pendingIn } = await personal(SIMBA);
        expect(pendingIn).toContainEqual(
          expect.objectContaining({ credexId, amount: { amountMinor: 350n, denomination: 'USD' } }),
        );
        const answer = { credexId, idempotencyKey: newUuid() };
        expect(await get().accept(SIMBA, answer)).toMatchObject({ ok: true, value: { credexId } });
        expect(await get().accept(SIMBA, answer)).toMatchObject({ ok: true, value: { credexId } });
        expect(await usdOf(THANDI)).toBe((before ?? 0n) - 350n);
        expect(await usdOf(SIMBA)).toBe((received ?? 0n) + 350n);
      });

      test('the same key is one offer', async () => {
        const offer = await toOffer(THANDI, SIMBA);
        const first = await get().offer(THANDI, offer);
        const again = await get().offer(THANDI, offer);
        expect(again.ok && again.value.credexId).toBe(first.ok && first.value.credexId);
        const other = { ...offer, amount: { amountMinor: 351n, denomination: 'USD' as const } };
        expect(await get().offer(THANDI, other)).toEqual({ ok: false, refusal: 'credex.offer_refused' });
      });

      test.each(['decline', 'cancel'] as const)('%s ends an offer and gives back what it reserved', async (verb) => {
        const before = await usdOf(THANDI);
        const credexId = await offered();
        const [own, other] = verb === 'decline' ? [SIMBA, THANDI] : [THANDI, SIMBA];
        const refusal = { ok: false, refusal: 'credex.answer_refused' };
        expect(await get()[verb](other, { credexId, idempotencyKey: newUuid() })).toEqual(refusal);
        expect(await get()[verb](own, { credexId, idempotencyKey: newUuid() })).toMatchObject({ ok: true });
        expect(await get()[verb](own, { credexId, idempotencyKey: newUuid() })).toEqual(refusal);
        expect(await usdOf(THANDI)).toBe(before);
      });

      test('says why an offer is refused', async () => {
        const self = (await personal(NYASHA)).accountId;
        const cases: readonly (readonly [Partial<Offer>, string])[] = [
          [{ amount: { amountMinor: 1_001n, denomination: 'USD' } }, 'credex.limit_reached'],
          [{ amount: { amountMinor: 1n, denomination: 'CAD' } }, 'credex.balance_insufficient'],
          [{ receiverAccountId: self }, 'credex.accounts_refused'],
          [{ receiverAccountId: newUuid() }, 'credex.accounts_refused'],
          [{ issuerAccountId: (await personal(THANDI)).accountId }, 'credex.accounts_refused'],
        ];
        for (const [change, refusal] of cases)
          expect(await get().offer(NYASHA, await toOffer(NYASHA, SIMBA, change))).toEqual({ ok: false, refusal });
      });

      test('reads an account’s ledger, newest first, and says whether there is more', async () => {
        const credexId = await offered();
        await get().accept(SIMBA, { credexId, idempotencyKey: newUuid() });
        const { accountId } = await personal(THANDI);
        const newest = {
          credexId,
          amount: { amountMinor: -350n, denomination: 'USD' },
          counterpartyAccountName: 'Simba Choto Personal',
          acceptedAtMs: expect.any(Number),
          cleared: false,
        };
        const page = { accountId, startRow: 0, numRows: 1 };
        expect(await get().readLedger(THANDI, page)).toEqual({ ok: true, value: { entries: [newest], hasMore: true } });
        expect(await get().readLedger(THANDI, { ...page, startRow: 90 })).toEqual({
          ok: true,
          value: { entries: [], hasMore: false },
        });
        expect(await get().readLedger(SIMBA, page)).toEqual({ ok: false, refusal: 'credex.account_unknown' });
      });

      test('leaves a ledger whose every invariant holds', async () => {
        expect(await checkLedger(getWorld().database)).toEqual([]);
      });
    });
  };

  describeChanges('the embedded ledger', getEmbedded);
  describeChanges('dialect C over HTTP', getHttp);

  test('while its database is away before anything was tried the embedded ledger is a core that is away', async () => {
    const { clock, ring } = getWorld();
    const url = 'postgres://nobody@127.0.0.1:1/none';
    const database = createDatabase({ url, connectionsMax: 1, applicationName: 'test', timeoutMs: 500 });
    const credex = createEmbeddedCredex({ ledger: createLedger({ database, ring, clock }) });
    const answer = { credexId: newUuid(), idempotencyKey: newUuid() };
    await expect(credex.accept(THANDI, answer)).rejects.toMatchObject({ code: 'credex.core_away' });
    await database.close();
  });

  describe('a core that misbehaves', () => {
    const offer: Offer = {
      issuerAccountId: newUuid(),
      receiverAccountId: newUuid(),
      amount: { amountMinor: 350n, denomination: 'USD' },
      idempotencyKey: 'k-1',
    };
    const tryOffer = async (behave: Behave) => {
      const { clock } = getWorld();
      const core = await openFakeCore((heard, response) =>
        heard.path === '/login' ? say(response)(200, logInReply(makeToken(clock))) : behave(heard, response),
      );
      const client = openHttpClient(core.url, clock, createMemoryTokenStore({ clock }));
      const result = await client.credex.offer(THANDI, offer).catch((error: unknown) => error);
      await client.close();
      await core.close();
      return { result, calls: core.heard.filter(({ path }) => path === '/createCredex') };
    };

    test.each<[string, Behave]>([
      ['500', (_, response) => say(response)(500, { message: 'oh' })],
      ['a dropped connection', (_, response) => void response.destroy()],
      ['what is no JSON', (_, response) => void response.end('<html>')],
      ['another action', (_, response) => say(response)(200, envelope({ type: 'CREDEX_ACCEPTED' }))],
      ['a success without an id', (_, response) => say(response)(200, envelope({ type: 'CREDEX_CREATED' }))],
      ['a page of a proxy', (_, response) => say(response)(404, { message: 'not found' })],
    ])('I3: after %s the outcome is unknown, and nothing was sent twice', async (_what, behave) => {
      const { result, calls } = await tryOffer(behave);
      expect(result).toMatchObject({ code: 'credex.outcome_unknown' });
      expect(calls).toHaveLength(1);
      expect(calls[0]?.headers['idempotency-key']).toBe('k-1');
      expect(calls[0]?.body).toMatchObject({ InitialAmount: '3.50', Denomination: 'USD', securedCredex: true });
    });

    test('S5: a gate 401 did nothing: one log-in and one more try, then core is away', async () => {
      const { result, calls } = await tryOffer((_, response) => say(response)(401, { message: 'Token expired' }));
      expect(result).toMatchObject({ code: 'credex.core_away' });
      expect(calls).toHaveLength(2);
    });
  });
});
