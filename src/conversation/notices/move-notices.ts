import { utcDay, type Clock } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import { deriveHash } from '../../base/id.ts';
import type { Phone } from '../../base/phone.ts';
import type { NewInput } from '../../queue/queue.ts';
import { addInputs } from '../../queue/add-input-store.ts';
import { blindIndex } from '../../security/keyring.ts';
import { seal } from '../../security/seal.ts';
import type { KeyStore } from '../../security/store.ts';
import { IDENTITY_INDEX_KEY } from '../../security/wamid.ts';
import type { NoteEvent } from '../../watch/watch.ts';
import type { KeptNotice } from '../turns/open-input.ts';
import type { Notice } from './notice.ts';
import { dropKept, findHearers, keepForLater, takeKept, type Hearer } from './notice-store.ts';

/** Notices of one round; the rest waits for the next, which follows at once. */
const ROUND_MAX = 200;
/** Kept notices outlive no day key: bodies of a day can be opened for 14 days. */
const KEPT_DAYS = 12;
const DAY_MS = 86_400_000;

/** A notice with whom it is for, as core's ledger hands it over. */
export type AddressedNotice = Notice & {
  readonly noticeId: string;
  readonly phone: Phone | undefined;
  readonly madeAtMs: number;
};

export type MoveDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: KeyStore;
  readonly noteEvent: NoteEvent;
  readonly readWaiting: (limit: number) => Promise<readonly AddressedNotice[]>;
  readonly markMoved: (noticeIds: readonly string[]) => Promise<void>;
};

/**
 * Moves notices from core's ledger into their hearers' lanes, each once: its id names the input, so that one that was moved
 * and not marked is kept no second time. Who may not be written to now hears it when they write again.
 */
export const moveNotices = async (deps: MoveDeps): Promise<void> => {
  for (;;) {
    const notices = await deps.readWaiting(ROUND_MAX);
    if (notices.length > 0) {
      await keepNotices(deps, notices);
      await deps.markMoved(notices.map(({ noticeId }) => noticeId));
    }
    if (notices.length < ROUND_MAX) return;
  }
};

/** Puts what was kept for later into the lanes of people who have written again, and forgets what is too old to open. */
export const reopenNotices = async ({ database, clock, noteEvent }: MoveDeps): Promise<void> => {
  const dropped = await dropKept(database, utcDay(clock.now() - KEPT_DAYS * DAY_MS));
  if (dropped > 0) noteEvent('conversation.notice_dropped', { count: dropped, reason: 'too old' });
  await database.transact(async (tx) => {
    const kept = await takeKept(tx, ROUND_MAX, clock.offsetMs());
    await addInputs(tx, kept.map(toInput), clock.offsetMs());
  });
};

const dedupeOf = (noticeId: string): Buffer => deriveHash('notice', noticeId);

const toInput = (
  kept: Pick<NewInput, 'identityId' | 'day' | 'body'> & { noticeId: string; madeAtMs: number },
): NewInput => ({
  identityId: kept.identityId,
  kind: 'notice',
  day: kept.day,
  dedupe: dedupeOf(kept.noticeId),
  orderAtMs: kept.madeAtMs,
  dueAtMs: kept.madeAtMs,
  route: 'graph',
  body: kept.body,
});

type Addressed = { readonly notice: AddressedNotice; readonly hearer: Hearer };

const keepNotices = async (deps: MoveDeps, notices: readonly AddressedNotice[]): Promise<void> => {
  const { database, clock, noteEvent } = deps;
  const addressed = await address(deps, notices);
  const nobody = notices.length - addressed.length;
  if (nobody > 0) noteEvent('conversation.notice_dropped', { count: nobody, reason: 'nobody to tell' });
  const sealed = await Promise.all(
    addressed.map(async ({ notice, hearer }) => ({ hearer, ...(await sealNotice(deps, notice, hearer)) })),
  );
  const later = sealed.filter(({ hearer }) => !hearer.isOpen);
  const kept = await database.transact(async (tx) => {
    await addInputs(tx, sealed.filter(({ hearer }) => hearer.isOpen).map(toInput), clock.offsetMs());
    return later.length === 0 ? 0 : keepForLater(tx, later, clock.offsetMs());
  });
  if (kept > 0) noteEvent('conversation.notice_kept', { count: kept });
};

const address = async (
  { database, clock, keys }: MoveDeps,
  notices: readonly AddressedNotice[],
): Promise<readonly Addressed[]> => {
  const key = await keys.getKey(IDENTITY_INDEX_KEY);
  const hashes = notices.map(({ phone }) => (phone === undefined ? undefined : blindIndex(key, 'phone', phone)));
  const hearers = await findHearers(
    database,
    hashes.filter((hash) => hash !== undefined),
    clock.offsetMs(),
  );
  return notices.flatMap((notice, index) => {
    const hearer = hearers.get(hashes[index]?.toString('hex') ?? '');
    return hearer ? [{ notice, hearer }] : [];
  });
};

const sealNotice = async (
  { keys }: MoveDeps,
  { noticeId, what, amount, otherName, madeAtMs }: AddressedNotice,
  { identityId }: Hearer,
) => {
  const day = utcDay(madeAtMs);
  const dedupe = dedupeOf(noticeId);
  const key = await keys.getKey(`day.${day}`);
  const { amountMinor, denomination } = amount;
  const kept: KeptNotice = { what, amountMinor: amountMinor.toString(), denomination, otherName };
  const body = seal(Buffer.from(JSON.stringify(kept)), key, `input:${dedupe.toString('hex')}`);
  return { noticeId, identityId, day, dedupe, madeAtMs, body };
};
