import type { Clock } from '../base/clock.ts';
import { isPassing } from '../base/fault.ts';
import type { IdentityId } from '../base/id.ts';
import type { NoteEvent } from '../watch/watch.ts';
import type { CoreReply } from './call-core.ts';
import { readToken, type CoreToken } from './read-token.ts';
import type { TokenStore } from './tokens.ts';

export type MemberTokens = TokenStore & {
  /** S5: takes the renewed token from the `Authorization` header of a 2xx, if it is the same member's. */
  readonly adopt: (identityId: IdentityId, used: CoreToken, reply: CoreReply) => Promise<void>;
};

export type MemberTokensDeps = {
  readonly tokenStore: TokenStore;
  readonly clock: Clock;
  readonly noteEvent: NoteEvent;
};

/** Tokens are a saving, not a need: while their store is away members log in anew. */
export const createMemberTokens = ({ tokenStore, clock, noteEvent }: MemberTokensDeps): MemberTokens => {
  const ifHere = async <T>(promise: Promise<T>): Promise<T | undefined> => {
    try {
      return await promise;
    } catch (error) {
      if (isPassing(error)) return undefined;
      throw error;
    }
  };

  return Object.freeze({
    load: (identityId: IdentityId) => ifHere(tokenStore.load(identityId)),
    keep: async (identityId: IdentityId, token: CoreToken) => {
      await ifHere(tokenStore.keep(identityId, token));
    },
    forget: async (identityId: IdentityId) => {
      await ifHere(tokenStore.forget(identityId));
    },
    adopt: async (identityId: IdentityId, used: CoreToken, { status, authorization }: CoreReply) => {
      const text = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
      if (status >= 300 || text === undefined || text === used.token) return;
      const renewed = readToken(text, clock.now());
      if (!renewed) return;
      if (renewed.memberId !== used.memberId) {
        noteEvent('credex.member_mismatch', { identityId, reason: 'renewed_token' });
        return;
      }
      noteEvent('credex.token_renewed', { identityId });
      await ifHere(tokenStore.keep(identityId, renewed));
    },
  });
};
