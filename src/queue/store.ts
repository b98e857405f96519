import { pgArray } from '../base/pg-array.ts';
import type { Database, Reader, Transactor } from '../base/database.ts';
import { newFence, type IdentityId } from '../base/id.ts';
import { INPUT_COLUMNS, toInput, type InputRow } from './input-row-store.ts';
import { LEASE_MS, TRIES_BEFORE_ISOLATION, TRIES_MAX, type Claim, type Input, type LaneEnd } from './queue.ts';

/** PostgreSQL's clock plus the tests' offset ($1, milliseconds), read once a statement. */
const NOW = "(SELECT clock_timestamp() + $1 * interval '1 millisecond')";
const LEASE = `interval '${String(LEASE_MS)} milliseconds'`;
const FREE = `pending > 0 AND ready_at <= ${NOW} AND (lease_until IS NULL OR lease_until < ${NOW})`;

/** Which lanes a claim takes: healthy ones in numbers, a suspect one alone, an isolated one by name. */
export type ClaimKind =
  | { readonly kind: 'healthy'; readonly limit: number }
  | { readonly kind: 'suspect' }
  | { readonly kind: 'named'; readonly identityId: IdentityId };

type ClaimRow = { identity_id: IdentityId; fence: bigint; tries: number; session_ref: string | null };
const claimCondition = (
  wanted: ClaimKind,
): { readonly sql: string; readonly limit: number; readonly values: readonly unknown[] } => {
  switch (wanted.kind) {
    case 'healthy':
      return { sql: 'tries = 0', limit: wanted.limit, values: [] };
    case 'suspect':
      return { sql: `tries BETWEEN 1 AND ${String(TRIES_BEFORE_ISOLATION - 1)}`, limit: 1, values: [] };
    case 'named':
      return { sql: `identity_id = $4 AND tries < ${String(TRIES_MAX)}`, limit: 1, values: [wanted.identityId] };
  }
};

/**
 * Takes leases, oldest ready first, and reads each lane's head in a second statement: only a snapshot taken after the
 * lane's row is ours is sure to hold every input that was kept under that row's lock. One transaction: where the second
 * fails, no lane stays leased with a try that nobody made.
 */
export const claimLanes = (database: Database, wanted: ClaimKind, offsetMs: number): Promise<readonly Claim[]> =>
  database.transact((tx) => claimWithin(tx, wanted, offsetMs));

const claimWithin = async (tx: Transactor, wanted: ClaimKind, offsetMs: number): Promise<readonly Claim[]> => {
  const { sql, limit, values } = claimCondition(wanted);
  const held = await tx.query<ClaimRow>(
    `WITH picked AS MATERIALIZED (
       SELECT identity_id FROM bot.lane WHERE ${FREE} AND ${sql} ORDER BY ready_at LIMIT $2 FOR UPDATE SKIP LOCKED)
     UPDATE bot.lane AS l SET lease_until = ${NOW} + ${LEASE}, fence = $3, tries = tries + 1
     FROM picked WHERE l.identity_id = picked.identity_id
     RETURNING l.identity_id, l.fence, l.tries, l.session_ref`,
    [offsetMs, limit, newFence(), ...values],
  );
  if (held.length === 0) return [];
  const heads = await tx.query<ClaimRow & InputRow>(
    `SELECT c.identity_id, ${INPUT_COLUMNS}
     FROM unnest($2::uuid[]) AS c(identity_id) CROSS JOIN LATERAL (
       SELECT * FROM bot.input AS w WHERE w.identity_id = c.identity_id AND w.state = 'waiting' AND w.ready_at <= ${NOW}
       ORDER BY w.order_at, w.input_id LIMIT 1) AS i`,
    [offsetMs, pgArray.uuid(held.map(({ identity_id }) => identity_id))],
  );
  const lanes = new Map(held.map((lane) => [lane.identity_id, lane]));
  const claims = heads.flatMap((head) => {
    const lane = lanes.get(head.identity_id);
    lanes.delete(head.identity_id);
    return lane
      ? [
          {
            identityId: lane.identity_id,
            fence: lane.fence,
            tries: lane.tries - 1,
            sessionRef: lane.session_ref,
            input: toInput(head),
          },
        ]
      : [];
  });
  if (lanes.size > 0) await mendLanes(tx, [...lanes.keys()], offsetMs);
  return claims;
};

/** Other messages of the lane that wait behind its head, in order; for turns that answer several with one reply. */
export const readWaitingMessages = async (database: Reader, claim: Claim, limit: number): Promise<readonly Input[]> => {
  const rows = await database.query<InputRow>(
    `SELECT ${INPUT_COLUMNS} FROM bot.input AS i
     WHERE i.identity_id = $1 AND i.state = 'waiting' AND i.kind = 'message' AND i.input_id <> $2
     ORDER BY i.order_at, i.input_id LIMIT $3`,
    [claim.identityId, claim.input.inputId, limit],
  );
  return rows.map(toInput);
};

/** Locks the claims' lanes in intake's order and tells which still hold: their fence is theirs and the lease has not lapsed. */
export const holdLanes = async (
  tx: Transactor,
  claims: readonly Claim[],
  offsetMs: number,
): Promise<ReadonlySet<Claim>> => {
  const rows = await tx.query<{ identity_id: IdentityId; fence: bigint; alive: boolean }>(
    `SELECT identity_id, fence, coalesce(lease_until > clock_timestamp() + $1 * interval '1 millisecond', false) AS alive
     FROM bot.lane WHERE identity_id = ANY($2::uuid[]) ORDER BY identity_id FOR UPDATE`,
    [offsetMs, pgArray.uuid(claims.map(({ identityId }) => identityId))],
  );
  const byId = new Map(rows.map((row) => [row.identity_id, row]));
  // By claim, not by lane: two claims of one lane may meet in a batch, and only the newer holds it.
  return new Set(
    claims.filter(({ identityId, fence }) => {
      const row = byId.get(identityId);
      return row !== undefined && row.alive && row.fence === fence;
    }),
  );
};

/**
 * Ends inputs and lets their lanes go. The lanes are locked by `holdLanes` in the same transaction, so this statement's
 * snapshot sees every input that was ever counted in `pending`.
 */
export const endTurns = async (tx: Transactor, ends: readonly LaneEnd[], offsetMs: number): Promise<void> => {
  const inputs = ends.flatMap((end) => end.inputs);
  const done = await tx.query<{ identity_id: IdentityId }>(
    `UPDATE bot.input AS i SET state = 'done', body = NULL, ended_at = ${NOW}
     FROM unnest($2::date[], $3::bytea[]) AS e(day, dedupe) WHERE i.day = e.day AND i.dedupe = e.dedupe AND i.state = 'waiting'
     RETURNING i.identity_id`,
    [offsetMs, pgArray.date(inputs.map(({ day }) => day)), pgArray.bytea(inputs.map(({ dedupe }) => dedupe))],
  );
  // Counted by what was ended, not by what was named: a timer may have had its turn before.
  const counts = new Map<IdentityId, number>();
  for (const { identity_id: identityId } of done) counts.set(identityId, (counts.get(identityId) ?? 0) + 1);
  await freeLanes(tx, { ends, counts }, offsetMs);
};

type Freed = { readonly ends: readonly LaneEnd[]; readonly counts: ReadonlyMap<IdentityId, number> };

const freeLanes = (tx: Transactor, { ends, counts }: Freed, offsetMs: number): Promise<unknown> =>
  tx.query(
    `UPDATE bot.lane AS l
     SET pending = l.pending - e.ended, lease_until = NULL, tries = 0, session_ref = e.session_ref,
         ready_at = CASE WHEN l.pending > e.ended THEN coalesce(
           (SELECT min(i.ready_at) FROM bot.input AS i WHERE i.identity_id = l.identity_id AND i.state = 'waiting'), ${NOW}) END
     FROM unnest($2::uuid[], $3::int[], $4::text[]) AS e(identity_id, ended, session_ref)
     WHERE l.identity_id = e.identity_id`,
    [
      offsetMs,
      pgArray.uuid(ends.map(({ claim }) => claim.identityId)),
      pgArray.int4(ends.map(({ claim }) => counts.get(claim.identityId) ?? 0)),
      pgArray.text(ends.map((end) => end.sessionRef)),
    ],
  );

/** Keeps the leases of turns under way; rows that a commit holds just now need no beat. */
export const beatLeases = (database: Reader, claims: readonly Claim[], offsetMs: number): Promise<unknown> =>
  database.query(
    `UPDATE bot.lane AS l SET lease_until = ${NOW} + ${LEASE}
     FROM (SELECT b.identity_id FROM bot.lane AS b
           JOIN unnest($2::uuid[], $3::bigint[]) AS c(identity_id, fence) ON c.identity_id = b.identity_id AND c.fence = b.fence
           WHERE b.lease_until > ${NOW} ORDER BY b.identity_id FOR UPDATE OF b SKIP LOCKED) AS mine
     WHERE l.identity_id = mine.identity_id`,
    [
      offsetMs,
      pgArray.uuid(claims.map(({ identityId }) => identityId)),
      pgArray.int8(claims.map(({ fence }) => fence)),
    ],
  );

/** Gives a claim back: `isTry` keeps the try that the claim cost (a bug), otherwise the lane is as if never claimed. */
export const giveBack = (
  database: Reader,
  claim: Claim,
  { isTry, delayMs, offsetMs }: { readonly isTry: boolean; readonly delayMs: number; readonly offsetMs: number },
): Promise<unknown> =>
  database.query(
    `UPDATE bot.lane SET lease_until = NULL, tries = CASE WHEN $4 THEN tries ELSE greatest(tries - 1, 0) END,
       ready_at = CASE WHEN pending > 0 THEN ${NOW} + $5 * interval '1 millisecond' END
     WHERE identity_id = $2 AND fence = $3 AND lease_until IS NOT NULL`,
    [offsetMs, claim.identityId, claim.fence, isTry, delayMs],
  );

export type Trouble = { readonly identityId: IdentityId; readonly need: 'run alone' | 'isolate' | 'bury' };

/** The free lane that was lost most often, and what it needs: to run alone, in its own process, or its head buried. */
export const findTroubledLane = async (database: Reader, offsetMs: number): Promise<Trouble | undefined> => {
  const [row] = await database.query<{ identity_id: IdentityId; tries: number }>(
    `SELECT identity_id, tries FROM bot.lane WHERE ${FREE} AND tries > 0 ORDER BY tries DESC, ready_at LIMIT 1`,
    [offsetMs],
  );
  if (!row) return undefined;
  const need = row.tries >= TRIES_MAX ? 'bury' : row.tries >= TRIES_BEFORE_ISOLATION ? 'isolate' : 'run alone';
  return { identityId: row.identity_id, need };
};

/** Buries the head of a lane: it stays, sealed, for its operator, and the lane goes on. Undefined when nothing was left to bury. */
export const buryHead = async (
  tx: Transactor,
  identityId: IdentityId,
  offsetMs: number,
): Promise<Input | undefined> => {
  const [lane] = await tx.query(
    `SELECT identity_id FROM bot.lane WHERE identity_id = $2 AND ${FREE} AND tries >= ${String(TRIES_MAX)} FOR UPDATE SKIP LOCKED`,
    [offsetMs, identityId],
  );
  if (!lane) return undefined;
  const [row] = await tx.query<InputRow>(
    `UPDATE bot.input AS i SET state = 'buried', ended_at = ${NOW}
     FROM (SELECT day, dedupe FROM bot.input WHERE identity_id = $2 AND state = 'waiting' AND ready_at <= ${NOW}
           ORDER BY order_at, input_id LIMIT 1) AS head
     WHERE i.day = head.day AND i.dedupe = head.dedupe RETURNING ${INPUT_COLUMNS}`,
    [offsetMs, identityId],
  );
  await tx.query(
    `UPDATE bot.lane AS l SET pending = l.pending - $3, tries = 0, lease_until = NULL, session_ref = NULL, fence = $4,
       ready_at = CASE WHEN l.pending > $3 THEN ${NOW} END WHERE identity_id = $2`,
    [offsetMs, identityId, row ? 1 : 0, newFence()],
  );
  return row && toInput(row);
};

/** Sets `pending` and `ready_at` to what the inputs say, under the lane's lock; nothing to do unless something else failed. */
const mendLanes = async (database: Reader, identityIds: readonly IdentityId[], offsetMs: number): Promise<void> => {
  await database.query(
    `WITH locked AS MATERIALIZED (
       SELECT identity_id FROM bot.lane WHERE identity_id = ANY($2::uuid[]) ORDER BY identity_id FOR UPDATE)
     UPDATE bot.lane AS l SET lease_until = NULL, tries = greatest(l.tries - 1, 0), ready_at = CASE WHEN l.pending > 0 THEN coalesce(
         (SELECT min(i.ready_at) FROM bot.input AS i WHERE i.identity_id = l.identity_id AND i.state = 'waiting'), ${NOW} + interval '1 second') END
     FROM locked WHERE l.identity_id = locked.identity_id`,
    [offsetMs, identityIds],
  );
};

/** Compares every counter with what waits; mends the rows that differ, one transaction each, and returns how many. */
export const sweepLanes = async (database: Database, offsetMs: number): Promise<number> => {
  const wrong = await database.query<{ identity_id: IdentityId }>(
    `SELECT l.identity_id FROM bot.lane AS l
     LEFT JOIN (SELECT identity_id, count(*) AS waiting FROM bot.input WHERE state = 'waiting' GROUP BY 1) AS w USING (identity_id)
     WHERE l.pending <> coalesce(w.waiting, 0)`,
  );
  let mended = 0;
  for (const { identity_id: identityId } of wrong) {
    mended += await database.transact(async (tx) => {
      await tx.query('SELECT FROM bot.lane WHERE identity_id = $1 FOR UPDATE', [identityId]);
      const rows = await tx.query(
        `UPDATE bot.lane AS l SET pending = w.waiting, ready_at = CASE WHEN w.waiting > 0 THEN coalesce(w.ready_at, ${NOW}) END
         FROM (SELECT count(*)::int AS waiting, min(ready_at) AS ready_at FROM bot.input WHERE identity_id = $2 AND state = 'waiting') AS w
         WHERE l.identity_id = $2 AND l.pending <> w.waiting RETURNING 1`,
        [offsetMs, identityId],
      );
      return rows.length;
    });
  }
  return mended;
};

/** When the next lane becomes ready, in milliseconds from now; undefined when none waits. */
export const readNextReady = async (database: Reader, offsetMs: number): Promise<number | undefined> => {
  const [row] = await database.query<{ wait_ms: number | null }>(
    `SELECT (extract(epoch FROM min(greatest(ready_at, coalesce(lease_until, ready_at))) - ${NOW}) * 1000)::float8 AS wait_ms FROM bot.lane WHERE pending > 0`,
    [offsetMs],
  );
  return row?.wait_ms ?? undefined;
};

/** The head of a lane as it stands, without claiming it. */
export const peekHead = async (
  database: Reader,
  identityId: IdentityId,
  offsetMs: number,
): Promise<Input | undefined> => {
  const [row] = await database.query<InputRow>(
    `SELECT ${INPUT_COLUMNS} FROM bot.input AS i WHERE i.identity_id = $2 AND i.state = 'waiting' AND i.ready_at <= ${NOW}
     ORDER BY i.order_at, i.input_id LIMIT 1`,
    [offsetMs, identityId],
  );
  return row && toInput(row);
};

/** Inputs that are ready and not yet ended, those under way included. */
export const countReady = async (database: Reader, offsetMs: number): Promise<number> => {
  const [row] = await database.query<{ ready: number }>(
    `SELECT count(*)::int AS ready FROM bot.lane WHERE pending > 0 AND ready_at <= ${NOW}`,
    [offsetMs],
  );
  return row?.ready ?? 0;
};
