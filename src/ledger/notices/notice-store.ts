import type { Reader } from '../../base/database.ts';
import type { Denomination } from '../../base/money.ts';
import { pgArray } from '../../base/pg-array.ts';

export type NoticeRow = {
  readonly notice_id: string;
  readonly kind: 'offered' | 'accepted' | 'declined' | 'cancelled' | 'expired' | 'cleared' | 'defaulted';
  readonly made_at: Date;
  readonly amount: bigint;
  readonly denomination: Denomination;
  readonly member_id: string;
  readonly member_profile: Buffer | null;
  readonly member_key: Buffer | null;
  readonly other_id: string;
  readonly other_profile: Buffer | null;
  readonly other_owner_id: string;
  readonly other_key: Buffer | null;
};

/** Notices that nobody has taken yet, oldest first, with their hearer and the account on the other side. */
export const readWaitingNotices = (reader: Reader, limit: number): Promise<readonly NoticeRow[]> =>
  reader.query<NoticeRow>(
    `SELECT n.notice_id, n.kind, n.made_at, c.initial_minor::bigint AS amount, c.denomination::text,
       m.member_id, m.profile AS member_profile, m.member_key, a.account_id AS other_id, a.profile AS other_profile,
       a.owner_id AS other_owner_id, o.member_key AS other_key
     FROM (SELECT * FROM ledger.notice WHERE moved_at IS NULL ORDER BY made_at, notice_id LIMIT $1) AS n
     JOIN ledger.credex c USING (credex_id)
     JOIN ledger.member m ON m.member_id = n.member_id
     JOIN ledger.account a ON a.account_id = CASE WHEN c.issuer_id = n.account_id THEN c.receiver_id ELSE c.issuer_id END
     JOIN ledger.member o ON o.member_id = a.owner_id
     ORDER BY n.made_at, n.notice_id`,
    [limit],
  );

export const markNoticesMoved = (reader: Reader, noticeIds: readonly string[]): Promise<unknown> =>
  reader.query(
    'UPDATE ledger.notice SET moved_at = clock_timestamp() WHERE notice_id = ANY($1::uuid[]) AND moved_at IS NULL',
    [pgArray.uuid(noticeIds)],
  );
