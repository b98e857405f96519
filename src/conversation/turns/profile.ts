import { readBsuid, readWaId, type Bsuid, type Phone } from '../../base/phone.ts';
import { blindIndex, makeWrappedKey, unwrapKey, type KeyRing } from '../../security/keyring.ts';
import { open, seal, type SealKey } from '../../security/seal.ts';
import type { IdentityRow } from './identity-store.ts';
import type { Speaker } from '../understanding/inbound.ts';

/** What is known of a person in clear, for the length of a turn. */
export type Profile = { readonly phone?: Phone; readonly bsuid?: Bsuid; readonly name?: string };

export type SealedProfile = { readonly sealed: Buffer; readonly wrappedKey: Buffer };

export type ReadProfile = { readonly profile: Profile; readonly changed: SealedProfile | undefined };

export type ProfileDeps = { readonly ring: KeyRing; readonly indexKey: SealKey };

/**
 * Joins what the webhook said with what was kept. A number or BSUID counts only when its hash is the one in the row:
 * intake decided whose they are, under lock; a turn never does. What changed comes back sealed under the person's key.
 */
export const readProfile = ({ ring, indexKey }: ProfileDeps, row: IdentityRow, speaker: Speaker): ReadProfile => {
  const keyName = `person.${row.identityId}`;
  const context = `profile:${row.identityId}`;
  const key = row.profileKey ? unwrapKey(ring, keyName, row.profileKey) : undefined;
  const kept = key && row.profile ? parseProfile(open(row.profile, key, context)) : {};
  const isOurs = (kind: string, hash: Buffer | null, value: string | undefined): boolean =>
    value !== undefined && hash !== null && blindIndex(indexKey, kind, value).equals(hash);
  const phone = [readWaId(speaker.phone), kept.phone].find((value) => isOurs('phone', row.phoneHash, value));
  const bsuid = [readBsuid(speaker.bsuid), kept.bsuid].find((value) => isOurs('bsuid', row.bsuidHash, value));
  const name = speaker.profileName ?? kept.name;
  const profile: Profile = { ...(phone && { phone }), ...(bsuid && { bsuid }), ...(name !== undefined && { name }) };
  if (phone === kept.phone && bsuid === kept.bsuid && name === kept.name && key) return { profile, changed: undefined };
  const owned = key && row.profileKey ? { key, wrapped: row.profileKey } : makeWrappedKey(ring, keyName);
  return {
    profile,
    changed: { sealed: seal(Buffer.from(JSON.stringify(profile)), owned.key, context), wrappedKey: owned.wrapped },
  };
};

const parseProfile = (plain: Buffer | undefined): Profile =>
  plain ? (JSON.parse(plain.toString('utf8')) as Profile) : {};
