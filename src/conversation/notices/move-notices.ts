import { utcDay, type Clock } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import { deriveHash, type IdentityId } from '../../base/id.ts';
import type { Phone } from '../../base/phone.ts';
import { inputContext, type NewInput } from '../../queue/queue.ts';
import { addInputs } from '../../queue/add-input-store.ts';
import { blindIndex } from '../../security/keyring.ts';
import { seal } from '../../security/seal.ts';
import type { KeyStore } from '../../security/store.ts';
import { IDENTITY_INDEX_KEY } from '../../security/wamid.ts';
import type { NoteEvent } from '../../watch/watch.ts';
import type { KeptNotice } from '../turns/open-input.ts';
import type { Notice } from './notice.ts';
import {
  dropKept,
  findHearers,
  keepForLater,
  takeKept,
  type KeptNoticeRow,
  type SealedNotice,
  type TakenNotice,
} from './notice-store.ts';

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

const toInput = ({ noticeId, identityId, day, body, madeAtMs }: TakenNotice): NewInput => ({
  identityId,
  kind: 'notice',
  day,
  dedupe: dedupeOf(noticeId),
  orderAtMs: madeAtMs,
  dueAtMs: madeAtMs,
  route: 'graph',
  body,
});

const keepNotices = async (deps: MoveDeps, notices: readonly AddressedNotice[]): Promise<void> => {
  const { database, clock, keys, noteEvent } = deps;
  const key = await keys.getKey(IDENTITY_INDEX_KEY);
  const addressed = await Promise.all(
    notices.flatMap((notice) =>
      notice.phone === undefined
        ? []
        : [
            sealNotice(keys, notice).then((sealed) => ({
              ...sealed,
              phoneHash: blindIndex(key, 'phone', notice.phone ?? ''),
            })),
          ],
    ),
  );
  const nobody = notices.length - addressed.length;
  if (nobody > 0) noteEvent('conversation.notice_dropped', { count: nobody, reason: 'nobody to tell' });
  const hearers = await findHearers(
    database,
    addressed.map(({ phoneHash }) => phoneHash),
    clock.offsetMs(),
  );
  const hearerOf = ({ phoneHash }: KeptNoticeRow): IdentityId | undefined => hearers.get(phoneHash.toString('hex'));
  const now = addressed.flatMap((notice) => {
    const identityId = hearerOf(notice);
    return identityId === undefined ? [] : [toInput({ ...notice, identityId })];
  });
  const later = addressed.filter((notice) => hearerOf(notice) === undefined);
  const kept = await database.transact(async (tx) => {
    await addInputs(tx, now, clock.offsetMs());
    return later.length === 0 ? 0 : keepForLater(tx, later, clock.offsetMs());
  });
  if (kept > 0) noteEvent('conversation.notice_kept', { count: kept });
};

const sealNotice = async (
  keys: KeyStore,
  { noticeId, what, amount, otherName, madeAtMs }: AddressedNotice,
): Promise<SealedNotice> => {
  const day = utcDay(madeAtMs);
  const dedupe = dedupeOf(noticeId);
  const key = await keys.getKey(`day.${day}`);
  const { amountMinor, denomination } = amount;
  const kept: KeptNotice = { what, amountMinor: amountMinor.toString(), denomination, otherName };
  const body = seal(Buffer.from(JSON.stringify(kept)), key, inputContext(dedupe));
  return { noticeId, day, dedupe, madeAtMs, body };
};
