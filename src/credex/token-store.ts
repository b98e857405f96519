import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import type { IdentityId } from '../base/id.ts';
import { redisFault } from '../base/redis.ts';
import type { KeyRing } from '../security/keyring.ts';
import { TOKEN_IDLE_MS } from './limits.ts';
import type { TokenStore } from './tokens.ts';

export type TokenStoreDeps = {
  readonly redis: Pick<Redis, 'getBuffer' | 'set' | 'del'>;
  readonly ring: KeyRing;
  readonly clock: Clock;
  /** Begins every key, so that environments never share one (S84). */
  readonly keyPrefix: string;
};

const PURPOSE = 'credex token';
const keptSchema = z.object({ token: z.string(), memberId: z.string(), deadAtMs: z.number() });

// What is moved to another name, or was written in another form, does not open.
const contextOf = (name: string): string => `${name} v1`;

export const createTokenStore = ({ redis, ring, clock, keyPrefix }: TokenStoreDeps): TokenStore => {
  // An identity is a random pseudonym; the braces put all of one person's keys into one slot of a cluster.
  const nameOf = (identityId: IdentityId): string => `${keyPrefix}:core-token:{${identityId}}`;
  return Object.freeze({
    load: async (identityId: IdentityId) => {
      const name = nameOf(identityId);
      const sealed = await redis.getBuffer(name).catch((error: unknown) => Promise.reject(redisFault(error)));
      const plain = sealed ? ring.open(sealed, PURPOSE, contextOf(name)) : undefined;
      if (!plain) return undefined;
      const kept = keptSchema.parse(JSON.parse(plain.toString('utf8')));
      return kept.deadAtMs > clock.now() ? kept : undefined;
    },
    keep: async (identityId: IdentityId, token) => {
      const name = nameOf(identityId);
      const lifeMs = Math.floor(Math.min(token.deadAtMs - clock.now(), TOKEN_IDLE_MS));
      if (lifeMs <= 0) return;
      const sealed = ring.seal(Buffer.from(JSON.stringify(token), 'utf8'), PURPOSE, contextOf(name));
      await redis.set(name, sealed, 'PX', lifeMs).catch((error: unknown) => Promise.reject(redisFault(error)));
    },
    forget: async (identityId: IdentityId) => {
      await redis.del(nameOf(identityId)).catch((error: unknown) => Promise.reject(redisFault(error)));
    },
  });
};
