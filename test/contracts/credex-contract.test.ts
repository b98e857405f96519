import { describe, expect, test } from 'vitest';
import { createDatabase } from '../../src/base/database.ts';
import type { Credex } from '../../src/credex/credex.ts';
import { createEmbeddedCredex } from '../../src/credex/embedded-client.ts';
import { checkLedger } from '../../src/ledger/check-store.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { toMember, type LedgerWorld } from './credex-fixture.ts';
import { useCredexPorts } from './credex-ports.ts';

const DOLLAR = 'USD' as const;
const registration = { firstname: 'Tanaka', lastname: 'Marufu', defaultDenomination: DOLLAR };
let nextNumber = 500;
const freshNumber = (): string => `26377000${String((nextNumber += 1)).padStart(4, '0')}`;

const describeCredex = (
  implementation: string,
  get: () => { readonly credex: Credex; readonly world: LedgerWorld },
): void => {
  describe(`a credex core: ${implementation}`, () => {
    test('logs a member in and shows everything of one moment', async () => {
      const result = await get().credex.logIn(toMember('263770000001'));
      expect(result).toMatchObject({
        ok: true,
        value: {
          member: {
            tier: 1,
            firstname: 'Tariro',
            lastname: 'Moyo',
            memberHandle: '263770000001',
            defaultDenomination: 'USD',
            remainingAvailableUsd: { amountMinor: 650n, denomination: 'USD' },
          },
          accounts: [
            {
              accountName: 'Tariro Moyo Personal',
              accountHandle: '263770000001',
              accountType: 'PERSONAL',
              isOwned: true,
              securedNet: [{ amountMinor: 1_200n, denomination: 'USD' }],
              unsecured: { payables: { amountMinor: 0n }, receivables: { amountMinor: 0n }, net: { amountMinor: 0n } },
              netAssets: { amountMinor: 1_550n, denomination: 'USD' },
              pendingIn: [
                { amount: { amountMinor: 400n }, counterpartyAccountName: 'Farai Dube Personal', secured: true },
              ],
              pendingOut: [{ amount: { amountMinor: -350n }, counterpartyAccountName: 'Corner Shop', secured: true }],
            },
          ],
        },
      });
    });

    test('shows unsecured debts, their due dates, and the net of both', async () => {
      const result = await get().credex.logIn(toMember('263770000003'));
      expect(result.ok && result.value.accounts[0]).toMatchObject({
        securedNet: [],
        unsecured: {
          payables: { amountMinor: 1_500n },
          receivables: { amountMinor: 2_000n },
          net: { amountMinor: 500n },
        },
        pendingOut: [
          { amount: { amountMinor: -1_200n }, secured: false, dueDate: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) },
        ],
      });
    });

    test('sets no daily limit from tier 3 up, and shows the accounts of a trust with negative balances', async () => {
      const result = await get().credex.logIn(toMember('263770000012'));
      expect(result.ok && result.value.member.remainingAvailableUsd).toBeNull();
      const accounts = result.ok ? result.value.accounts : [];
      expect(accounts[0]?.accountType).toBe('PERSONAL');
      expect(accounts).toHaveLength(6);
      expect(
        accounts.find(({ accountHandle }) => accountHandle === 'trust_usd')?.securedNet[0]?.amountMinor,
      ).toBeLessThan(0n);
    });

    test('refuses a number that is no member’s', async () => {
      expect(await get().credex.logIn(toMember('263770009999'))).toEqual({
        ok: false,
        refusal: 'credex.member_unknown',
      });
      expect(await get().credex.readDashboard(toMember('263770009998'))).toEqual({
        ok: false,
        refusal: 'credex.member_unknown',
      });
    });

    test('registers a member with a personal account and reads the same dashboard afterwards', async () => {
      const { credex } = get();
      const member = toMember(freshNumber());
      const result = await credex.register(member, {
        ...registration,
        idempotencyKey: `key-${member.phone}`,
      });
      expect(result).toMatchObject({
        ok: true,
        value: {
          member: {
            tier: 1,
            firstname: 'Tanaka',
            memberHandle: member.phone,
            remainingAvailableUsd: { amountMinor: 1_000n },
          },
          accounts: [
            {
              accountName: 'Tanaka Marufu Personal',
              accountType: 'PERSONAL',
              netAssets: { amountMinor: 0n, denomination: 'USD' },
            },
          ],
        },
      });
      expect(await credex.readDashboard(member)).toEqual(result);
      expect(await credex.logIn(member)).toEqual(result);
      await credex.forget(member);
      expect(await credex.readDashboard(member)).toEqual(result);
    });

    test('registers once however often one wish is repeated, also at the same time', async () => {
      const { credex } = get();
      const phone = freshNumber();
      const wish = { ...registration, idempotencyKey: `wish-${phone}` };
      const results = await Promise.all(Array.from({ length: 8 }, () => credex.register(toMember(phone), wish)));
      results.push(await credex.register(toMember(phone), wish));
      expect(new Set(results.map((result) => (result.ok ? result.value.member.memberId : result.refusal))).size).toBe(
        1,
      );
      expect(results[0]?.ok).toBe(true);
    });

    test('refuses a number that is taken, and the same key for another wish', async () => {
      const { credex } = get();
      const other = await credex.register(toMember('263770000001'), {
        ...registration,
        idempotencyKey: `taken-${freshNumber()}`,
      });
      expect(other).toEqual({ ok: false, refusal: 'credex.member_exists' });
      const wish = { ...registration, idempotencyKey: `reused-${freshNumber()}` };
      expect((await credex.register(toMember(freshNumber()), wish)).ok).toBe(true);
      expect(await credex.register(toMember(freshNumber()), wish)).toEqual({
        ok: false,
        refusal: 'credex.registration_refused',
      });
    });

    test.each(['Ngũgĩ', 'Jo', 'O’Neil', "D'Arcy", 'Anne-Marie van der', 'Нина', '李'])(
      'takes the name %s as it is',
      async (firstname) => {
        const member = toMember(freshNumber());
        const result = await get().credex.register(member, {
          ...registration,
          firstname,
          idempotencyKey: `name-${member.phone}`,
        });
        expect(result.ok && result.value.member.firstname).toBe(firstname);
        expect(result.ok && result.value.accounts[0]?.accountName).toBe(`${firstname} Marufu Personal`);
      },
    );

    test.each(['', ' ', '-', 'a'.repeat(51), 'R2D2', 'a\nb', 'a\u202eb', '<b>', 'a\u0000'])(
      'refuses the name %j and keeps nothing',
      async (firstname) => {
        const member = toMember(freshNumber());
        const result = await get().credex.register(member, {
          ...registration,
          firstname,
          idempotencyKey: `bad-${member.phone}`,
        });
        expect(result).toEqual({ ok: false, refusal: 'credex.name_refused' });
        expect(await get().credex.logIn(member)).toEqual({ ok: false, refusal: 'credex.member_unknown' });
      },
    );

    test('leaves a ledger whose every invariant holds', async () => {
      expect(await checkLedger(get().world.database)).toEqual([]);
    });
  });
};

describe('the credex port', () => {
  const { getWorld, getEmbedded, getHttp } = useCredexPorts();

  describeCredex('the embedded ledger', () => ({ credex: getEmbedded(), world: getWorld() }));
  describeCredex('dialect C over HTTP', () => ({ credex: getHttp(), world: getWorld() }));

  test('while its database is away the embedded ledger is a core that is away, and a registration may have been done', async () => {
    const { clock, ring } = getWorld();
    const database = createDatabase({
      url: 'postgres://nobody@127.0.0.1:1/none',
      connectionsMax: 1,
      applicationName: 'test',
      timeoutMs: 500,
    });
    const credex = createEmbeddedCredex({ ledger: createLedger({ database, ring, clock }) });
    const member = toMember('263770000001');
    const wish = { ...registration, idempotencyKey: 'away' };
    await expect(credex.logIn(member)).rejects.toMatchObject({ code: 'credex.core_away', retry: 'later' });
    await expect(credex.readDashboard(member)).rejects.toMatchObject({ code: 'credex.core_away' });
    await expect(credex.register(member, wish)).rejects.toMatchObject({ code: 'credex.outcome_unknown' });
    await database.close();
  });
});
