import type { Database } from '../base/database.ts';
import { DAYS_BEHIND } from './intake.ts';

/**
 * Drops days that no repeat of Meta's can fall into any more, once nothing in them waits; with a day go its key and so
 * whatever that key sealed, also in copies (S27). Quarantine goes with its day. How many days went.
 */
export const dropOldDays = async (database: Database, today: string): Promise<number> => {
  const old = await database.query<{ day: string; part: string }>(
    `SELECT to_char(to_date(right(c.relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') AS day, c.relname AS part
     FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'bot.input'::regclass AND to_date(right(c.relname, 8), 'YYYYMMDD') < $1::date - $2::int ORDER BY 2`,
    [today, DAYS_BEHIND],
  );
  let dropped = 0;
  for (const { day, part } of old) {
    dropped += await database.transact(async (tx) => {
      const [row] = await tx.query<{ dropped: boolean }>('SELECT bot.drop_input_day($1::text, $2::date) AS dropped', [
        part,
        day,
      ]);
      return row?.dropped ? 1 : 0;
    });
  }
  return dropped;
};

/** Receipts that came between a send and its mark, and were missed by both, find their row; old ones go. */
export const joinStrayReceipts = (database: Database): Promise<unknown> =>
  database.query(
    `WITH gone AS (
       DELETE FROM bot.stray_receipt AS s USING bot.outbox AS o WHERE o.wamid_hash = s.wamid_hash
       RETURNING o.outbox_id, s.receipt, s.receipt_at, s.receipt_error),
     aged AS (DELETE FROM bot.stray_receipt WHERE kept_at < now() - interval '14 days' RETURNING 1),
     best AS (
       SELECT DISTINCT ON (outbox_id) * FROM gone
       ORDER BY outbox_id, array_position(ARRAY['sent', 'failed', 'delivered', 'read'], receipt) DESC)
     UPDATE bot.outbox AS o SET receipt = b.receipt, receipt_at = b.receipt_at, receipt_error = b.receipt_error
     FROM best AS b WHERE o.outbox_id = b.outbox_id
       AND coalesce(array_position(ARRAY['sent', 'failed', 'delivered', 'read'], o.receipt), 0)
         < array_position(ARRAY['sent', 'failed', 'delivered', 'read'], b.receipt)`,
  );
