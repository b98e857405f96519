// I8 I9 I10 S101: what the ledger's database itself refuses, keeps and hides.
import { beforeAll, describe, expect, test } from 'vitest';
import { utcDay } from '../../src/base/clock.ts';
import { createDatabase, isDataRefusal } from '../../src/base/database.ts';
import { newUuid } from '../../src/base/id.ts';
import { checkLedger } from '../../src/ledger/check-store.ts';
import { acceptOffers, insertOffers, type NewCredex } from '../../src/ledger/credex-store.ts';
import { readToday } from '../../src/ledger/day-store.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { seedDemo } from '../../src/ledger/seed.ts';
import { openTestStores, usesRealStores } from '../support/stores.ts';
import { toMember, useLedgerWorld, type LedgerWorld } from './credex-fixture.ts';

describe('the ledger’s database', () => {
  const getWorld = useLedgerWorld();
  let world: LedgerWorld;
  const accountOf = new Map<string, { readonly accountId: string; readonly memberId: string }>();

  beforeAll(async () => {
    if (!usesRealStores) return;
    world = getWorld();
    for (const phone of ['263770000001', '263770000006', '263770000012']) {
      const result = await world.ledger.logIn(toMember(phone).phone);
      if (!result.ok) throw new Error('demo members can log in');
      for (const { accountId, accountHandle } of result.value.accounts) {
        accountOf.set(accountHandle, { accountId, memberId: result.value.member.memberId });
      }
    }
  });

  const run = (text: string, values: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> =>
    world.database.query(text, values);
  const find = (handle: string) => accountOf.get(handle) ?? { accountId: '', memberId: '' };

  const offer = (amountMinor: bigint, change: Partial<NewCredex> = {}): NewCredex => ({
    credexId: newUuid(),
    issuerId: find('263770000006').accountId,
    receiverId: find('263770000001').accountId,
    kind: 'PURCHASE',
    amount: { amountMinor, denomination: 'USD' },
    backing: { securerId: find('trust_usd').accountId },
    madeBy: find('263770000006').memberId,
    ...change,
  });
  const keep = (credex: NewCredex, accept = false): Promise<void> =>
    world.database.transact(async (tx) => {
      const moment = { day: (await readToday(tx)).day, atMs: world.clock.now() };
      await insertOffers(tx, [credex], moment);
      if (accept) await acceptOffers(tx, [credex.credexId], moment);
    });
  const count = async (table: string): Promise<unknown> =>
    (await run(`SELECT count(*) FROM ledger.${table}`))[0]?.['count'];

  test.each([
    ['nothing', 0n],
    ['less than nothing', -1n],
    ['more than 12 digits before the point', 10n ** 16n],
    ['more than a bigint', 2n ** 63n],
  ])('S101: an amount of %s is refused and nothing changes', async (_what, amountMinor) => {
    const before = await count('credex');
    await expect(keep(offer(amountMinor))).rejects.toSatisfy(isDataRefusal);
    expect(await count('credex')).toBe(before);
    expect(await checkLedger(world.database)).toEqual([]);
  });

  test.each(["'NaN'", "'Infinity'", "'-Infinity'", '0', '-1', '1e12'])(
    'S101: a rate of %s is refused',
    async (rate) => {
      await expect(run(`UPDATE ledger.rate SET cxx_per_unit = ${rate} WHERE denomination = 'USD'`)).rejects.toSatisfy(
        isDataRefusal,
      );
    },
  );

  test.each(["'NaN'::numeric", "'Infinity'::numeric", '-1', '1000000000000000000', '9223372036854775808'])(
    'S101: a balance or an amount of %s is refused',
    async (amount) => {
      // 0A000 is PostgreSQL's word for a NaN or an infinity that should become a whole number.
      const refusal = { code: expect.stringMatching(/^(22|23|0A)/) };
      for (const column of ['receivable_minor', 'payable_minor', 'offered_minor']) {
        await expect(run(`UPDATE ledger.balance SET ${column} = ${amount}`)).rejects.toMatchObject(refusal);
      }
      for (const column of ['initial_minor', 'outstanding_minor', 'redeemed_minor', 'defaulted_minor']) {
        await expect(run(`UPDATE ledger.credex SET ${column} = ${amount}`)).rejects.toMatchObject(refusal);
      }
    },
  );

  test('a secured claim cannot be spent past its floor, by one offer or by many at once', async () => {
    // Nyasha holds 20.00 USD.
    await expect(keep(offer(2_001n))).rejects.toSatisfy(isDataRefusal);
    const results = await Promise.allSettled(Array.from({ length: 30 }, () => keep(offer(150n))));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(13);
    expect(await checkLedger(world.database)).toEqual([]);
  });

  test.each([
    ['issuer and receiver are one', { receiverId: 'issuer' }],
    ['it has neither securer nor due date', { backing: { dueDate: null } }],
  ])('a credex is refused when %s', async (_what, change) => {
    const wrong = offer(1n, change as unknown as Partial<NewCredex>);
    await expect(
      keep({ ...wrong, receiverId: wrong.receiverId === 'issuer' ? wrong.issuerId : wrong.receiverId }),
    ).rejects.toSatisfy(isDataRefusal);
  });

  test.each(['posting', 'audit_entry'])(
    'I8 I9: rows of %s can be neither changed, deleted nor emptied',
    async (table) => {
      expect(await count(table)).not.toBe(0n);
      const column = table === 'posting' ? 'posted_at = posted_at' : 'reason = reason';
      await expect(run(`UPDATE ledger.${table} SET ${column}`)).rejects.toMatchObject({ code: '42501' });
      await expect(run(`DELETE FROM ledger.${table}`)).rejects.toMatchObject({ code: '42501' });
      await expect(run(`TRUNCATE ledger.${table} CASCADE`)).rejects.toMatchObject({ code: '42501' });
    },
  );

  test('a debt is posted once, and accepting twice moves nothing', async () => {
    const credex = offer(100n, { issuerId: find('trust_usd').accountId, madeBy: find('trust_usd').memberId });
    await keep(credex, true);
    const before = await count('posting');
    const moment = { day: utcDay(world.clock.now()), atMs: world.clock.now() };
    expect(await world.database.transact((tx) => acceptOffers(tx, [credex.credexId], moment))).toEqual([]);
    expect(await count('posting')).toBe(before);
  });

  test.each([
    [
      'stored balances equal the postings and pending offers',
      `UPDATE ledger.balance SET receivable_minor = receivable_minor + 1 WHERE account_id = $1`,
    ],
    [
      'what is outstanding is what was posted',
      `UPDATE ledger.credex SET outstanding_minor = outstanding_minor - 1, redeemed_minor = redeemed_minor + 1
       WHERE credex_id = (SELECT credex_id FROM ledger.credex WHERE receiver_id = $1 AND state = 'owed' LIMIT 1)`,
    ],
    [
      'stored balances equal the postings and pending offers',
      `UPDATE ledger.credex SET state = 'cancelled', outstanding_minor = 0, ended_at = now()
       WHERE credex_id = (SELECT credex_id FROM ledger.credex WHERE receiver_id = $1 AND state = 'offered' LIMIT 1)`,
    ],
    [
      'a securer is an audited account',
      `UPDATE ledger.account SET audited = false WHERE audited AND type = 'TRUST' AND $1::uuid IS NOT NULL`,
    ],
  ])('the check names what is broken: %s', async (invariant, spoil) => {
    const found = await world.database
      .transact(async (tx) => {
        await tx.query(spoil, [find('263770000001').accountId]);
        const differences = await checkLedger({
          ...world.database,
          transact: (act) => act({ ...tx, query: skipIsolation(tx.query) }),
        });
        throw Object.assign(new Error('undo'), { differences });
      })
      .catch((error: { differences?: unknown }) => error.differences);
    expect(found).toContainEqual({ invariant, row: expect.any(String) });
    expect(await checkLedger(world.database)).toEqual([]);
  });

  test('I10: no name, number or handle stands in clear in any table', async () => {
    const tables = await run(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'ledger'`,
    );
    const dumps = await Promise.all(tables.map(({ name }) => run(`SELECT t::text AS row FROM ${String(name)} t`)));
    const text = dumps.flat().map(({ row }) => String(row));
    expect(text.length).toBeGreaterThan(50);
    const hex = (plain: string): string => Buffer.from(plain).toString('hex');
    const secrets = ['Tariro', 'Moyo', '263770000001', 'corner_shop', 'Corner Shop', 'trust_usd'].flatMap((plain) => [
      plain,
      hex(plain),
    ]);
    for (const secret of secrets) expect(text.filter((row) => row.includes(secret))).toEqual([]);
  });

  test('I9: a log-in, a refused one and a registration each leave one audit entry with ids only', async () => {
    const since = (await run('SELECT coalesce(max(entry_id), 0) AS last FROM ledger.audit_entry'))[0]?.['last'];
    const { phone } = toMember('263770000001');
    await world.ledger.logIn(phone);
    await world.ledger.logIn(toMember('263770008888').phone);
    const wish = {
      phone: toMember('263770008800').phone,
      firstname: 'Tanaka',
      lastname: 'Marufu',
      defaultDenomination: 'USD' as const,
    };
    const registered = await world.ledger.registerMember({ ...wish, idempotencyKey: 'audited' });
    await world.ledger.registerMember({ ...wish, idempotencyKey: 'audited again' });
    const entries = await run(
      'SELECT event, subject, reason FROM ledger.audit_entry WHERE entry_id > $1 ORDER BY entry_id',
      [since],
    );
    expect(entries).toEqual([
      { event: 'credex.log_in_done', subject: find('263770000001').memberId, reason: null },
      { event: 'credex.log_in_refused', subject: 'stranger', reason: 'member_unknown' },
      { event: 'credex.member_registered', subject: registered.ok && registered.value.member.memberId, reason: null },
      { event: 'credex.registration_refused', subject: 'stranger', reason: 'phone_taken' },
    ]);
  });

  test('two hundred log-ins at once give everybody their own dashboard', async () => {
    const phones = Array.from({ length: 200 }, (_, index) => `26377000${String(1 + (index % 13)).padStart(4, '0')}`);
    const results = await Promise.all(phones.map((phone) => world.ledger.logIn(toMember(phone).phone)));
    const handles = results.map((result) => (result.ok ? result.value.member.memberHandle : result.refusal));
    expect(handles).toEqual(phones.map((phone) => (phone === '263770000013' ? 'ledger.member_unknown' : phone)));
  });

  test('a member whose rows do not open fails alone, not with those they are read together with', async () => {
    const [broken, well] = [toMember('263770000011').phone, toMember('263770000010').phone];
    await run(`UPDATE ledger.member SET profile = '\\x00' WHERE member_id = $1`, [
      ((await world.ledger.findMemberByPhone(broken)) as { value: { memberId: string } }).value.memberId,
    ]);
    const [first, second] = await Promise.allSettled([world.ledger.logIn(broken), world.ledger.logIn(well)]);
    expect(first.status).toBe('rejected');
    expect(second).toMatchObject({ status: 'fulfilled', value: { ok: true } });
  });

  test('a new day begins at midnight UTC, and with it a new daily allowance', async () => {
    const remaining = async (): Promise<unknown> => {
      const result = await world.ledger.logIn(toMember('263770000001').phone);
      return result.ok && result.value.member.remainingUsd?.amountMinor;
    };
    expect(await remaining()).toBe(650n);
    world.clock.advance(86_400_000);
    // Several ask at once; one opens the day.
    expect(await Promise.all([remaining(), remaining(), remaining()])).toEqual([1_000n, 1_000n, 1_000n]);
    expect((await run('SELECT day FROM ledger.day WHERE closed_at IS NULL'))[0]?.['day']).toBe(
      utcDay(world.clock.now()),
    );
    expect((await run('SELECT count(*) FROM ledger.rate WHERE as_of < day'))[0]?.['count']).toBe(5n);
    expect(await checkLedger(world.database)).toEqual([]);
  });

  test('seeding again, also by two at once, adds nothing', async () => {
    const before = [await count('member'), await count('account'), await count('credex'), await count('posting')];
    await Promise.all([seedDemo(world), seedDemo(world)]);
    expect([await count('member'), await count('account'), await count('credex'), await count('posting')]).toEqual(
      before,
    );
  });

  test('a ledger that was never set up says so', async () => {
    const empty = await openEmpty();
    await expect(empty.ledger.logIn(toMember('263770000001').phone)).rejects.toMatchObject({
      code: 'ledger.not_initialised',
      retry: 'never',
    });
    await empty.close();
  });

  const openEmpty = async () => {
    const stores = await openTestStores();
    const database = createDatabase({
      url: stores.databaseUrl,
      connectionsMax: 2,
      applicationName: 'test',
      timeoutMs: 10_000,
    });
    const close = async (): Promise<void> => {
      await database.close();
      await stores.release();
    };
    return { ledger: createLedger({ ...world, database }), close };
  };
});

/** Within a transaction that has already read, its isolation can no longer be chosen. */
const skipIsolation =
  (query: LedgerWorld['database']['query']): LedgerWorld['database']['query'] =>
  (text, values) =>
    text.startsWith('SET TRANSACTION') ? Promise.resolve([]) : query(text, values);
