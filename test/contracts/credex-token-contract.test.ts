import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMovableClock, type MovableClock } from '../../src/base/clock.ts';
import { newIdentityId } from '../../src/base/id.ts';
import { createMemoryTokenStore } from '../../src/credex/memory-token-store.ts';
import { readToken, type CoreToken } from '../../src/credex/read-token.ts';
import { createTokenStore } from '../../src/credex/token-store.ts';
import type { TokenStore } from '../../src/credex/tokens.ts';
import { createKeyRing } from '../../src/security/keyring.ts';
import { createSealKey, newKeyBytes, sealedKeyId } from '../../src/security/seal.ts';
import { connectRedis, openTestStores, usesRealStores, type TestStores } from '../support/stores.ts';
import { makeToken } from './credex-fixture.ts';

const read = (text: string, clock: MovableClock): CoreToken => {
  const token = readToken(text, clock.now());
  if (!token) throw new Error('a test token is a token');
  return token;
};

const describeTokenStore = (implementation: string, make: (clock: MovableClock) => TokenStore): void => {
  describe(`a store of core's tokens: ${implementation}`, () => {
    const setUp = () => {
      const clock = createMovableClock();
      return { clock, store: make(clock), identityId: newIdentityId(), token: read(makeToken(clock), clock) };
    };

    test('gives back what was kept for that identity alone', async () => {
      const { store, identityId, token } = setUp();
      await store.keep(identityId, token);
      expect(await store.load(identityId)).toEqual(token);
      expect(await store.load(newIdentityId())).toBeUndefined();
    });

    test('S4 S7: has no token from 15 s before its end', async () => {
      const { clock, store, identityId, token } = setUp();
      await store.keep(identityId, token);
      clock.advance(token.deadAtMs - clock.now() - 500);
      expect(await store.load(identityId)).toEqual(token);
      clock.advance(1_000);
      expect(await store.load(identityId)).toBeUndefined();
    });

    test('keeps nothing that is dead already', async () => {
      const { clock, store, identityId } = setUp();
      const old = Math.floor(clock.now() / 1000) - 290;
      await store.keep(identityId, read(makeToken(clock, { lastActivity: old }), clock));
      expect(await store.load(identityId)).toBeUndefined();
    });

    test('the newest is the one, and forgetting leaves none', async () => {
      const { clock, store, identityId, token } = setUp();
      const next = read(makeToken(clock, { jti: 'next' }), clock);
      await store.keep(identityId, token);
      await store.keep(identityId, next);
      expect(await store.load(identityId)).toEqual(next);
      await store.forget(identityId);
      await store.forget(identityId);
      expect(await store.load(identityId)).toBeUndefined();
    });
  });
};

describeTokenStore('the stand-in', (clock) => createMemoryTokenStore({ clock }));

if (usesRealStores) {
  let stores: TestStores;
  let redis: ReturnType<typeof connectRedis>;
  const oldKey = createSealKey('test.k1', newKeyBytes());
  const newKey = createSealKey('test.k2', newKeyBytes());

  beforeAll(async () => {
    stores = await openTestStores({ migrated: false });
    redis = connectRedis(stores.redisUrl);
  });
  afterAll(async () => {
    redis.disconnect();
    await stores.release();
  });

  const make = (clock: MovableClock, keys = [oldKey]): TokenStore =>
    createTokenStore({ redis, ring: createKeyRing(keys), clock, keyPrefix: stores.prefix });
  describeTokenStore('Redis', make);

  const setUp = async () => {
    const clock = createMovableClock();
    const identityId = newIdentityId();
    await make(clock).keep(identityId, read(makeToken(clock), clock));
    return { clock, identityId, name: (await redis.keys(`${stores.prefix}:*${identityId}*`))[0] ?? '' };
  };

  test('S6 S7: what lies there is sealed, bears no token and no phone, and lives at most 300 s', async () => {
    const { name } = await setUp();
    const sealed = (await redis.getBuffer(name)) ?? Buffer.alloc(0);
    expect(`${name}${sealed.toString('latin1')}`).not.toMatch(/eyJ|26377000|memberID/);
    expect(await redis.pttl(name)).toBeGreaterThan(280_000);
    expect(await redis.pttl(name)).toBeLessThanOrEqual(300_000);
  });

  test('S6: moved to another member’s key, or altered, it does not open', async () => {
    const { clock, name } = await setUp();
    const other = await setUp();
    await redis.copy(name, other.name, 'REPLACE');
    expect(await make(clock).load(other.identityId)).toBeUndefined();
    const sealed = (await redis.getBuffer(name)) ?? Buffer.alloc(0);
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    await redis.set(name, sealed);
    const identityId = /\{(.*)\}/.exec(name)?.[1] as typeof other.identityId;
    expect(await make(clock).load(identityId)).toBeUndefined();
  });

  test('S6: after a rotation the old key still opens and the new one seals', async () => {
    const { clock, identityId, name } = await setUp();
    const rotated = make(clock, [newKey, oldKey]);
    const token = await rotated.load(identityId);
    expect(token).toBeDefined();
    if (token) await rotated.keep(identityId, token);
    expect(sealedKeyId((await redis.getBuffer(name)) ?? Buffer.alloc(0))).toBe('test.k2');
  });
}
