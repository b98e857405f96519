import type { Redis } from 'ioredis';
import type { IdentityId } from '../../base/id.ts';
import { redisFault } from '../../base/redis.ts';
import { createSessionSeal, type SessionSealDeps } from './session-seal.ts';
import type { Session, SessionRef, SessionStore } from './session.ts';

/** Only these commands; a Redis user may be limited to them. */
export type SessionRedis = Pick<Redis, 'set' | 'getBuffer' | 'del'>;

export type RedisSessionStoreDeps = SessionSealDeps & { readonly redis: SessionRedis };

/** Sessions in Redis: each under a random key, sealed before it leaves the process, none without an end (S8, S32). */
export const createRedisSessionStore = ({ redis, ...deps }: RedisSessionStoreDeps): SessionStore => {
  const { seal, open, keyNameOf } = createSessionSeal(deps);

  const reach = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      throw redisFault(error);
    }
  };

  return Object.freeze({
    keep: async (session: Session) => {
      const { ref, keyName, sealed, ttlMs } = seal(session);
      await reach(() => redis.set(keyName, sealed, 'PX', ttlMs));
      return ref;
    },
    load: async (ref: SessionRef, identityId: IdentityId) => {
      const sealed = await reach(() => redis.getBuffer(keyNameOf(ref)));
      return sealed === null ? 'missing' : open(ref, identityId, sealed);
    },
    drop: async (ref: SessionRef) => {
      await reach(() => redis.del(keyNameOf(ref)));
    },
  });
};
