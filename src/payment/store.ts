import { isoTime } from '../base/clock.ts';
import type { Database, Reader, Transactor } from '../base/database.ts';
import { createGatherer, type Gatherer } from '../base/gather.ts';
import type { IdentityId, IntentId } from '../base/id.ts';
import { assert } from '../base/assert.ts';
import { isDenomination } from '../base/money.ts';
import { pgArray } from '../base/pg-array.ts';
import type { Draft, IntentState, Wish, WishKind } from './payment.ts';

const NOW = "(SELECT clock_timestamp() + $1 * interval '1 millisecond')";

/** An intent as its row says it; the names still sealed. */
export type IntentRow = {
  readonly intentId: IntentId;
  readonly identityId: IdentityId;
  readonly state: IntentState;
  readonly wish: Wish;
  readonly shownDay: string;
  readonly sealedFacts: Buffer | null;
  readonly idempotencyKey: string;
  readonly isExpired: boolean;
  readonly spentAtMs: number | undefined;
  readonly spentBy: Buffer | undefined;
  readonly baseline: readonly string[] | undefined;
  readonly credexId: string | undefined;
};

type Row = {
  intent_id: IntentId;
  identity_id: IdentityId;
  kind: WishKind;
  state: IntentState;
  account_id: string;
  payee_account_id: string | null;
  credex_id: string | null;
  amount_minor: bigint;
  denomination: string;
  secured: boolean;
  shown_day: string;
  facts: Buffer | null;
  idempotency_key: string;
  expired: boolean;
  spent_ms: number | null;
  spent_by: Buffer | null;
  baseline: string[] | null;
};

const COLUMNS = `i.intent_id, i.identity_id, i.kind, i.state, i.account_id, i.payee_account_id, i.credex_id, i.amount_minor, i.denomination,
  i.secured, i.shown_day, i.facts, i.idempotency_key, i.expires_at <= ${NOW} AS expired,
  (extract(epoch FROM i.spent_at) * 1000)::float8 AS spent_ms, i.spent_by, i.baseline`;

const toWish = (row: Row): Wish => {
  assert(isDenomination(row.denomination), 'a kept denomination is one of ours');
  const { denomination, amount_minor: amountMinor, account_id: accountId, secured } = row;
  const what = { accountId, amount: { amountMinor, denomination }, secured };
  if (row.kind === 'offer') {
    assert(row.payee_account_id !== null, 'an offer has a payee');
    return { ...what, kind: 'offer', payeeAccountId: row.payee_account_id };
  }
  assert(row.credex_id !== null, 'an answer names its credex');
  return { ...what, kind: row.kind, credexId: row.credex_id };
};

const toIntentRow = (row: Row): IntentRow => ({
  intentId: row.intent_id,
  identityId: row.identity_id,
  state: row.state,
  wish: toWish(row),
  shownDay: row.shown_day,
  sealedFacts: row.facts,
  idempotencyKey: row.idempotency_key,
  isExpired: row.expired,
  spentAtMs: row.spent_ms ?? undefined,
  spentBy: row.spent_by ?? undefined,
  baseline: row.baseline ?? undefined,
  credexId: row.credex_id ?? undefined,
});

export type StandingRow = { readonly moneyStopped: boolean; readonly open: readonly IntentRow[] };

/** What is still being found out, read for many turns together, with whether money may move at all. */
export const createStandingReader = (database: Database, offsetMs: () => number): Gatherer<IdentityId, StandingRow> =>
  createGatherer({
    itemsMax: 256,
    run: async (ids) => {
      const rows = await database.query<Partial<Row> & { stopped: boolean }>(
        `SELECT m.stopped, ${COLUMNS} FROM bot.money_control AS m
         LEFT JOIN bot.intent AS i ON i.identity_id = ANY($2::uuid[]) AND i.state IN ('spent', 'unknown')`,
        [offsetMs(), pgArray.uuid(ids)],
      );
      const [control] = rows;
      assert(control, 'the row of money control exists');
      const open = rows.flatMap((row) =>
        row.intent_id === null || row.intent_id === undefined ? [] : [toIntentRow(row as Row)],
      );
      return ids.map((id) => ({
        moneyStopped: control.stopped,
        open: open.filter(({ identityId }) => identityId === id),
      }));
    },
  });

export type IntentWish = { readonly identityId: IdentityId } & (
  { readonly intentId: IntentId } | { readonly screenNonce: string }
);

/** A person's own intent: by its id, or by the nonce of the screen that showed it. */
export const readIntent = async (
  reader: Reader,
  wish: IntentWish,
  offsetMs: number,
): Promise<IntentRow | undefined> => {
  const isById = 'intentId' in wish;
  const [row] = await reader.query<Row>(
    `SELECT ${COLUMNS} FROM bot.intent AS i WHERE i.identity_id = $2 AND ${isById ? 'i.intent_id = $3' : 'i.screen_nonce = $3'}`,
    [offsetMs, wish.identityId, isById ? wish.intentId : wish.screenNonce],
  );
  return row && toIntentRow(row);
};

export type Spend = {
  readonly identityId: IdentityId;
  readonly intentId: IntentId;
  readonly draft: Draft;
  readonly spentBy: Buffer;
  readonly nowMs: number;
};

/**
 * The compare-and-set that lets an intent be carried out: only a live one of this person, not expired, whose row says
 * exactly what the person's screen showed, while money may move and no twin of it is still being found out.
 */
export const spendIntent = async (
  tx: Transactor,
  { identityId, intentId, draft: { wish }, spentBy, nowMs }: Spend,
  offsetMs: number,
): Promise<IntentRow | undefined> => {
  const [row] = await tx.query<Row>(
    `UPDATE bot.intent AS i SET state = 'spent', spent_at = $12, spent_by = $4
     WHERE i.intent_id = $2 AND i.identity_id = $3 AND i.state = 'shown' AND i.expires_at > ${NOW}
       AND i.kind = $5 AND i.account_id = $6 AND i.payee_account_id IS NOT DISTINCT FROM $7
       AND i.credex_id IS NOT DISTINCT FROM $8 AND i.amount_minor = $9 AND i.denomination = $10 AND i.secured = $11
       AND NOT EXISTS (SELECT FROM bot.money_control WHERE stopped)
       AND NOT EXISTS (
         SELECT FROM bot.intent AS t WHERE t.identity_id = $3 AND t.state IN ('spent', 'unknown') AND t.kind = i.kind
           AND t.payee_account_id IS NOT DISTINCT FROM i.payee_account_id AND t.credex_id IS NOT DISTINCT FROM i.credex_id
           AND t.amount_minor = i.amount_minor AND t.denomination = i.denomination)
     RETURNING ${COLUMNS}`,
    [
      offsetMs,
      intentId,
      identityId,
      spentBy,
      wish.kind,
      wish.accountId,
      wish.kind === 'offer' ? wish.payeeAccountId : null,
      wish.kind === 'offer' ? null : wish.credexId,
      wish.amount.amountMinor,
      wish.amount.denomination,
      wish.secured,
      // Our own clock, to the millisecond: the timer's name and day follow from it.
      isoTime(nowMs),
    ],
  );
  return row && toIntentRow(row);
};

/**
 * Notes what the member had before the one attempt is sent to a core without idempotency. False where a successor has
 * ended the intent, or has noted one already: then nothing may be sent.
 */
export const keepBaseline = async (
  tx: Transactor,
  intentId: IntentId,
  baseline: readonly string[],
): Promise<boolean> => {
  const rows = await tx.query(
    `UPDATE bot.intent SET baseline = $2 WHERE intent_id = $1 AND state = 'spent' AND baseline IS NULL RETURNING 1`,
    [intentId, baseline],
  );
  return rows.length === 1;
};

/** Which of these credexes have settled an offer already. */
export const readSettledBy = async (reader: Reader, credexIds: readonly string[]): Promise<ReadonlySet<string>> => {
  const rows = await reader.query<{ credex_id: string }>(
    `SELECT credex_id FROM bot.intent WHERE credex_id = ANY($1::text[]) AND kind = 'offer' AND state = 'settled'`,
    [credexIds],
  );
  return new Set(rows.map((row) => row.credex_id));
};

export type Untimed = { readonly intentId: IntentId; readonly identityId: IdentityId; readonly spentAtMs: number };

/** Intents that are still to be found out and in whose lane no timer waits. */
export const findUntimed = async (
  reader: Reader,
  { olderThanMs, offsetMs }: { readonly olderThanMs: number; readonly offsetMs: number },
): Promise<readonly Untimed[]> => {
  const rows = await reader.query<{ intent_id: IntentId; identity_id: IdentityId; spent_ms: number }>(
    `SELECT i.intent_id, i.identity_id, (extract(epoch FROM i.spent_at) * 1000)::float8 AS spent_ms FROM bot.intent AS i
     WHERE i.state IN ('spent', 'unknown') AND i.spent_at < ${NOW} - $2 * interval '1 millisecond'
       AND NOT EXISTS (SELECT FROM bot.input AS w
         WHERE w.identity_id = i.identity_id AND w.state = 'waiting' AND w.kind = 'timer')
     LIMIT 100`,
    [offsetMs, olderThanMs],
  );
  return rows.map((row) => ({ intentId: row.intent_id, identityId: row.identity_id, spentAtMs: row.spent_ms }));
};

export const isMoneyStopped = async (reader: Reader): Promise<boolean> => {
  const [row] = await reader.query<{ stopped: boolean }>('SELECT stopped FROM bot.money_control');
  return row?.stopped ?? true;
};

/** Stops or starts money for everybody; false where it already was so. */
export const setMoneyStopped = async (tx: Transactor, stopped: boolean): Promise<boolean> => {
  const rows = await tx.query(
    'UPDATE bot.money_control SET stopped = $1, changed_at = now() WHERE stopped <> $1 RETURNING 1',
    [stopped],
  );
  return rows.length === 1;
};
