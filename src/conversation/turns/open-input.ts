import { assert } from '../../base/assert.ts';
import type { Gatherer } from '../../base/gather.ts';
import type { IdentityId } from '../../base/id.ts';
import { isDenomination } from '../../base/money.ts';
import type { Recipient } from '../../delivery/outgoing.ts';
import type { PaymentStanding, Reconcile } from '../../payment/payment.ts';
import { inputContext, type Claim, type Input } from '../../queue/queue.ts';
import type { KeyRing } from '../../security/keyring.ts';
import { open } from '../../security/seal.ts';
import type { KeyStore } from '../../security/store.ts';
import { IDENTITY_INDEX_KEY } from '../../security/wamid.ts';
import type { IdentityRow } from './identity-store.ts';
import type { Inbound, Speaker } from '../understanding/inbound.ts';
import { readProfile, type Profile, type SealedProfile } from './profile.ts';
import type { Notice } from '../notices/notice.ts';
import type { Person } from '../decision.ts';

export type OpenDeps = {
  readonly keyStore: KeyStore;
  readonly ring: KeyRing;
  readonly identities: Gatherer<IdentityId, IdentityRow | undefined>;
  readonly readStanding: (identityId: IdentityId) => Promise<PaymentStanding>;
  readonly understand: (raw: unknown) => Inbound;
};

/** What an input is about. */
type Subject =
  | { readonly kind: 'message'; readonly message: Inbound }
  | { readonly kind: 'notice'; readonly notice: Notice }
  | { readonly kind: 'timer'; readonly timer: Reconcile };

/** What a turn knows before it decides. */
export type Opened = {
  readonly claim: Claim;
  readonly subject: Subject;
  readonly to: Recipient;
  readonly profile: Profile;
  readonly changed: SealedProfile | undefined;
  readonly person: Person;
  readonly payments: PaymentStanding;
  readonly isMember: boolean;
};

const parseInput = (plain: Buffer | undefined): unknown => {
  assert(plain, 'an input opens with the key of its day');
  return JSON.parse(plain.toString('utf8'));
};

type SpokenInput = { readonly message: unknown; readonly speaker: Speaker };
/** A notice as it is kept: minor units as digits. */
export type KeptNotice = Omit<Notice, 'amount'> & {
  readonly amountMinor: string;
  readonly denomination: string;
};

/** A message of the same lane, without its speaker; undefined where it does not open, which its own turn finds out. */
export const peekMessage = async (
  { keyStore, understand }: Pick<OpenDeps, 'keyStore' | 'understand'>,
  input: Input,
): Promise<Inbound | undefined> => {
  const plain = open(input.body, await keyStore.getKey(`day.${input.day}`), inputContext(input.dedupe));
  return plain && understand((parseInput(plain) as SpokenInput).message);
};

/** Opens a claimed input and joins it with the person whose lane it is. */
export const openInput = async (deps: OpenDeps, claim: Claim): Promise<Opened> => {
  const { keyStore, ring, identities, understand, readStanding } = deps;
  const { input, identityId } = claim;
  const [dayKey, indexKey, row, payments] = await Promise.all([
    keyStore.getKey(`day.${input.day}`),
    keyStore.getKey(IDENTITY_INDEX_KEY),
    identities.add(identityId),
    readStanding(identityId),
  ]);
  assert(row, 'a lane has its identity');
  const body = parseInput(open(input.body, dayKey, inputContext(input.dedupe)));
  const speaker = input.kind === 'message' ? (body as SpokenInput).speaker : {};
  const { profile, changed } = readProfile({ ring, indexKey }, row, speaker);
  return {
    claim,
    subject: readSubject(input, body, understand),
    to: addressOf(speaker, profile),
    profile,
    changed,
    payments,
    isMember: row.isMember,
    person: {
      identityId,
      standing: row.standing === 'closed' ? 'open' : row.standing,
      language: row.language,
      hasNumber: profile.phone !== undefined,
      wasAskedForNumber: row.numberAsked,
      mayMoveMoney: input.mayMoveMoney && !row.moneyStopped,
    },
  };
};

const readSubject = ({ kind }: Input, body: unknown, understand: OpenDeps['understand']): Subject => {
  switch (kind) {
    case 'message':
      return { kind, message: understand((body as SpokenInput).message) };
    case 'notice': {
      const { amountMinor, denomination, ...notice } = body as KeptNotice;
      assert(isDenomination(denomination), 'a kept notice has a denomination of ours');
      return { kind, notice: { ...notice, amount: { amountMinor: BigInt(amountMinor), denomination } } };
    }
    case 'timer':
      return { kind, timer: body as Reconcile };
  }
};

/**
 * A reply goes where the message came from: its number, else its BSUID, else what is kept. A number on a card is not where
 * the card came from: where it turns out to be somebody else's, they would read the answer.
 */
const addressOf = (speaker: Speaker, profile: Profile): Recipient => {
  if (speaker.phone !== undefined && !speaker.isShared) return { phone: speaker.phone };
  if (speaker.bsuid !== undefined) return { bsuid: speaker.bsuid as NonNullable<Recipient['bsuid']> };
  return profile;
};
