import type { Reader, Transactor } from '../../base/database.ts';
import type { IdentityId } from '../../base/id.ts';
import { pgArray } from '../../base/pg-array.ts';
import type { NewInput } from '../../queue/queue.ts';

const NOW = "(SELECT clock_timestamp() + $1 * interval '1 millisecond')";

/** WhatsApp lets a business write unasked for 24 hours from the person's last message; a little less, for the way. */
const WINDOW = "interval '23 hours 55 minutes'";

export type Hearer = { readonly identityId: IdentityId; readonly isOpen: boolean };

/** Who holds these numbers in good standing, and whether they may be written to now. */
export const findHearers = async (
  reader: Reader,
  phoneHashes: readonly Buffer[],
  offsetMs: number,
): Promise<ReadonlyMap<string, Hearer>> => {
  const rows = await reader.query<{ identity_id: IdentityId; phone_hash: Buffer; open: boolean }>(
    `SELECT i.identity_id, i.phone_hash, coalesce(l.last_message_at > ${NOW} - ${WINDOW}, false) AS open
     FROM bot.identity i JOIN bot.lane l USING (identity_id) WHERE i.phone_hash = ANY($2::bytea[]) AND i.standing = 'open'`,
    [offsetMs, pgArray.bytea(phoneHashes)],
  );
  return new Map(
    rows.map((row) => [row.phone_hash.toString('hex'), { identityId: row.identity_id, isOpen: row.open }] as const),
  );
};

export type KeptRow = Pick<NewInput, 'identityId' | 'day' | 'body'> & {
  readonly noticeId: string;
  readonly madeAtMs: number;
};

/** Keeps notices for people who may not be written to, each once, unless it already is in its lane. */
export const keepForLater = async (
  tx: Transactor,
  rows: readonly (KeptRow & Pick<NewInput, 'dedupe'>)[],
  offsetMs: number,
): Promise<number> => {
  const kept = await tx.query(
    `INSERT INTO bot.kept_notice (notice_id, identity_id, day, body, made_at, kept_at)
     SELECT u.notice_id, u.identity_id, u.day, u.body, u.made_at, ${NOW}
     FROM unnest($2::uuid[], $3::uuid[], $4::date[], $5::bytea[], $6::timestamptz[], $7::bytea[])
       AS u(notice_id, identity_id, day, body, made_at, dedupe)
     WHERE NOT EXISTS (SELECT FROM bot.input AS i WHERE i.day = u.day AND i.dedupe = u.dedupe)
     ON CONFLICT (notice_id) DO NOTHING RETURNING 1`,
    [
      offsetMs,
      pgArray.uuid(rows.map(({ noticeId }) => noticeId)),
      pgArray.uuid(rows.map(({ identityId }) => identityId)),
      pgArray.date(rows.map(({ day }) => day)),
      pgArray.bytea(rows.map(({ body }) => body)),
      pgArray.timestamptz(rows.map(({ madeAtMs }) => madeAtMs)),
      pgArray.bytea(rows.map(({ dedupe }) => dedupe)),
    ],
  );
  return kept.length;
};

/** Takes out kept notices of people who have written again, to be put in their lanes in the same transaction. */
export const takeKept = async (tx: Transactor, limit: number, offsetMs: number): Promise<readonly KeptRow[]> => {
  const rows = await tx.query<{ notice_id: string; identity_id: IdentityId; day: string; body: Buffer; made_at: Date }>(
    `DELETE FROM bot.kept_notice WHERE notice_id IN (
       SELECT k.notice_id FROM bot.kept_notice k JOIN bot.lane l USING (identity_id)
       WHERE l.last_message_at > ${NOW} - ${WINDOW} ORDER BY k.made_at LIMIT $2 FOR UPDATE OF k SKIP LOCKED)
     RETURNING notice_id, identity_id, day, body, made_at`,
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
