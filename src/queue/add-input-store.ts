import type { Transactor } from '../base/database.ts';
import { pgArray } from '../base/pg-array.ts';
import type { NewInput } from './queue.ts';

const NOW = "(SELECT clock_timestamp() + $1 * interval '1 millisecond')";

/**
 * Keeps notices and timers in their lanes, each once; returns how many are new. Locks the lanes in intake's order before
 * ids are given, so that a lane's ids follow its commits.
 */
export const addInputs = async (tx: Transactor, inputs: readonly NewInput[], offsetMs: number): Promise<number> => {
  if (inputs.length === 0) return 0;
  const lanes = pgArray.uuid(inputs.map(({ identityId }) => identityId));
  await tx.query('SELECT FROM bot.lane WHERE identity_id = ANY($1::uuid[]) ORDER BY identity_id FOR UPDATE', [lanes]);
  const rows = await tx.query<{ added: number }>(
    `WITH kept AS (
       INSERT INTO bot.input (day, identity_id, kind, dedupe, order_at, ready_at, kept_at, may_move_money, route, body)
       SELECT u.day, u.identity_id, u.kind, u.dedupe, u.order_at, u.ready_at, ${NOW}, false, u.route, u.body
       FROM unnest($2::uuid[], $3::date[], $4::text[], $5::bytea[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::bytea[])
         AS u(identity_id, day, kind, dedupe, order_at, ready_at, route, body)
       ON CONFLICT (day, dedupe) DO NOTHING RETURNING identity_id, ready_at),
     counted AS (SELECT identity_id, count(*)::int AS more, min(ready_at) AS ready_at FROM kept GROUP BY identity_id),
     added AS (
       UPDATE bot.lane AS l SET pending = l.pending + c.more, ready_at = least(l.ready_at, c.ready_at)
       FROM counted AS c WHERE l.identity_id = c.identity_id RETURNING c.more, c.ready_at),
     told AS (SELECT pg_notify('lane', '') FROM added WHERE ready_at <= ${NOW} LIMIT 1)
     SELECT coalesce(sum(more), 0)::int AS added, (SELECT count(*) FROM told) AS told FROM added`,
    [
      offsetMs,
      lanes,
      pgArray.date(inputs.map(({ day }) => day)),
      pgArray.text(inputs.map(({ kind }) => kind)),
      pgArray.bytea(inputs.map(({ dedupe }) => dedupe)),
      pgArray.timestamptz(inputs.map(({ orderAtMs }) => orderAtMs)),
      pgArray.timestamptz(inputs.map(({ dueAtMs }) => dueAtMs)),
      pgArray.text(inputs.map(({ route }) => route)),
      pgArray.bytea(inputs.map(({ body }) => body)),
    ],
  );
  return rows[0]?.added ?? 0;
};
