import { pgArray } from '../base/pg-array.ts';
import type { Transactor } from '../base/database.ts';
import { PROMPT_LIFE_MS } from './limits.ts';
import type { SealedReply } from './seal-reply.ts';

/**
 * Puts the replies of a turn, or of many turns, into the outbox, in the caller's transaction (design 2.7). A reply that
 * is there already, kept by an earlier try of the same turn, adds nothing. Locks: new outbox rows, then recipients in
 * sorted order. The recipient's counter and its rows change under the recipient's lock, so no wake-up is lost.
 */
export const keepReplies = async (
  tx: Transactor,
  replies: readonly SealedReply[],
  clockOffsetMs: number,
): Promise<void> => {
  if (replies.length === 0) return;
  await tx.query(
    `WITH t AS MATERIALIZED (SELECT clock_timestamp() + $7::float8 * interval '1 millisecond' AS now),
     kept AS (
       INSERT INTO bot.outbox (outbox_id, identity_id, kind, route, day, body, made_at, expires_at)
       SELECT m.outbox_id, m.identity_id, m.kind, m.route, m.day, m.body, t.now,
              CASE WHEN m.kind = 'prompt' THEN t.now + $8::float8 * interval '1 millisecond' END
       FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::bytea[])
              WITH ORDINALITY AS m(outbox_id, identity_id, kind, route, day, body, place), t
       ORDER BY m.place
       ON CONFLICT (outbox_id) DO NOTHING
       RETURNING identity_id),
     woken AS (
       INSERT INTO bot.recipient (identity_id, pending, ready_at)
       SELECT identity_id, count(*)::integer, (SELECT now FROM t) FROM kept GROUP BY identity_id ORDER BY identity_id
       ON CONFLICT (identity_id) DO UPDATE SET
         pending = recipient.pending + excluded.pending,
         ready_at = coalesce(recipient.ready_at, excluded.ready_at)
       RETURNING 1)
     SELECT pg_notify('outbox', '') WHERE EXISTS (SELECT FROM woken)`,
    [
      pgArray.uuid(replies.map(({ outboxId }) => outboxId)),
      pgArray.uuid(replies.map(({ identityId }) => identityId)),
      pgArray.text(replies.map(({ kind }) => kind)),
      pgArray.text(replies.map(({ route }) => route)),
      pgArray.date(replies.map(({ day }) => day)),
      pgArray.bytea(replies.map(({ body }) => body)),
      clockOffsetMs,
      PROMPT_LIFE_MS,
    ],
  );
};
