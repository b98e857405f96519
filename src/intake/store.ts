import { pgArray } from '../base/pg-array.ts';
import type { Database, Transactor } from '../base/database.ts';
import { isoTime } from '../base/clock.ts';
import type { Who, Known } from './resolve.ts';
import { proveAmong, readIdentities, resolveAmong } from './identity-store.ts';
import { DAYS_AHEAD, DAYS_BEHIND, type ReceiptStatus } from './intake.ts';

/* The one store that writes other rooms' tables: lanes' counters and the outbox's receipts, in the commit before the 200. */

const NOW = "(SELECT clock_timestamp() + $1 * interval '1 millisecond')";

/** A message ready to be kept: sealed, hashed, its day known. */
export type MessageRow = {
  readonly row: 'message';
  readonly who: Who;
  readonly day: string;
  readonly dedupe: Buffer;
  readonly sentAtMs: number;
  readonly route: 'graph' | 'simulator';
  readonly sealed: Buffer;
};

export type StatusRow = {
  readonly row: 'status';
  readonly wamidHash: Buffer;
  readonly status: ReceiptStatus;
  readonly atMs: number;
  readonly outboxId: string | undefined;
  readonly errorCode: number | undefined;
};

export type QuarantineRow = {
  readonly row: 'quarantine';
  readonly day: string;
  readonly reason: string;
  readonly dedupe: Buffer;
  readonly sealed: Buffer;
};

/** `unsettled`: the speaker's identity must first be created, bound or split. */
export type KeepOutcome = 'kept' | 'duplicate' | 'unsettled';

const hex = (buffer: Buffer): string => buffer.toString('hex');
const fromHex = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text, 'hex'));

/**
 * Keeps messages whose speaker is settled: lanes are locked first, in sorted order, then ids are given, so that a lane's
 * ids follow its commits whichever door they come by. What was read of an identity before its lane was ours is checked
 * again while inserting; a row that no longer fits is left unsettled.
 */
export const keepMessages = async (
  tx: Transactor,
  rows: readonly MessageRow[],
  offsetMs: number,
): Promise<readonly KeepOutcome[]> => {
  if (rows.length === 0) return [];
  const byHash = await readIdentities(
    tx,
    rows.map(({ who }) => who),
    'lanes',
  );
  const byId = new Map([...byHash.values()].map((known) => [known.identityId, known]));
  const settled = rows.flatMap((row) => {
    const resolution = resolveAmong(proveAmong(row.who, byHash), byHash);
    if (resolution.act !== 'use') return [];
    const seen = byId.get(resolution.identityId);
    return seen ? [{ row, seen, mayMoveMoney: resolution.mayMoveMoney }] : [];
  });
  const outcomes = new Map(settled.length === 0 ? [] : await insertMessages(tx, settled, offsetMs));
  return rows.map((row) => outcomes.get(row) ?? 'unsettled');
};

type Settled = { readonly row: MessageRow; readonly seen: Known; readonly mayMoveMoney: boolean };

const insertMessages = async (
  tx: Transactor,
  settled: readonly Settled[],
  offsetMs: number,
): Promise<readonly (readonly [MessageRow, KeepOutcome])[]> => {
  const answers = await tx.query<{ n: bigint | null; dedupe: Buffer | null }>(
    `WITH fit AS (
       SELECT u.* FROM unnest($2::uuid[], $3::date[], $4::bytea[], $5::timestamptz[], $6::boolean[], $7::text[], $8::bytea[], $9::bytea[], $10::bytea[])
         WITH ORDINALITY AS u(identity_id, day, dedupe, order_at, may_move_money, route, body, bsuid, phone, n)
       JOIN bot.identity AS i ON i.identity_id = u.identity_id AND i.standing <> 'closed'
         AND i.bsuid_hash IS NOT DISTINCT FROM u.bsuid AND i.phone_hash IS NOT DISTINCT FROM u.phone),
     kept AS (
       INSERT INTO bot.input (day, identity_id, kind, dedupe, order_at, ready_at, kept_at, may_move_money, route, body)
       SELECT day, identity_id, 'message', dedupe, order_at, ${NOW}, ${NOW}, may_move_money, route, body FROM fit ORDER BY n
       ON CONFLICT (day, dedupe) DO NOTHING RETURNING identity_id, day, dedupe, order_at),
     counted AS (SELECT identity_id, count(*)::int AS more, max(order_at) AS last_message_at FROM kept GROUP BY identity_id),
     lanes AS (
       UPDATE bot.lane AS l SET pending = l.pending + c.more, ready_at = least(l.ready_at, ${NOW}),
         last_message_at = greatest(l.last_message_at, c.last_message_at)
       FROM counted AS c WHERE l.identity_id = c.identity_id RETURNING 1),
     told AS (SELECT pg_notify('lane', '') FROM lanes LIMIT 1)
     SELECT n, NULL AS dedupe FROM fit UNION ALL SELECT NULL, dedupe FROM kept UNION ALL SELECT NULL, NULL FROM told`,
    [
      offsetMs,
      pgArray.uuid(settled.map(({ seen }) => seen.identityId)),
      pgArray.date(settled.map(({ row }) => row.day)),
      pgArray.bytea(settled.map(({ row }) => row.dedupe)),
      pgArray.timestamptz(settled.map(({ row }) => row.sentAtMs)),
      pgArray.bool(settled.map(({ mayMoveMoney }) => mayMoveMoney)),
      pgArray.text(settled.map(({ row }) => row.route)),
      pgArray.bytea(settled.map(({ row }) => row.sealed)),
      pgArray.bytea(settled.map(({ seen }) => fromHex(seen.bsuid))),
      pgArray.bytea(settled.map(({ seen }) => fromHex(seen.phone))),
    ],
  );
  // The same wamid twice in one statement is inserted once: only the first of the two was kept.
  const kept = new Set(answers.flatMap(({ dedupe }) => (dedupe === null ? [] : [hex(dedupe)])));
  return answers.flatMap(({ n }) => {
    const row = n === null ? undefined : settled[Number(n) - 1]?.row;
    return row ? [[row, kept.delete(hex(row.dedupe)) ? 'kept' : 'duplicate'] as const] : [];
  });
};

/** Which of a person's receipts says more: monotone, and a late `failed` never takes back a `delivered`. */
const RECEIPT_RANK: Readonly<Record<ReceiptStatus, number>> = { sent: 1, failed: 2, delivered: 3, read: 4 };

/** One status a message: of several in a batch the one that says most. */
const strongest = (rows: readonly StatusRow[]): readonly StatusRow[] => {
  const best = new Map<string, StatusRow>();
  for (const row of rows) {
    const key = row.outboxId ?? hex(row.wamidHash);
    const held = best.get(key);
    if (!held || RECEIPT_RANK[row.status] > RECEIPT_RANK[held.status]) best.set(key, row);
  }
  return [...best.values()];
};

export type FoldedFailure = { readonly outboxId: string; readonly errorCode: number | null };

/**
 * Folds statuses into the outbox rows they belong to, by our own id where Meta echoes it, else by the wamid's hash; one
 * that belongs to no row yet is kept until the sender's mark. An ambiguous send that is settled by it is looked at now.
 */
export const foldStatuses = async (
  tx: Transactor,
  rows: readonly StatusRow[],
  offsetMs: number,
): Promise<readonly FoldedFailure[]> => {
  if (rows.length === 0) return [];
  const statuses = strongest(rows);
  const found = await tx.query<{ n: bigint; outbox_id: string; failed: boolean; error_code: number | null }>(
    `WITH said AS (
       SELECT * FROM unnest($2::uuid[], $3::bytea[], $4::text[], $5::timestamptz[], $6::int[], $7::int[])
         WITH ORDINALITY AS u(outbox_id, wamid_hash, receipt, receipt_at, error_code, rank, n)),
     found AS MATERIALIZED (
       SELECT o.outbox_id, o.receipt, o.state, o.identity_id FROM bot.outbox AS o
       WHERE o.outbox_id = ANY($2::uuid[]) OR o.wamid_hash = ANY($3::bytea[]) ORDER BY o.outbox_id FOR UPDATE),
     matched AS (
       SELECT s.*, f.outbox_id AS row_id, f.state, f.identity_id,
         s.rank > coalesce(array_position(ARRAY['sent', 'failed', 'delivered', 'read'], f.receipt), 0) AS says_more
       FROM said AS s JOIN found AS f ON f.outbox_id = s.outbox_id
       UNION ALL
       SELECT s.*, o.outbox_id, f.state, f.identity_id, s.rank > coalesce(array_position(ARRAY['sent', 'failed', 'delivered', 'read'], f.receipt), 0)
       FROM said AS s JOIN bot.outbox AS o ON o.wamid_hash = s.wamid_hash JOIN found AS f ON f.outbox_id = o.outbox_id
       WHERE s.outbox_id IS NULL),
     -- One row may be told of by its id and by its wamid in one batch: what says most is folded.
     best AS (SELECT DISTINCT ON (row_id) n, row_id, receipt, receipt_at, error_code FROM matched WHERE says_more ORDER BY row_id, rank DESC),
     folded AS (
       UPDATE bot.outbox AS o SET receipt = b.receipt, receipt_at = b.receipt_at, receipt_error = b.error_code
       FROM best AS b WHERE o.outbox_id = b.row_id RETURNING o.outbox_id),
     hurried AS (
       UPDATE bot.recipient AS r SET ready_at = ${NOW}
       FROM (SELECT identity_id FROM bot.recipient
             WHERE identity_id IN (SELECT identity_id FROM matched WHERE state = 'ambiguous') AND pending > 0
             ORDER BY identity_id FOR UPDATE) AS m
       WHERE r.identity_id = m.identity_id RETURNING 1)
     SELECT m.n, m.row_id AS outbox_id, b.receipt IS NOT DISTINCT FROM 'failed' AS failed, m.error_code
     FROM matched AS m LEFT JOIN best AS b USING (n, row_id)`,
    [
      offsetMs,
      pgArray.uuid(statuses.map(({ outboxId }) => outboxId ?? null)),
      pgArray.bytea(statuses.map(({ wamidHash }) => wamidHash)),
      pgArray.text(statuses.map(({ status }) => status)),
      pgArray.timestamptz(statuses.map(({ atMs }) => atMs)),
      pgArray.int4(statuses.map(({ errorCode }) => errorCode ?? null)),
      pgArray.int4(statuses.map(({ status }) => RECEIPT_RANK[status])),
    ],
  );
  const matched = new Set(found.map(({ n }) => Number(n) - 1));
  await keepStrays(
    tx,
    statuses.filter((_, index) => !matched.has(index)),
  );
  return found.filter(({ failed }) => failed).map((row) => ({ outboxId: row.outbox_id, errorCode: row.error_code }));
};

const keepStrays = async (tx: Transactor, statuses: readonly StatusRow[]): Promise<void> => {
  if (statuses.length === 0) return;
  await tx.query(
    `INSERT INTO bot.stray_receipt (wamid_hash, receipt, receipt_at, receipt_error)
     SELECT * FROM unnest($1::bytea[], $2::text[], $3::timestamptz[], $4::int[]) ON CONFLICT DO NOTHING`,
    [
      statuses.map(({ wamidHash }) => wamidHash),
      statuses.map(({ status }) => status),
      statuses.map(({ atMs }) => isoTime(atMs)),
      statuses.map(({ errorCode }) => errorCode ?? null),
    ],
  );
};

export const keepQuarantined = async (tx: Transactor, rows: readonly QuarantineRow[]): Promise<void> => {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO bot.quarantine (day, reason, dedupe, body) SELECT * FROM unnest($1::date[], $2::text[], $3::bytea[], $4::bytea[])
     ON CONFLICT (dedupe) DO NOTHING`,
    [
      rows.map(({ day }) => day),
      rows.map(({ reason }) => reason),
      rows.map(({ dedupe }) => dedupe),
      rows.map(({ sealed }) => sealed),
    ],
  );
};

/**
 * Makes the partitions that a timestamp may fall into; how many were missing. A day at a time, so that doors that start
 * together, and requests that are being kept, wait for one another for as long as one table takes.
 */
export const makeInputDays = async (database: Database, today: string): Promise<number> => {
  let made = 0;
  for (let offsetDays = -DAYS_BEHIND; offsetDays <= DAYS_AHEAD; offsetDays += 1) {
    const [row] = await database.transact((tx) =>
      tx.query<{ made: number }>('SELECT bot.make_input_days($1::date + $2::int, 0, 0) AS made', [today, offsetDays]),
    );
    made += row?.made ?? 0;
  }
  return made;
};
