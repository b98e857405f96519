import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMovableClock, type MovableClock } from '../../src/base/clock.ts';
import { newIdentityId } from '../../src/base/id.ts';
import { createMemorySessionStore, type MemoryRecord } from '../../src/conversation/sessions/memory-session.ts';
import { createRedisSessionStore } from '../../src/conversation/sessions/session-client.ts';
import { SESSION_ABSOLUTE_MS, type Session, type SessionStore } from '../../src/conversation/sessions/session.ts';
import { createKeyRing, type KeyRing } from '../../src/security/keyring.ts';
import { createSealKey, sealedKeyId, type SealKey } from '../../src/security/seal.ts';
import { connectRedis, openTestStores, usesRealStores, type TestStores } from '../support/stores.ts';

/** What is kept, seen from outside: where a test alters, moves and measures records. */
type Cell = { readonly keyName: string; readonly sealed: Buffer; readonly ttlMs: number };
type Kept = {
  readonly createStore: (options: { ring: KeyRing; clock: MovableClock; phoneNumberId: string }) => SessionStore;
  readonly list: () => Promise<readonly Cell[]>;
  readonly put: (keyName: string, sealed: Buffer) => Promise<void>;
  readonly flush: () => Promise<void>;
};

const sealKey = (id: string): SealKey => createSealKey(id, randomBytes(32));
const ring = createKeyRing([sealKey('test.k1')]);
const PHONE_NUMBER_ID = '100000000000001';
const NAME = 'Tariro-canary';

const openSession = (clock: MovableClock): Session => ({
  version: 1,
  identityId: newIdentityId(),
  phoneNumberId: PHONE_NUMBER_ID,
  openedAtMs: clock.now(),
  lastMessageAtMs: clock.now(),
  nonce: 'nonce-1',
  screen: { name: 'register.last_name', firstname: NAME },
});

const createMemoryKept = (): Kept => {
  const records = new Map<string, MemoryRecord>();
  let clock: MovableClock | undefined;
  return {
    createStore: (options) => {
      clock = options.clock;
      return createMemorySessionStore({ ...options, keyPrefix: 'test', records });
    },
    list: async () =>
      [...records].map(([keyName, { sealed, endsAtMs }]) => ({
        keyName,
        sealed,
        ttlMs: endsAtMs - (clock?.now() ?? 0),
      })),
    put: async (keyName, sealed) => void records.set(keyName, { sealed, endsAtMs: Number.MAX_SAFE_INTEGER }),
    flush: async () => records.clear(),
  };
};

const createRedisKept = ({ redisUrl, prefix }: TestStores): Kept & { readonly close: () => void } => {
  const redis = connectRedis(redisUrl);
  const pattern = `${prefix}:session:*`;
  return {
    createStore: (options) => createRedisSessionStore({ ...options, keyPrefix: prefix, redis }),
    list: async () => {
      const names = await redis.keys(pattern);
      return Promise.all(
        names.map(async (keyName) => ({
          keyName,
          sealed: (await redis.getBuffer(keyName)) ?? Buffer.alloc(0),
          ttlMs: await redis.pttl(keyName),
        })),
      );
    },
    put: async (keyName, sealed) => void (await redis.set(keyName, sealed, 'PX', 60_000)),
    flush: async () => {
      for (const name of await redis.keys(pattern)) await redis.del(name);
    },
    close: () => redis.disconnect(),
  };
};

const describeSessionStore = (implementation: string, getKept: () => Kept): void => {
  describe(`a session store: ${implementation}`, () => {
    const setUp = (keys: KeyRing = ring) => {
      const kept = getKept();
      const clock = createMovableClock();
      const store = kept.createStore({ ring: keys, clock, phoneNumberId: PHONE_NUMBER_ID });
      return { kept, clock, store, session: openSession(clock) };
    };
    const cellOf = async (kept: Kept, ref: string): Promise<Cell> => {
      const cell = (await kept.list()).find(({ keyName }) => keyName.endsWith(ref));
      if (!cell) throw new Error('nothing is kept under this reference');
      return cell;
    };

    test('gives back the very session that was kept', async () => {
      const { store, session } = setUp();
      expect(await store.load(await store.keep(session), session.identityId)).toEqual(session);
    });

    test('S9: is alive 299 s after the last message and over after 301 s', async () => {
      const { clock, store, session } = setUp();
      const ref = await store.keep(session);
      clock.advance(299_000);
      expect(await store.load(ref, session.identityId)).toEqual(session);
      clock.advance(2_000);
      expect(await store.load(ref, session.identityId)).toBe('missing');
    });

    test('S4: ends after six hours however lively it is', async () => {
      const { clock, store, session } = setUp();
      clock.advance(SESSION_ABSOLUTE_MS - 1_000);
      const lively = { ...session, lastMessageAtMs: clock.now() };
      const ref = await store.keep(lively);
      expect(await store.load(ref, session.identityId)).toEqual(lively);
      clock.advance(2_000);
      expect(await store.load(ref, session.identityId)).toBe('missing');
    });

    test('S7 S8: every key lives for what remains of the session, at most 300 s', async () => {
      const { kept, clock, store, session } = setUp();
      const fresh = await cellOf(kept, await store.keep(session));
      expect(fresh.ttlMs).toBeGreaterThan(299_000);
      expect(fresh.ttlMs).toBeLessThanOrEqual(300_000);
      for (const { ttlMs } of await kept.list()) expect(ttlMs).toBeGreaterThan(0);
      clock.advance(SESSION_ABSOLUTE_MS - 20_000);
      const late = await cellOf(kept, await store.keep({ ...session, lastMessageAtMs: clock.now() }));
      expect(late.ttlMs).toBeGreaterThan(0);
      expect(late.ttlMs).toBeLessThanOrEqual(20_000);
    });

    test('F12: every keeping has a fresh key, and the one before stays what it was', async () => {
      const { store, session } = setUp();
      const first = await store.keep(session);
      const second = await store.keep({ ...session, nonce: 'nonce-2' });
      expect(second).not.toBe(first);
      expect(await store.load(first, session.identityId)).toMatchObject({ nonce: 'nonce-1' });
    });

    test('S6 S36: a record moved to another key does not open', async () => {
      const { kept, store, session } = setUp();
      const first = await store.keep(session);
      const second = await store.keep(session);
      await kept.put((await cellOf(kept, second)).keyName, (await cellOf(kept, first)).sealed);
      expect(await store.load(second, session.identityId)).toBe('unreadable');
    });

    test('S30: a record with any one bit turned does not open, and nothing is thrown', async () => {
      const { kept, store, session } = setUp();
      const ref = await store.keep(session);
      const { keyName, sealed } = await cellOf(kept, ref);
      for (let index = 0; index < sealed.length; index += 1) {
        const altered = Buffer.from(sealed);
        altered.writeUInt8(altered.readUInt8(index) ^ (1 << (index % 8)), index);
        await kept.put(keyName, altered);
        expect(await store.load(ref, session.identityId)).toBe('unreadable');
      }
      await kept.put(keyName, Buffer.alloc(0));
      expect(await store.load(ref, session.identityId)).toBe('unreadable');
    });

    test('S36: neither another person nor another business number opens it', async () => {
      const { kept, clock, store, session } = setUp();
      const ref = await store.keep(session);
      expect(await store.load(ref, newIdentityId())).toBe('unreadable');
      const other = kept.createStore({ ring, clock, phoneNumberId: '100000000000002' });
      expect(await other.load(ref, session.identityId)).toBe('unreadable');
    });

    test('S6 S104: an old key still opens, new records use the new one, a retired key opens nothing', async () => {
      const [old, fresh] = [sealKey('test.old'), sealKey('test.new')];
      const { kept, clock, store, session } = setUp(createKeyRing([old]));
      const ref = await store.keep(session);
      const rotated = kept.createStore({ ring: createKeyRing([fresh, old]), clock, phoneNumberId: PHONE_NUMBER_ID });
      expect(await rotated.load(ref, session.identityId)).toEqual(session);
      expect(sealedKeyId((await cellOf(kept, await rotated.keep(session))).sealed)).toBe('test.new');
      const retired = kept.createStore({ ring: createKeyRing([fresh]), clock, phoneNumberId: PHONE_NUMBER_ID });
      expect(await retired.load(ref, session.identityId)).toBe('unreadable');
    });

    test('S32 S71: neither key names nor values show anything of the session', async () => {
      const { kept, store, session } = setUp();
      const { keyName, sealed } = await cellOf(kept, await store.keep(session));
      for (const text of [NAME, session.identityId, PHONE_NUMBER_ID, 'firstname']) {
        expect(keyName).not.toContain(text);
        expect(sealed.toString('latin1')).not.toContain(text);
      }
      // The control: what is looked for is what an unsealed record would show.
      expect(JSON.stringify(session)).toContain(NAME);
    });

    test('I11: a flushed, a dropped and a never kept session are missing', async () => {
      const { kept, store, session } = setUp();
      const dropped = await store.keep(session);
      await store.drop(dropped);
      await store.drop(dropped);
      expect(await store.load(dropped, session.identityId)).toBe('missing');
      const flushed = await store.keep(session);
      await kept.flush();
      expect(await store.load(flushed, session.identityId)).toBe('missing');
      expect(await store.load('never-kept', session.identityId)).toBe('missing');
    });
  });
};

describeSessionStore('the in-process stand-in', createMemoryKept);

if (usesRealStores) {
  let stores: TestStores;
  let kept: ReturnType<typeof createRedisKept>;
  beforeAll(async () => {
    stores = await openTestStores({ migrated: false });
    kept = createRedisKept(stores);
  });
  afterAll(async () => {
    kept.close();
    await stores.release();
  });
  describeSessionStore('Redis', () => kept);
}
