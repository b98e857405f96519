import type { Clock } from '../base/clock.ts';
import type { Reader } from '../base/database.ts';
import type { OutboxId } from '../base/id.ts';
import type { ClaimedReply } from './claim-store.ts';
import type { Settlement } from './settle-send.ts';

/** What one send came to, to be written to its row and its recipient. */
export type Mark = Pick<ClaimedReply, 'outboxId' | 'identityId' | 'tries' | 'fence'> &
  Pick<Settlement, 'state' | 'waitMs' | 'throttled'> & { readonly errorCode?: number; readonly wamidHash?: Buffer };

/** The state the row has now; undefined when it was no longer this sender's to decide. */
export type Marked = Settlement['state'] | undefined;

export type MarkStore = { readonly mark: (marks: readonly Mark[]) => Promise<readonly Marked[]> };

/**
 * Locks, in this order: outbox rows by id, then recipients by id; `due` is an aggregate over what `done` wrote, so no
 * recipient is locked before. That Graph accepted a row is true whoever holds the lease; all else is written only by the
 * sender of the row's latest try. Open is said as `ended_at IS NULL`: by `state` the planner would read the index of all
 * open rows. The counter goes down by the rows that really ended here, from its newest value.
 */
const MARK = `
  WITH t AS MATERIALIZED (SELECT clock_timestamp() + $1::float8 * interval '1 millisecond' AS now),
  mark AS MATERIALIZED (
    SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::integer[], $6::text[], $7::bytea[], $8::integer[],
                         $9::float8[], $10::integer[])
      AS m(outbox_id, identity_id, fence, tries, state, wamid_hash, error_code, wait_ms, throttled)),
  stray AS (
    DELETE FROM bot.stray_receipt s USING mark m WHERE s.wamid_hash = m.wamid_hash
    RETURNING s.wamid_hash, s.receipt, s.receipt_at, s.receipt_error),
  told AS (
    SELECT DISTINCT ON (wamid_hash) * FROM stray
    ORDER BY wamid_hash, array_position(ARRAY['sent', 'failed', 'delivered', 'read'], receipt) DESC),
  locked AS MATERIALIZED (
    SELECT outbox_id FROM bot.outbox
    WHERE outbox_id = ANY ($2::uuid[]) AND ended_at IS NULL
    ORDER BY outbox_id FOR UPDATE),
  verdict AS (
    SELECT m.outbox_id, m.tries, m.state, m.wamid_hash, m.error_code, w.receipt, w.receipt_at, w.receipt_error
    FROM mark m JOIN locked USING (outbox_id) LEFT JOIN told w ON w.wamid_hash = m.wamid_hash),
  done AS (
    UPDATE bot.outbox o SET
      state = CASE WHEN v.state = 'ambiguous' AND o.receipt = 'failed' THEN 'undelivered'
                   WHEN v.state = 'ambiguous' AND o.receipt IS NOT NULL THEN 'sent' ELSE v.state END,
      body = CASE WHEN v.state = 'waiting' OR (v.state = 'ambiguous' AND o.receipt IS NULL) THEN o.body END,
      ended_at = CASE WHEN v.state = 'waiting' OR (v.state = 'ambiguous' AND o.receipt IS NULL) THEN NULL ELSE t.now END,
      ambiguities = o.ambiguities + (v.state = 'ambiguous')::integer,
      wamid_hash = coalesce(v.wamid_hash, o.wamid_hash),
      error_code = coalesce(v.error_code, o.error_code),
      receipt = coalesce(o.receipt, v.receipt),
      receipt_at = coalesce(o.receipt_at, v.receipt_at),
      receipt_error = coalesce(o.receipt_error, v.receipt_error)
    FROM verdict v, t
    WHERE o.outbox_id = v.outbox_id AND o.ended_at IS NULL
      AND (v.state = 'sent' OR (o.state = 'sending' AND o.tries = v.tries))
    RETURNING o.outbox_id, o.state),
  due AS MATERIALIZED (
    SELECT m.identity_id, max(m.fence) AS fence, max(m.throttled) AS throttled,
           count(*) FILTER (WHERE d.state IN ('sent', 'undelivered'))::integer AS ended,
           max(CASE WHEN d.state IN ('waiting', 'ambiguous') THEN m.wait_ms ELSE 0 END) AS wait_ms
    FROM mark m LEFT JOIN done d USING (outbox_id) GROUP BY m.identity_id),
  held AS MATERIALIZED (
    SELECT identity_id FROM bot.recipient WHERE identity_id IN (SELECT identity_id FROM due)
    ORDER BY identity_id FOR UPDATE),
  freed AS (
    UPDATE bot.recipient r SET
      pending = r.pending - d.ended,
      ready_at = CASE WHEN r.pending = d.ended THEN NULL
                      WHEN r.fence = d.fence AND r.lease_until IS NOT NULL THEN t.now + d.wait_ms * interval '1 millisecond'
                      ELSE r.ready_at END,
      lease_until = CASE WHEN r.fence = d.fence THEN NULL ELSE r.lease_until END,
      throttled = CASE WHEN r.fence = d.fence THEN d.throttled ELSE r.throttled END
    FROM due d JOIN held USING (identity_id), t WHERE r.identity_id = d.identity_id)
  SELECT outbox_id, state FROM done`;

export const createMarkStore = ({ database, clock }: { database: Reader; clock: Clock }): MarkStore =>
  Object.freeze({
    mark: async (marks: readonly Mark[]) => {
      const rows = await database.query<{ outbox_id: OutboxId; state: Settlement['state'] }>(MARK, [
        clock.offsetMs(),
        marks.map(({ outboxId }) => outboxId),
        marks.map(({ identityId }) => identityId),
        marks.map(({ fence }) => fence),
        marks.map(({ tries }) => tries),
        marks.map(({ state }) => state),
        marks.map(({ wamidHash }) => wamidHash ?? null),
        marks.map(({ errorCode }) => errorCode ?? null),
        marks.map(({ waitMs }) => waitMs),
        marks.map(({ throttled }) => throttled),
      ]);
      const states = new Map(rows.map(({ outbox_id, state }) => [outbox_id, state]));
      return marks.map(({ outboxId }) => states.get(outboxId));
    },
  });
