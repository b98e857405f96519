import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMovableClock, type MovableClock } from '../../src/base/clock.ts';
import { newToken } from '../../src/base/id.ts';
import { createLimiter, type Limiter } from '../../src/security/limiter.ts';
import { createMemoryLimiter } from '../../src/security/memory-limiter.ts';
import { LIMITS, windowLimit, type LimitNumbers, type WindowLimit } from '../../src/security/limits.ts';
import { connectRedis, openTestStores, usesRealStores, type TestStores } from '../support/stores.ts';

type Make = (clock: MovableClock) => Limiter;

const numbers = Object.fromEntries(Object.entries(LIMITS).map(([name, row]) => [name, row.default])) as LimitNumbers;
const perDay = windowLimit('memberPerDay', numbers);
const perMinute = windowLimit('memberPerMinute', numbers);
const few = (max: number): WindowLimit => ({ ...perMinute, max });
const DAY_MS = 86_400_000;

type Burst = { readonly count: number; readonly limits: readonly WindowLimit[] };

/** Spends a burst of calls of one person; how many were allowed. */
const spendMany = async (limiter: Limiter, key: string, { count, limits }: Burst): Promise<number> => {
  let allowed = 0;
  for (let index = 0; index < count; index += 1)
    if ((await limiter.spend(key, newToken(), limits)).allowed) allowed += 1;
  return allowed;
};

const describeLimiter = (implementation: string, make: Make): void => {
  describe(`a limiter: ${implementation}`, () => {
    const setUp = () => {
      const clock = createMovableClock();
      return { clock, limiter: make(clock), key: newToken() };
    };

    test('S19: 1,000 pass, the 1,001st is told once, the 1,002nd is not, and later calls pass again', async () => {
      const { clock, limiter, key } = setUp();
      expect(await spendMany(limiter, key, { count: 1_000, limits: [perDay] })).toBe(1_000);
      const first = await limiter.spend(key, 'first', [perDay]);
      expect(first).toMatchObject({ allowed: false, limit: 'memberPerDay', isFirst: true });
      expect(await limiter.spend(key, 'second', [perDay])).toMatchObject({ allowed: false, isFirst: false });
      clock.advance(DAY_MS);
      expect(await limiter.spend(key, 'later', [perDay])).toEqual({ allowed: true });
    });

    test('H04: a call leaves the window after exactly its length, not before', async () => {
      const { clock, limiter, key } = setUp();
      await limiter.spend(key, 'a', [{ ...perDay, max: 1 }]);
      clock.advance(DAY_MS - 1_000);
      const refusal = await limiter.spend(key, 'b', [{ ...perDay, max: 1 }]);
      expect(refusal).toMatchObject({ allowed: false });
      if (!refusal.allowed) expect(refusal.retryAfterMs).toBeLessThanOrEqual(1_000);
      clock.advance(2_000);
      expect(await limiter.spend(key, 'c', [{ ...perDay, max: 1 }])).toEqual({ allowed: true });
    });

    test('H05: the window slides, so two bursts around midnight are one', async () => {
      const { clock, limiter, key } = setUp();
      await spendMany(limiter, key, { count: 3, limits: [{ ...perDay, max: 5 }] });
      clock.advance(DAY_MS - 10_000);
      expect(await spendMany(limiter, key, { count: 5, limits: [{ ...perDay, max: 5 }] })).toBe(2);
      clock.advance(11_000);
      expect(await spendMany(limiter, key, { count: 5, limits: [{ ...perDay, max: 5 }] })).toBe(3);
    });

    test('a refused call extends no window and costs nothing', async () => {
      const { clock, limiter, key } = setUp();
      await spendMany(limiter, key, { count: 2, limits: [few(2)] });
      clock.advance(59_000);
      expect(await spendMany(limiter, key, { count: 50, limits: [few(2)] })).toBe(0);
      clock.advance(2_000);
      expect(await spendMany(limiter, key, { count: 3, limits: [few(2)] })).toBe(2);
    });

    test('a call repeated under its name costs nothing, and hears what it heard', async () => {
      const { clock, limiter, key } = setUp();
      for (let repeat = 0; repeat < 5; repeat += 1)
        expect(await limiter.spend(key, 'same', [few(2)])).toEqual({ allowed: true });
      expect(await limiter.spend(key, 'other', [few(2)])).toEqual({ allowed: true });
      expect(await limiter.spend(key, 'same', [few(2)])).toEqual({ allowed: true });
      for (let repeat = 0; repeat < 3; repeat += 1)
        expect(await limiter.spend(key, 'refused', [few(2)])).toMatchObject({ allowed: false, isFirst: true });
      clock.advance(1_000);
      expect(await limiter.spend(key, 'refused-too', [few(2)])).toMatchObject({ isFirst: false });
    });

    test('one notice a window, and a new one in the next', async () => {
      const { clock, limiter, key } = setUp();
      const refuse = async (entry: string): Promise<boolean> => {
        const spending = await limiter.spend(key, entry, [few(1)]);
        return !spending.allowed && spending.isFirst;
      };
      await limiter.spend(key, 'a', [few(1)]);
      expect([await refuse('b'), await refuse('c')]).toEqual([true, false]);
      clock.advance(60_000);
      await limiter.spend(key, 'd', [few(1)]);
      expect([await refuse('e'), await refuse('f')]).toEqual([true, false]);
    });

    test('several limits are spent together or not at all, and the one that refuses is named', async () => {
      const { clock, limiter, key } = setUp();
      const day = { ...perDay, max: 3 };
      expect(await spendMany(limiter, key, { count: 5, limits: [day, few(2)] })).toBe(2);
      expect(await limiter.spend(key, 'x', [day, few(2)])).toMatchObject({ limit: 'memberPerMinute' });
      clock.advance(61_000);
      // Three of the day would be gone had the refused calls been counted.
      expect(await spendMany(limiter, key, { count: 5, limits: [day, few(2)] })).toBe(1);
      expect(await limiter.spend(key, 'y', [day, few(2)])).toMatchObject({ limit: 'memberPerDay' });
    });

    test('people do not share a limit, and 0 refuses everything', async () => {
      const { limiter, key } = setUp();
      await spendMany(limiter, key, { count: 3, limits: [few(2)] });
      expect(await limiter.spend(newToken(), 'a', [few(2)])).toEqual({ allowed: true });
      expect(await limiter.spend(newToken(), 'a', [few(0)])).toMatchObject({ allowed: false, isFirst: true });
    });

    test('a limit that was lowered says when the first slot is free again', async () => {
      const { clock, limiter, key } = setUp();
      for (let index = 0; index < 4; index += 1) {
        await limiter.spend(key, `e${index}`, [few(10)]);
        clock.advance(1_000);
      }
      const refusal = await limiter.spend(key, 'x', [few(2)]);
      if (refusal.allowed) throw new Error('four are more than two');
      // The third oldest of four was spent two seconds ago; when it leaves, one is left.
      expect(refusal.retryAfterMs).toBeGreaterThan(57_000);
      expect(refusal.retryAfterMs).toBeLessThanOrEqual(58_000);
    });
  });
};

describeLimiter('the in-process stand-in', (clock) => createMemoryLimiter({ clock }));

test('the stand-in stays within its size and forgets the log used longest ago', async () => {
  const limiter = createMemoryLimiter({ clock: createMovableClock(), logsMax: 2 });
  await limiter.spend('first', 'a', [few(1)]);
  await limiter.spend('second', 'a', [few(1)]);
  await limiter.spend('third', 'a', [few(1)]);
  expect(await limiter.spend('third', 'b', [few(1)])).toMatchObject({ allowed: false });
  expect(await limiter.spend('first', 'b', [few(1)])).toEqual({ allowed: true });
});

if (usesRealStores) {
  let stores: TestStores;
  let redis: Redis;
  beforeAll(async () => {
    stores = await openTestStores({ migrated: false });
    redis = connectRedis(stores.redisUrl);
  });
  afterAll(async () => {
    redis.disconnect();
    await stores.release();
  });
  const make: Make = (clock) => createLimiter({ redis, clock, keyPrefix: stores.prefix });
  describeLimiter('Redis', make);

  describe('only in Redis', () => {
    test('S19: two clients that race for N slots get exactly N, every time', async () => {
      const clients = [connectRedis(stores.redisUrl), connectRedis(stores.redisUrl)];
      const clock = createMovableClock();
      const limiters = clients.map((client) => createLimiter({ redis: client, clock, keyPrefix: stores.prefix }));
      for (let round = 0; round < 100; round += 1) {
        const key = newToken();
        const calls = limiters.flatMap((limiter) =>
          Array.from({ length: 15 }, () => limiter.spend(key, newToken(), [perDay, few(10)])),
        );
        const spendings = await Promise.all(calls);
        expect(spendings.filter(({ allowed }) => allowed)).toHaveLength(10);
        expect(spendings.filter((spending) => !spending.allowed && spending.isFirst)).toHaveLength(1);
      }
      for (const client of clients) client.disconnect();
    });

    test('S8 S32: every key ends by itself, lies in the slot of its person, and names nobody', async () => {
      const key = newToken();
      await spendMany(make(createMovableClock()), key, { count: 3, limits: [perDay, few(2)] });
      const names = await redis.keys(`${stores.prefix}:limit:{${key}}:*`);
      expect(names).toHaveLength(3);
      for (const name of names) {
        expect(await redis.pttl(name)).toBeGreaterThan(0);
        expect(await redis.pttl(name)).toBeLessThanOrEqual(DAY_MS);
      }
      await expect(make(createMovableClock()).spend('+26377 000 0001', 'a', [perDay])).rejects.toThrow('plain');
    });

    test('a Redis that has forgotten the script is told it again', async () => {
      await redis.script('FLUSH');
      expect(await make(createMovableClock()).spend(newToken(), 'a', [perDay])).toEqual({ allowed: true });
    });

    test('L16: works for a user who may run the script and the commands in it, nothing else', async () => {
      const user = newToken(6).replace(/[^a-z0-9]/gi, 'u');
      const commands = [
        '+eval',
        '+evalsha',
        '+zscore',
        '+zremrangebyscore',
        '+zcard',
        '+zrange',
        '+zadd',
        '+get',
        '+set',
      ];
      await redis.call(
        'ACL',
        'SETUSER',
        user,
        'on',
        '>password',
        '~*',
        '-@all',
        ...commands,
        '+pexpire',
        '+time',
        '+auth',
      );
      const limited = redis.duplicate({ username: user, password: 'password', enableReadyCheck: false });
      try {
        const limiter = createLimiter({ redis: limited, clock: createMovableClock(), keyPrefix: stores.prefix });
        const key = newToken();
        expect(await spendMany(limiter, key, { count: 4, limits: [few(2)] })).toBe(2);
        await expect(limited.keys('*')).rejects.toThrow(/NOPERM/);
      } finally {
        limited.disconnect();
        await redis.call('ACL', 'DELUSER', user);
      }
    });

    test('a Redis that is away is a fault, not an answer', async () => {
      const gone = connectRedis(stores.redisUrl);
      gone.disconnect();
      const limiter = createLimiter({ redis: gone, clock: createMovableClock(), keyPrefix: stores.prefix });
      await expect(limiter.spend(newToken(), 'a', [perDay])).rejects.toMatchObject({
        code: 'base.redis_away',
        retry: 'later',
      });
    });
  });
}
