import { createRedisSessionStore } from '../../conversation/sessions/session-client.ts';
import { createMemorySessionStore } from '../../conversation/sessions/memory-session.ts';
import type { SessionStore } from '../../conversation/sessions/session.ts';
import type { SpendQuota } from '../../conversation/turns/load-state.ts';
import { createLimiter, type Limiter } from '../../security/limiter.ts';
import { windowLimit } from '../../security/limits.ts';
import { createMemoryLimiter } from '../../security/memory-limiter.ts';
import type { Ground } from './ground.ts';

/** What may vanish in five minutes: sessions and request quotas, in Redis or its stand-in. */
export type Memory = { readonly sessions: SessionStore; readonly spendQuota: SpendQuota };

export const composeMemory = (ground: Ground): Memory => {
  const { redis, clock, config, prefix } = ground;
  const sealDeps = { ring: config.keyRing, clock, keyPrefix: prefix, phoneNumberId: config.whatsapp.phoneNumberId };
  const sessions = redis ? createRedisSessionStore({ redis, ...sealDeps }) : createMemorySessionStore(sealDeps);
  const limiter = redis ? createLimiter({ redis, clock, keyPrefix: prefix }) : createMemoryLimiter({ clock });
  return { sessions, spendQuota: composeQuota(limiter, ground) };
};

/** S19: everybody in a burst, members by the thousand a day, strangers by the hundred. */
const composeQuota = (limiter: Limiter, { config }: Ground): SpendQuota => {
  const burst = windowLimit('memberPerMinute', config.limits);
  const ofMember = [burst, windowLimit('memberPerDay', config.limits)];
  const ofStranger = [burst, windowLimit('strangerPerDay', config.limits)];
  return (identityId, inputName, isMember) => limiter.spend(identityId, inputName, isMember ? ofMember : ofStranger);
};
