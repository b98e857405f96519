import { assert } from '../../base/assert.ts';
import type { Gatherer } from '../../base/gather.ts';
import type { IdentityId } from '../../base/id.ts';
import type { Recipient } from '../../delivery/outgoing.ts';
import type { Claim, Input } from '../../queue/queue.ts';
import type { KeyRing } from '../../security/keyring.ts';
import { open } from '../../security/seal.ts';
import type { KeyStore } from '../../security/store.ts';
import { IDENTITY_INDEX_KEY } from '../../security/wamid.ts';
import type { IdentityRow } from './identity-store.ts';
import type { Inbound, Speaker } from '../understanding/inbound.ts';
import { readProfile, type Profile, type SealedProfile } from './profile.ts';
import type { Person } from '../decision.ts';

export type OpenDeps = {
  readonly keyStore: KeyStore;
  readonly ring: KeyRing;
  readonly identities: Gatherer<IdentityId, IdentityRow | undefined>;
  readonly understand: (raw: unknown) => Inbound;
};

/** What a turn knows before it decides. */
export type Opened = {
  readonly claim: Claim;
  readonly message: Inbound;
  readonly to: Recipient;
  readonly profile: Profile;
  readonly changed: SealedProfile | undefined;
  readonly person: Person;
  readonly isMember: boolean;
};

const parseInput = (plain: Buffer | undefined): { readonly message: unknown; readonly speaker: Speaker } => {
  assert(plain, 'an input opens with the key of its day');
  return JSON.parse(plain.toString('utf8')) as { message: unknown; speaker: Speaker };
};

/** A message of the same lane, without its speaker; undefined where it does not open, which its own turn finds out. */
export const peekMessage = async ({ keyStore, understand }: OpenDeps, input: Input): Promise<Inbound | undefined> => {
  const plain = open(input.body, await keyStore.getKey(`day.${input.day}`), inputContext(input));
  return plain && understand(parseInput(plain).message);
};

/** Opens a claimed message and joins it with the person it is from. */
export const openInput = async (deps: OpenDeps, claim: Claim): Promise<Opened> => {
  const { keyStore, ring, identities, understand } = deps;
  const { input, identityId } = claim;
  assert(input.kind === 'message', 'only messages are inputs yet');
  const [dayKey, indexKey, row] = await Promise.all([
    keyStore.getKey(`day.${input.day}`),
    keyStore.getKey(IDENTITY_INDEX_KEY),
    identities.add(identityId),
  ]);
  assert(row, 'a lane has its identity');
  const { message: raw, speaker } = parseInput(open(input.body, dayKey, inputContext(input)));
  const message = understand(raw);
  const { profile, changed } = readProfile({ ring, indexKey }, row, speaker);
  return {
    claim,
    message,
    to: addressOf(speaker, profile),
    profile,
    changed,
    isMember: row.isMember,
    person: {
      identityId,
      standing: row.standing === 'closed' ? 'open' : row.standing,
      language: row.language,
      hasNumber: profile.phone !== undefined,
      wasAskedForNumber: row.numberAsked,
    },
  };
};

const inputContext = (input: Input): string => `input:${input.dedupe.toString('hex')}`;

/**
 * A reply goes where the message came from: its number, else its BSUID, else what is kept. A number on a card is not where
 * the card came from: where it turns out to be somebody else's, they would read the answer.
 */
const addressOf = (speaker: Speaker, profile: Profile): Recipient => {
  if (speaker.phone !== undefined && !speaker.isShared) return { phone: speaker.phone };
  if (speaker.bsuid !== undefined) return { bsuid: speaker.bsuid as NonNullable<Recipient['bsuid']> };
  return profile;
};
