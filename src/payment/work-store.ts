import type { Transactor } from '../base/database.ts';
import { pgArray } from '../base/pg-array.ts';
import { commitTo } from '../security/commitment.ts';
import { keepAuditEntries, type AuditEntry } from '../watch/store.ts';
import { INTENT_LIFE_MS } from './limits.ts';
import type { PaymentWork, Wish } from './payment.ts';
import type { SealedWork } from './seal-facts.ts';

type Of<Name extends PaymentWork['work']> = Extract<SealedWork, { work: Name }>;

/** What turns leave of payments, within the turns' commit; their lanes are locked in it. */
export const keepPaymentWork = async (tx: Transactor, works: readonly SealedWork[]): Promise<void> => {
  const shown = works.filter((work) => work.work === 'show');
  const replaced = works.filter((work) => work.work === 'void' || work.work === 'show');
  const ended = works.filter((work) => work.work === 'end');
  if (replaced.length > 0) await voidLive(tx, replaced);
  if (shown.length > 0) await insertShown(tx, shown);
  if (ended.length > 0) await endIntents(tx, ended);
};

const voidLive = (tx: Transactor, works: readonly (Of<'void'> | Of<'show'>)[]): Promise<unknown> =>
  tx.query(
    `UPDATE bot.intent SET state = 'void', ended_at = clock_timestamp(), facts = NULL
     WHERE identity_id = ANY($1::uuid[]) AND state IN ('shown', 'stepped_up')`,
    [pgArray.uuid(works.map(({ identityId }) => identityId))],
  );

const payeeOf = (wish: Wish): string | null => (wish.kind === 'offer' ? wish.payeeAccountId : null);
const credexOf = (wish: Wish): string | null => (wish.kind === 'offer' ? null : wish.credexId);

const insertShown = (tx: Transactor, works: readonly Of<'show'>[]): Promise<unknown> =>
  tx.query(
    `INSERT INTO bot.intent (intent_id, identity_id, kind, account_id, payee_account_id, credex_id, amount_minor, denomination,
       secured, screen_nonce, idempotency_key, shown_day, facts, shown_at, expires_at)
     SELECT u.intent_id, u.identity_id, u.kind, u.account_id, u.payee, u.credex, u.amount, u.denomination, u.secured,
       u.nonce, gen_random_uuid(), u.day, u.facts, u.shown_at, u.expires_at
     FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int8[], $8::text[], $9::bool[],
       $10::text[], $11::date[], $12::bytea[], $13::timestamptz[], $14::timestamptz[])
       AS u(intent_id, identity_id, kind, account_id, payee, credex, amount, denomination, secured, nonce, day, facts, shown_at, expires_at)
     ON CONFLICT (intent_id) DO NOTHING`,
    [
      pgArray.uuid(works.map(({ intentId }) => intentId)),
      pgArray.uuid(works.map(({ identityId }) => identityId)),
      pgArray.text(works.map(({ draft }) => draft.wish.kind)),
      pgArray.text(works.map(({ draft }) => draft.wish.accountId)),
      pgArray.text(works.map(({ draft }) => payeeOf(draft.wish))),
      pgArray.text(works.map(({ draft }) => credexOf(draft.wish))),
      pgArray.int8(works.map(({ draft }) => draft.wish.amount.amountMinor)),
      pgArray.text(works.map(({ draft }) => draft.wish.amount.denomination)),
      pgArray.bool(works.map(({ draft }) => draft.wish.secured)),
      pgArray.text(works.map(({ screenNonce }) => screenNonce)),
      pgArray.date(works.map(({ shownDay }) => shownDay)),
      pgArray.bytea(works.map(({ sealedFacts }) => sealedFacts)),
      pgArray.timestamptz(works.map(({ shownAtMs }) => shownAtMs)),
      pgArray.timestamptz(works.map(({ shownAtMs }) => shownAtMs + INTENT_LIFE_MS)),
    ],
  );

const AUDITED = {
  settled: 'payment.intent_settled',
  refused: 'payment.intent_refused',
  not_sent: 'payment.intent_not_sent',
  unknown: 'payment.intent_unknown',
  unresolved: 'payment.intent_unresolved',
} as const;

/** Only what was spent ends so, and only once: a late hand finds nothing to change. */
const endIntents = async (tx: Transactor, works: readonly Of<'end'>[]): Promise<void> => {
  const changed = await tx.query<{ intent_id: string }>(
    `UPDATE bot.intent AS i SET state = e.state, credex_id = coalesce(i.credex_id, e.credex_id), refusal = e.refusal,
       ended_at = CASE WHEN e.state <> 'unknown' THEN e.at END, facts = CASE WHEN e.state = 'unknown' THEN i.facts END
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[]) AS e(intent_id, state, credex_id, refusal, at)
     WHERE i.intent_id = e.intent_id AND i.state IN ('spent', 'unknown') AND i.state <> e.state RETURNING i.intent_id`,
    [
      pgArray.uuid(works.map(({ intent }) => intent.intentId)),
      pgArray.text(works.map(({ state }) => state)),
      pgArray.text(works.map(({ credexId }) => credexId ?? null)),
      pgArray.text(works.map(({ refusal }) => refusal ?? null)),
      pgArray.timestamptz(works.map(({ atMs }) => atMs)),
    ],
  );
  const ids = new Set(changed.map((row) => row.intent_id));
  await keepAuditEntries(tx, 'bot', works.filter(({ intent }) => ids.has(intent.intentId)).map(toEntry));
};

const toEntry = ({ intent, state, atMs, refusal }: Of<'end'>): AuditEntry => ({
  event: AUDITED[state],
  atMs,
  subject: intent.intentId,
  actor: intent.identityId,
  ...(refusal !== undefined && { reason: refusal }),
  ...commitToWish(intent.wish),
});

/** What an audit entry says of a wish without naming it (I9). */
export const commitToWish = (wish: Wish): ReturnType<typeof commitTo> =>
  commitTo([
    wish.kind,
    wish.accountId,
    payeeOf(wish) ?? credexOf(wish) ?? '',
    wish.amount.denomination,
    wish.amount.amountMinor.toString(),
  ]);
