import type { Clock } from '../base/clock.ts';
import type { Database, Transactor } from '../base/database.ts';
import type { IdentityId, OutboxId } from '../base/id.ts';
import { decideHead, leaseUntilMs, type EndedRow, type HeadDecision, type OpenRow } from './decide-head.ts';
import { ROWS_SEEN_MAX } from './limits.ts';
import { slotsFree, spendSlots, waitForSlotsMs, type Pace } from './pacing.ts';
import type { SealedReply } from './seal-reply.ts';
import type { SentRow } from './settle-send.ts';

/** A row this process may send now: marked `sending` in a committed transaction. `tries` is its fence. */
export type ClaimedReply = SealedReply & SentRow & { readonly fence: bigint };

export type Claim = {
  readonly sends: readonly ClaimedReply[];
  readonly ended: readonly (EndedRow & { readonly identityId: IdentityId })[];
  readonly doubted: readonly { readonly outboxId: OutboxId; readonly identityId: IdentityId }[];
  /** Recipients looked at; as many as asked for means that more may be ready. */
  readonly seen: number;
  /** Above 0 when the business number's pace let fewer through than asked for. */
  readonly pacedMs: number;
};

export type ClaimStore = {
  readonly claim: (recipientsMax: number) => Promise<Claim>;
  /** Milliseconds until the next recipient is due, at most 0 when one is; undefined when nothing waits. */
  readonly nextDueMs: () => Promise<number | undefined>;
};

export type ClaimStoreDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly pair: Pace;
  readonly pace: Pace;
};

type RecipientRow = {
  identity_id: IdentityId;
  fence: bigint;
  pending: number;
  pair_at: number | null;
  throttled: number;
};
type HeadRow = {
  outbox_id: OutboxId;
  identity_id: IdentityId;
  place: number;
  kind: OpenRow['kind'];
  route: SealedReply['route'];
  day: string;
  body: Buffer;
  state: OpenRow['state'];
  tries: number;
  ambiguities: number;
  is_expired: boolean;
  receipt: OpenRow['receipt'];
};
type Decided = { readonly recipient: RecipientRow; readonly isEmpty: boolean; readonly decision: HeadDecision };

const MOMENT = `to_timestamp($1::float8 / 1000)`;
const NOTHING: Claim = { sends: [], ended: [], doubted: [], seen: 0, pacedMs: 0 };

/** The lock of all senders' pace: held for one claim, which reserves for its whole batch. */
const lockPace = async (
  tx: Transactor,
  offsetMs: number,
): Promise<{ nowMs: number; pacedAtMs: number | undefined }> => {
  const read = `SELECT extract(epoch FROM paced_at)::float8 * 1000 AS paced_at,
                       extract(epoch FROM clock_timestamp())::float8 * 1000 + $1::float8 AS now
                FROM bot.pace WHERE name = 'send' FOR UPDATE`;
  const [row] = await tx.query<{ paced_at: number; now: number }>(read, [offsetMs]);
  if (row) return { nowMs: row.now, pacedAtMs: row.paced_at };
  await tx.query(`INSERT INTO bot.pace (name, paced_at) VALUES ('send', '-infinity') ON CONFLICT DO NOTHING`);
  return lockPace(tx, offsetMs);
};

const lockRecipients = (tx: Transactor, nowMs: number, count: number): Promise<readonly RecipientRow[]> =>
  tx.query<RecipientRow>(
    `SELECT identity_id, fence, pending, extract(epoch FROM pair_at)::float8 * 1000 AS pair_at, throttled
     FROM bot.recipient WHERE pending > 0 AND ready_at <= ${MOMENT}
     ORDER BY ready_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
    [nowMs, count],
  );

/**
 * A statement of its own, so that its snapshot is younger than the recipients' locks: what their holders committed is
 * seen. The head is found without locking, then locked unless somebody holds it: skipping must not choose the next one.
 * One look-up a row, by key: a join on `state` lets the planner read every open row there is.
 */
const lockHeads = (tx: Transactor, nowMs: number, identityIds: readonly IdentityId[]): Promise<readonly HeadRow[]> =>
  tx.query<HeadRow>(
    `WITH head AS MATERIALIZED (
       SELECT o.outbox_id, row_number() OVER (PARTITION BY o.identity_id ORDER BY o.seq)::integer AS place
       FROM unnest($2::uuid[]) AS r(identity_id) CROSS JOIN LATERAL (
         SELECT outbox_id, identity_id, seq FROM bot.outbox
         WHERE identity_id = r.identity_id AND state IN ('waiting', 'sending', 'ambiguous')
         ORDER BY seq LIMIT $3) AS o)
     SELECT o.*, h.place, coalesce(o.expires_at <= ${MOMENT}, false) AS is_expired
     FROM head h CROSS JOIN LATERAL (
       SELECT outbox_id, identity_id, kind, route, day, body, state, tries, ambiguities, expires_at, receipt
       FROM bot.outbox WHERE outbox_id = h.outbox_id AND ended_at IS NULL FOR UPDATE SKIP LOCKED) AS o`,
    [nowMs, identityIds, ROWS_SEEN_MAX],
  );

/** Of recipients none of whose rows could be locked, those that have none: whatever the counter says, nothing waits. */
const findEmpty = async (tx: Transactor, identityIds: readonly IdentityId[]): Promise<ReadonlySet<IdentityId>> => {
  if (identityIds.length === 0) return new Set();
  const rows = await tx.query<{ identity_id: IdentityId }>(
    `SELECT identity_id FROM unnest($1::uuid[]) AS r(identity_id) WHERE NOT EXISTS (
       SELECT FROM bot.outbox o WHERE o.identity_id = r.identity_id AND o.state IN ('waiting', 'sending', 'ambiguous'))`,
    [identityIds],
  );
  return new Set(rows.map(({ identity_id }) => identity_id));
};

type RowChange = { readonly id: OutboxId; readonly state: string; readonly tried: number; readonly doubted: number };
type RecipientChange = {
  readonly id: IdentityId;
  readonly ended: number;
  readonly sends: boolean;
  readonly untilMs: number;
  readonly pairAtMs: number | null;
};

const changesOf = (
  { recipient, isEmpty, decision }: Decided,
  nowMs: number,
  pair: Pace,
): { rows: RowChange[]; recipient: RecipientChange } => {
  const { ended, next } = decision;
  const rows: RowChange[] = ended.map(({ outboxId, end }) => ({ id: outboxId, state: end, tried: 0, doubted: 0 }));
  if (next.do === 'send') rows.push({ id: next.row.outboxId, state: 'sending', tried: 1, doubted: 0 });
  if (next.do === 'wait' && next.doubted) rows.push({ id: next.doubted, state: 'ambiguous', tried: 0, doubted: 1 });
  const sends = next.do === 'send';
  return {
    rows,
    recipient: {
      id: recipient.identity_id,
      ended: isEmpty ? recipient.pending : ended.length,
      sends,
      untilMs: sends ? leaseUntilMs(nowMs) : next.do === 'wait' ? next.untilMs : nowMs,
      pairAtMs: sends ? spendSlots(pair, recipient.pair_at ?? undefined, { nowMs, count: 1 }) : null,
    },
  };
};

/** Rows, recipients and pace in one statement; every row it writes is locked by this transaction already. */
const keepDecisions = async (
  tx: Transactor,
  nowMs: number,
  {
    rows,
    recipients,
    pacedAtMs,
  }: { rows: readonly RowChange[]; recipients: readonly RecipientChange[]; pacedAtMs: number | null },
): Promise<void> => {
  await tx.query(
    `WITH changed AS (
       UPDATE bot.outbox o SET state = c.state, tries = o.tries + c.tried, ambiguities = o.ambiguities + c.doubted,
         body = CASE WHEN c.state IN ('sending', 'ambiguous') THEN o.body END,
         ended_at = CASE WHEN c.state IN ('sending', 'ambiguous') THEN NULL ELSE ${MOMENT} END
       FROM unnest($2::uuid[], $3::text[], $4::integer[], $5::integer[]) AS c(outbox_id, state, tried, doubted)
       WHERE o.outbox_id = c.outbox_id),
     paced AS (UPDATE bot.pace SET paced_at = to_timestamp($6::float8 / 1000) WHERE name = 'send' AND $6::float8 IS NOT NULL)
     UPDATE bot.recipient r SET
       pending = r.pending - c.ended,
       ready_at = CASE WHEN r.pending > c.ended THEN to_timestamp(c.until_ms / 1000) END,
       lease_until = CASE WHEN c.sends THEN to_timestamp(c.until_ms / 1000) END,
       fence = r.fence + c.sends::integer,
       pair_at = coalesce(to_timestamp(c.pair_ms / 1000), r.pair_at)
     FROM unnest($7::uuid[], $8::integer[], $9::boolean[], $10::float8[], $11::float8[])
       AS c(identity_id, ended, sends, until_ms, pair_ms)
     WHERE r.identity_id = c.identity_id`,
    [
      nowMs,
      rows.map(({ id }) => id),
      rows.map(({ state }) => state),
      rows.map(({ tried }) => tried),
      rows.map(({ doubted }) => doubted),
      pacedAtMs,
      recipients.map(({ id }) => id),
      recipients.map(({ ended }) => ended),
      recipients.map(({ sends }) => sends),
      recipients.map(({ untilMs }) => untilMs),
      recipients.map(({ pairAtMs }) => pairAtMs),
    ],
  );
};

const toClaimed = (row: HeadRow, recipient: RecipientRow): ClaimedReply => ({
  outboxId: row.outbox_id,
  identityId: row.identity_id,
  kind: row.kind,
  route: row.route,
  day: row.day,
  body: row.body,
  tries: row.tries + 1,
  ambiguities: row.ambiguities,
  throttled: recipient.throttled,
  fence: recipient.fence + 1n,
});

const toOpenRow = (row: HeadRow): OpenRow => ({
  outboxId: row.outbox_id,
  place: row.place,
  kind: row.kind,
  state: row.state,
  ambiguities: row.ambiguities,
  isExpired: row.is_expired,
  receipt: row.receipt,
});

type Found = {
  pair: Pace;
  pace: Pace;
  heads: readonly HeadRow[];
  nowMs: number;
  arrivalMs: number | undefined;
  recipientsMax: number;
  free: number;
};
const keepAndTell = async (tx: Transactor, decided: readonly Decided[], found: Found): Promise<Claim> => {
  const { pair, pace, heads, nowMs, arrivalMs, recipientsMax, free } = found;
  const changes = decided.map((one) => changesOf(one, nowMs, pair));
  const byId = new Map(heads.map((row) => [row.outbox_id, row]));
  const sends = decided.flatMap(({ recipient, decision: { next } }) => {
    const row = next.do === 'send' ? byId.get(next.row.outboxId) : undefined;
    return row ? [toClaimed(row, recipient)] : [];
  });
  const nextPacedMs = sends.length > 0 ? spendSlots(pace, arrivalMs, { nowMs, count: sends.length }) : null;
  await keepDecisions(tx, nowMs, {
    rows: changes.flatMap(({ rows }) => rows),
    recipients: changes.map(({ recipient }) => recipient),
    pacedAtMs: nextPacedMs,
  });
  return {
    sends,
    ended: decided.flatMap(({ recipient, decision: { ended } }) =>
      ended.map((row) => ({ ...row, identityId: recipient.identity_id })),
    ),
    doubted: decided.flatMap(({ recipient, decision: { next } }) =>
      next.do === 'wait' && next.doubted ? [{ outboxId: next.doubted, identityId: recipient.identity_id }] : [],
    ),
    seen: decided.length,
    pacedMs:
      free < recipientsMax && decided.length === free
        ? waitForSlotsMs(pace, nextPacedMs ?? arrivalMs, { nowMs, count: recipientsMax })
        : 0,
  };
};

/**
 * Takes recipients that are due, oldest first, and marks the head row of each as `sending` before anything is sent
 * (design 2.8). Never waits for a recipient or a row: locks are taken with SKIP LOCKED, so senders and marks cannot block
 * it; only the pace of the business number is waited for.
 */
export const createClaimStore = ({ database, clock, pair, pace }: ClaimStoreDeps): ClaimStore => {
  const claimIn = async (tx: Transactor, recipientsMax: number): Promise<Claim> => {
    const { nowMs, pacedAtMs } = await lockPace(tx, clock.offsetMs());
    const arrivalMs = pacedAtMs !== undefined && Number.isFinite(pacedAtMs) ? pacedAtMs : undefined;
    const free = Math.min(slotsFree(pace, arrivalMs, nowMs), recipientsMax);
    if (free === 0) return { ...NOTHING, pacedMs: waitForSlotsMs(pace, arrivalMs, { nowMs, count: recipientsMax }) };
    const recipients = await lockRecipients(tx, nowMs, free);
    if (recipients.length === 0) return NOTHING;
    const heads = await lockHeads(
      tx,
      nowMs,
      recipients.map(({ identity_id }) => identity_id),
    );
    const headsOf = Map.groupBy(heads, (row) => row.identity_id);
    const bare = recipients.map(({ identity_id }) => identity_id).filter((id) => !headsOf.has(id));
    const empty = await findEmpty(tx, bare);
    const decided = recipients.map((recipient): Decided => {
      const own = (headsOf.get(recipient.identity_id) ?? []).sort((a, b) => a.place - b.place);
      const context = { nowMs, pace: pair, pairAtMs: recipient.pair_at ?? undefined, throttled: recipient.throttled };
      return {
        recipient,
        isEmpty: empty.has(recipient.identity_id),
        decision: decideHead(own.map(toOpenRow), context),
      };
    });
    return keepAndTell(tx, decided, { pair, pace, heads, nowMs, arrivalMs, recipientsMax, free });
  };

  return Object.freeze({
    claim: (recipientsMax: number) => database.transact((tx) => claimIn(tx, recipientsMax)),
    nextDueMs: async () => {
      const [row] = await database.query<{ wait: number }>(
        `SELECT extract(epoch FROM ready_at - clock_timestamp())::float8 * 1000 - $1::float8 AS wait
         FROM bot.recipient WHERE pending > 0 ORDER BY ready_at LIMIT 1`,
        [clock.offsetMs()],
      );
      return row?.wait;
    },
  });
};
