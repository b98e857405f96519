import type { Clock } from '../base/clock.ts';
import type { IdentityId } from '../base/id.ts';
import { TOKEN_IDLE_MS } from './limits.ts';
import type { CoreToken } from './read-token.ts';
import type { TokenStore } from './tokens.ts';

/** The stand-in, for one process. Tokens lie open in its memory, as they do in any client's while it uses them. */
export const createMemoryTokenStore = ({ clock }: { readonly clock: Clock }): TokenStore => {
  const kept = new Map<IdentityId, { readonly token: CoreToken; readonly untilMs: number }>();
  return Object.freeze({
    load: async (identityId: IdentityId) => {
      const found = kept.get(identityId);
      if (found && found.untilMs > clock.now()) return found.token;
      kept.delete(identityId);
      return undefined;
    },
    keep: async (identityId: IdentityId, token: CoreToken) => {
      kept.set(identityId, { token, untilMs: Math.min(token.deadAtMs, clock.now() + TOKEN_IDLE_MS) });
    },
    forget: async (identityId: IdentityId) => {
      kept.delete(identityId);
    },
  });
};
