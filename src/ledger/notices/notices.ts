import type { Database } from '../../base/database.ts';
import type { Money } from '../../base/money.ts';
import { readWaId, type Phone } from '../../base/phone.ts';
import { NO_NAME, openAccountName, type People } from '../members/people.ts';
import { markNoticesMoved, readWaitingNotices, type NoticeRow } from './notice-store.ts';

/** What a member is to hear of; `phone` is undefined for one who has been erased. */
export type LedgerNotice = {
  readonly noticeId: string;
  readonly what: NoticeRow['kind'];
  readonly phone: Phone | undefined;
  readonly amount: Money;
  readonly otherName: string;
  readonly madeAtMs: number;
};

export type Notices = {
  /** Those that were not handed over yet, oldest first. Handed over twice where `markNoticesMoved` did not follow. */
  readonly readWaitingNotices: (limit: number) => Promise<readonly LedgerNotice[]>;
  readonly markNoticesMoved: (noticeIds: readonly string[]) => Promise<void>;
};

export const createNotices = ({
  database,
  people,
}: {
  readonly database: Database;
  readonly people: People;
}): Notices => ({
  readWaitingNotices: async (limit) =>
    (await readWaitingNotices(database, limit)).map((row) => openNotice(people, row)),
  markNoticesMoved: async (noticeIds) => {
    if (noticeIds.length > 0) await markNoticesMoved(database, noticeIds);
  },
});

/** One that does not open is handed over without its hearer: it stops no other. */
const openNotice = (people: People, row: NoticeRow): LedgerNotice => {
  try {
    return toNotice(people, row);
  } catch {
    return { ...bare(row), phone: undefined, otherName: NO_NAME };
  }
};

const bare = (row: NoticeRow): Omit<LedgerNotice, 'phone' | 'otherName'> => ({
  noticeId: row.notice_id,
  what: row.kind,
  amount: { amountMinor: row.amount, denomination: row.denomination },
  madeAtMs: row.made_at.getTime(),
});

const toNotice = (people: People, row: NoticeRow): LedgerNotice => ({
  ...bare(row),
  phone: phoneOf(people, row),
  otherName: nameOf(people, row),
});

const phoneOf = (people: People, { member_id, member_profile, member_key }: NoticeRow): Phone | undefined =>
  member_profile && member_key
    ? readWaId(people.openMember(people.unwrap(member_id, member_key), member_profile).phone)
    : undefined;

const nameOf = (people: People, row: NoticeRow): string =>
  openAccountName(people, {
    accountId: row.other_id,
    ownerId: row.other_owner_id,
    profile: row.other_profile,
    ownerKey: row.other_key,
  });
