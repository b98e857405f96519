import type { Reader, Transactor } from '../../base/database.ts';
import type { IdentityId } from '../../base/id.ts';
import { pgArray } from '../../base/pg-array.ts';
import type { NewInput } from '../../queue/queue.ts';

const NOW = "(SELECT clock_timestamp() + $1 * interval '1 millisecond')";

/** WhatsApp lets a business write unasked for 24 hours from the person's last message; a little less, for the way. */
const WINDOW = "interval '23 hours 55 minutes'";

/** Who holds these numbers in good standing and may be written to now, by the hash in hex. */
export const findHearers = async (
  reader: Reader,
  phoneHashes: readonly Buffer[],
  offsetMs: number,
): Promise<ReadonlyMap<string, IdentityId>> => {
  const rows = await reader.query<{ identity_id: IdentityId; phone_hash: Buffer }>(
    `SELECT i.identity_id, i.phone_hash
     FROM bot.identity i JOIN bot.lane l USING (identity_id) WHERE i.phone_hash = ANY($2::bytea[]) AND i.standing = 'open'
       AND l.last_message_at > ${NOW} - ${WINDOW}`,
    [offsetMs, pgArray.bytea(phoneHashes)],
  );
  return new Map(rows.map((row) => [row.phone_hash.toString('hex'), row.identity_id] as const));
};

/** A notice, sealed as the input it becomes. */
export type SealedNotice = Pick<NewInput, 'day' | 'dedupe' | 'body'> & {
  readonly noticeId: string;
  readonly madeAtMs: number;
};
export type KeptNoticeRow = SealedNotice & { readonly phoneHash: Buffer };

/** Keeps notices for numbers that may not be written to, each once, unless it already is in its lane; how many are new. */
export const keepForLater = async (
  tx: Transactor,
  rows: readonly KeptNoticeRow[],
  offsetMs: number,
): Promise<number> => {
  const kept = await tx.query(
    `INSERT INTO bot.kept_notice (notice_id, phone_hash, day, body, made_at, kept_at)
     SELECT u.notice_id, u.phone_hash, u.day, u.body, u.made_at, ${NOW}
     FROM unnest($2::uuid[], $3::bytea[], $4::date[], $5::bytea[], $6::timestamptz[], $7::bytea[])
       AS u(notice_id, phone_hash, day, body, made_at, dedupe)
     WHERE NOT EXISTS (SELECT FROM bot.input AS i WHERE i.day = u.day AND i.dedupe = u.dedupe)
     ON CONFLICT (notice_id) DO NOTHING RETURNING 1`,
    [
      offsetMs,
      pgArray.uuid(rows.map(({ noticeId }) => noticeId)),
      pgArray.bytea(rows.map(({ phoneHash }) => phoneHash)),
      pgArray.date(rows.map(({ day }) => day)),
      pgArray.bytea(rows.map(({ body }) => body)),
      pgArray.timestamptz(rows.map(({ madeAtMs }) => madeAtMs)),
      pgArray.bytea(rows.map(({ dedupe }) => dedupe)),
    ],
  );
  return kept.length;
};

export type TakenNotice = Omit<SealedNotice, 'dedupe'> & { readonly identityId: IdentityId };

/** Takes out kept notices of people who have written again, to be put in their lanes in the same transaction. */
export const takeKept = async (tx: Transactor, limit: number, offsetMs: number): Promise<readonly TakenNotice[]> => {
  const rows = await tx.query<{ notice_id: string; identity_id: IdentityId; day: string; body: Buffer; made_at: Date }>(
    `WITH due AS MATERIALIZED (
       SELECT k.notice_id, i.identity_id FROM bot.kept_notice k JOIN bot.identity i USING (phone_hash) JOIN bot.lane l USING (identity_id)
       WHERE i.standing = 'open' AND l.last_message_at > ${NOW} - ${WINDOW}
       ORDER BY k.made_at LIMIT $2 FOR UPDATE OF k SKIP LOCKED)
     DELETE FROM bot.kept_notice AS k USING due WHERE k.notice_id = due.notice_id
     RETURNING k.notice_id, due.identity_id, k.day, k.body, k.made_at`,
    [offsetMs, limit],
  );
  return rows
    .map((row) => ({
      noticeId: row.notice_id,
      identityId: row.identity_id,
      day: row.day,
      body: row.body,
      madeAtMs: row.made_at.getTime(),
    }))
    .toSorted((one, other) => one.madeAtMs - other.madeAtMs);
};

/** Forgets kept notices whose day's key is about to go; how many. */
export const dropKept = async (reader: Reader, beforeDay: string): Promise<number> => {
  const rows = await reader.query('DELETE FROM bot.kept_notice WHERE day < $1::date RETURNING 1', [beforeDay]);
  return rows.length;
};
