import { assert } from '../base/assert.ts';
import type { IdentityId } from '../base/id.ts';

/** What an identity row says, hashes in hex. */
export type Known = {
  readonly identityId: IdentityId;
  readonly bsuid: string | undefined;
  readonly phone: string | undefined;
  readonly moneyStopped: boolean;
  /** We have asked this person to share their number. */
  readonly wasAsked: boolean;
};

/** Who speaks: the hashes of what the webhook carried, at least one of them. `isShared`: the number stands on a card. */
export type Who = { readonly bsuid?: string; readonly phone?: string; readonly isShared?: true };

/**
 * What of it counts: a number on a card only from somebody whom we asked for it. A card that nobody asked for would open
 * the account of whoever's number it shows.
 */
export const proveWho = (who: Who, byBsuid: Known | undefined): Who => {
  if (!who.isShared) return who;
  const { bsuid, phone } = who;
  const isProven = byBsuid?.wasAsked === true && phone !== undefined;
  return { ...(bsuid === undefined ? {} : { bsuid }), ...(isProven ? { phone } : {}) };
};

/**
 * What the table "Who is speaking" says of a message.
 * `use`: that identity, nothing changes. `create`: a new one. `bind`: the number's identity gets the BSUID.
 * `attach`: the BSUID's identity gets the number. `move`: the BSUID moves from an identity without a number to the
 * number's. `contest`: the number belongs to another BSUID: its old holder loses it and is frozen, the speaker holds it
 * and may not log in, register or pay until relinked (core knows people by number alone and would open the old member's
 * account to them). `differ`: the kept number stays; money stops.
 */
export type Resolution =
  | { readonly act: 'use'; readonly identityId: IdentityId; readonly mayMoveMoney: boolean }
  | { readonly act: 'create' }
  | { readonly act: 'bind'; readonly identityId: IdentityId }
  | { readonly act: 'attach'; readonly identityId: IdentityId }
  | { readonly act: 'move'; readonly from: IdentityId; readonly to: IdentityId }
  | { readonly act: 'contest'; readonly holder: IdentityId; readonly speaker: IdentityId | undefined }
  | { readonly act: 'differ'; readonly identityId: IdentityId };

/** `byBsuid` and `byPhone` are the open identities that hold what the speaker showed. */
export const resolveSpeaker = (who: Who, byBsuid: Known | undefined, byPhone: Known | undefined): Resolution => {
  assert(who.bsuid !== undefined || who.phone !== undefined, 'a message has a speaker');
  if (byBsuid) return resolveKnownBsuid(who, byBsuid, byPhone);
  if (who.bsuid === undefined) {
    return byPhone
      ? { act: 'use', identityId: byPhone.identityId, mayMoveMoney: byPhone.bsuid === undefined }
      : { act: 'create' };
  }
  if (!byPhone) return { act: 'create' };
  return byPhone.bsuid === undefined
    ? { act: 'bind', identityId: byPhone.identityId }
    : { act: 'contest', holder: byPhone.identityId, speaker: undefined };
};

const resolveKnownBsuid = (who: Who, byBsuid: Known, byPhone: Known | undefined): Resolution => {
  const { identityId } = byBsuid;
  if (who.phone === undefined || who.phone === byBsuid.phone) return { act: 'use', identityId, mayMoveMoney: true };
  if (byBsuid.phone !== undefined) {
    return byBsuid.moneyStopped ? { act: 'use', identityId, mayMoveMoney: false } : { act: 'differ', identityId };
  }
  if (!byPhone) return { act: 'attach', identityId };
  return byPhone.bsuid === undefined
    ? { act: 'move', from: identityId, to: byPhone.identityId }
    : { act: 'contest', holder: byPhone.identityId, speaker: identityId };
};
