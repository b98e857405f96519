import type { IdentityId } from '../base/id.ts';
import type { CoreToken } from './read-token.ts';

/**
 * Where core's tokens live between a member's messages (S6, S7): sealed, under names that tell nothing, and never longer
 * than the token itself. A store that is away has no token: the member logs in anew.
 */
export type TokenStore = {
  /** The member's token, unless it is dead or does not open. */
  readonly load: (identityId: IdentityId) => Promise<CoreToken | undefined>;
  readonly keep: (identityId: IdentityId, token: CoreToken) => Promise<void>;
  readonly forget: (identityId: IdentityId) => Promise<void>;
};
