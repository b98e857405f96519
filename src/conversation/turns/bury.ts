import type { Clock } from '../../base/clock.ts';
import type { Database, Transactor } from '../../base/database.ts';
import { Fault } from '../../base/fault.ts';
import { deriveUuid, type IdentityId, type OutboxId } from '../../base/id.ts';
import type { Gatherer } from '../../base/gather.ts';
import type { OutboxMessage } from '../../delivery/outgoing.ts';
import { buryHead, peekHead } from '../../queue/store.ts';
import type { KeyRing } from '../../security/keyring.ts';
import type { KeyStore } from '../../security/store.ts';
import { IDENTITY_INDEX_KEY } from '../../security/wamid.ts';
import { keepAuditEntries } from '../../watch/store.ts';
import type { NoteEvent } from '../../watch/watch.ts';
import { showText } from '../flows/show.ts';
import type { IdentityRow } from './identity-store.ts';
import { readProfile } from './profile.ts';
import { wordingOf } from '../wording/languages.ts';

export type BuryDeps<Reply> = {
  readonly database: Database;
  readonly clock: Clock;
  readonly noteEvent: NoteEvent;
  readonly keyStore: KeyStore;
  readonly ring: KeyRing;
  readonly identities: Gatherer<IdentityId, IdentityRow | undefined>;
  readonly sealReply: (message: OutboxMessage) => Promise<Reply>;
  readonly keepReplies: (tx: Transactor, replies: readonly Reply[], offsetMs: number) => Promise<void>;
};

/**
 * Buries the head of a lane that failed five times (I1): kept sealed for an operator, audited, told as an error event; the
 * person hears that something went wrong (I6), without a byte of the input being looked at again.
 */
export const createBury =
  <Reply>(deps: BuryDeps<Reply>) =>
  async (identityId: IdentityId): Promise<void> => {
    const { database, clock, noteEvent, keepReplies } = deps;
    const head = await peekHead(database, identityId, clock.offsetMs());
    const apology = head ? await apologise(deps, identityId, head) : [];
    const buried = await database.transact(async (tx) => {
      const input = await buryHead(tx, identityId, clock.offsetMs());
      if (!input) return undefined;
      // An earlier message came between: it was never tried. Nothing is buried; the next look sees it.
      if (!head?.dedupe.equals(input.dedupe)) throw new Fault('queue.head_moved', { retry: 'later' });
      await keepAuditEntries(tx, 'bot', [
        { event: 'queue.input_buried', atMs: clock.now(), subject: identityId, actor: 'system' },
      ]);
      await keepReplies(tx, apology, clock.offsetMs());
      return input;
    });
    if (buried) noteEvent('queue.input_buried', { identityId, reason: buried.kind });
  };

type Head = { readonly dedupe: Buffer; readonly route: OutboxMessage['route'] };

/** Best effort: where the profile itself is what does not open, the burial goes on without words. */
const apologise = async <Reply>(
  deps: BuryDeps<Reply>,
  identityId: IdentityId,
  head: Head,
): Promise<readonly Reply[]> => {
  try {
    const [indexKey, row] = await Promise.all([
      deps.keyStore.getKey(IDENTITY_INDEX_KEY),
      deps.identities.add(identityId),
    ]);
    if (!row) return [];
    const { profile: to } = readProfile({ ring: deps.ring, indexKey }, row, {});
    if (to.phone === undefined && to.bsuid === undefined) return [];
    const message = showText(wordingOf(row.language).gaveUp);
    const outboxId = deriveUuid('apology', head.dedupe.toString('hex')) as OutboxId;
    return [await deps.sealReply({ outboxId, identityId, kind: 'receipt', to, message, route: head.route })];
  } catch {
    return [];
  }
};
