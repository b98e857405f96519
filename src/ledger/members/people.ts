import { assert } from '../../base/assert.ts';
import { blindIndex, makeWrappedKey, unwrapKey, type KeyRing } from '../../security/keyring.ts';
import { open, seal, type SealKey } from '../../security/seal.ts';
import type { KeyStore } from '../../security/store.ts';

/** What is known of a person and may stand nowhere in clear (I10). */
export type MemberProfile = {
  readonly firstname: string;
  readonly lastname: string;
  readonly phone: string;
  readonly handle: string;
};
export type AccountProfile = { readonly name: string; readonly handle: string };

export type IndexKind = 'phone' | 'member_handle' | 'account_handle' | 'idempotency_key' | 'idempotency_request';

/** A member's own key in use: everything sealed with it dies with the member's row of it. */
export type MemberKey = { readonly memberId: string; readonly key: SealKey };

export type People = {
  readonly loadIndexer: () => Promise<(kind: IndexKind, value: string) => Buffer>;
  readonly makeKey: (memberId: string) => MemberKey & { readonly wrapped: Buffer };
  readonly unwrap: (memberId: string, wrapped: Uint8Array) => MemberKey;
  readonly sealMember: (key: MemberKey, profile: MemberProfile) => Buffer;
  readonly sealAccount: (key: MemberKey, accountId: string, profile: AccountProfile) => Buffer;
  readonly openMember: (key: MemberKey, sealed: Uint8Array) => MemberProfile;
  readonly openAccount: (key: MemberKey, accountId: string, sealed: Uint8Array) => AccountProfile;
};

/** Said instead of a name whose owner has been erased. */
export const NO_NAME = '–';

/** An account's name as its rows keep it: sealed under its owner's key, which is wrapped; either is gone with the owner. */
export type SealedName = {
  readonly accountId: string;
  readonly ownerId: string;
  readonly profile: Buffer | null;
  readonly ownerKey: Buffer | null;
};

export const openAccountName = (people: People, { accountId, ownerId, profile, ownerKey }: SealedName): string =>
  profile && ownerKey ? people.openAccount(people.unwrap(ownerId, ownerKey), accountId, profile).name : NO_NAME;

const keyName = (memberId: string): string => `member.${memberId}`;
const memberContext = (memberId: string): string => `ledger.member.${memberId}`;
const accountContext = (accountId: string): string => `ledger.account.${accountId}`;

const toBytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value), 'utf8');

// Ours once it opened: only we hold the key, and the context says which row it was sealed for.
const fromBytes = <T>(bytes: Buffer | undefined): T => {
  assert(bytes, 'a profile opens with its owner’s key');
  return JSON.parse(bytes.toString('utf8')) as T;
};

export const createPeople = ({ ring, keys }: { readonly ring: KeyRing; readonly keys: KeyStore }): People =>
  Object.freeze({
    loadIndexer: async () => {
      const key = await keys.getKey('blind-index');
      return (kind: IndexKind, value: string) => blindIndex(key, kind, value);
    },
    makeKey: (memberId: string) => ({ memberId, ...makeWrappedKey(ring, keyName(memberId)) }),
    unwrap: (memberId: string, wrapped: Uint8Array) => {
      const key = unwrapKey(ring, keyName(memberId), wrapped);
      assert(key, 'a member’s key opens with the key ring');
      return { memberId, key };
    },
    sealMember: ({ memberId, key }: MemberKey, profile: MemberProfile) =>
      seal(toBytes(profile), key, memberContext(memberId)),
    sealAccount: ({ key }: MemberKey, accountId: string, profile: AccountProfile) =>
      seal(toBytes(profile), key, accountContext(accountId)),
    openMember: ({ memberId, key }: MemberKey, sealed: Uint8Array) =>
      fromBytes<MemberProfile>(open(sealed, key, memberContext(memberId))),
    openAccount: ({ key }: MemberKey, accountId: string, sealed: Uint8Array) =>
      fromBytes<AccountProfile>(open(sealed, key, accountContext(accountId))),
  });
