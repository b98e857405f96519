import type { Reader, Transactor } from '../../base/database.ts';
import type { Denomination } from '../../base/money.ts';
import type { CredexState } from './payment.ts';

export type IssuerRow = {
  readonly owner_id: string;
  readonly audited: boolean;
  readonly tier: number;
};

/**
 * The issuing account where the member may act for it, with its owner's row locked: offers of one owner's accounts come
 * one after another, so that what the next reads of limit and balance holds until it commits.
 */
export const lockIssuer = async (
  tx: Transactor,
  accountId: string,
  memberId: string,
): Promise<IssuerRow | undefined> => {
  const [row] = await tx.query<IssuerRow>(
    `SELECT a.owner_id, a.audited, owner.tier
     FROM ledger.account_authorization granted
     JOIN ledger.member signer USING (member_id)
     JOIN ledger.account a USING (account_id)
     JOIN ledger.member owner ON owner.member_id = a.owner_id
     WHERE granted.account_id = $1 AND granted.member_id = $2
       AND a.frozen_at IS NULL AND owner.frozen_at IS NULL AND signer.frozen_at IS NULL
     FOR NO KEY UPDATE OF owner`,
    [accountId, memberId],
  );
  return row;
};

/** Whom an offer to the account is told; undefined where no living account of that id may receive. */
export const findHearer = async (reader: Reader, accountId: string): Promise<string | undefined> => {
  const [row] = await reader.query<{ send_offers_to: string }>(
    `SELECT a.send_offers_to FROM ledger.account a JOIN ledger.member owner ON owner.member_id = a.owner_id
     WHERE a.account_id = $1 AND a.frozen_at IS NULL AND owner.erased_at IS NULL`,
    [accountId],
  );
  return row?.send_offers_to;
};

/**
 * The securer that stands behind most of what the account may spend, and how much that is: the ceiling of one offer, for
 * a payment is never split over two (credex contract, 3.4).
 */
export const findSecurer = async (
  reader: Reader,
  accountId: string,
  denomination: Denomination,
): Promise<{ readonly securerId: string; readonly ceiling: bigint } | undefined> => {
  const [row] = await reader.query<{ securer_id: string; ceiling: bigint }>(
    `SELECT securer_id, (receivable_minor - payable_minor - offered_minor)::bigint AS ceiling
     FROM ledger.balance
     WHERE account_id = $1 AND denomination = $2 AND securer_id IS NOT NULL AND securer_id <> account_id
     ORDER BY ceiling DESC, securer_id LIMIT 1`,
    [accountId, denomination],
  );
  return row && { securerId: row.securer_id, ceiling: row.ceiling };
};

export type CredexRow = {
  readonly credex_id: string;
  readonly issuer_id: string;
  readonly receiver_id: string;
  readonly amount: bigint;
  readonly denomination: Denomination;
  readonly secured: boolean;
  readonly state: CredexState;
  readonly made_by: string;
};

const CREDEX_COLUMNS = `c.credex_id, c.issuer_id, c.receiver_id, c.initial_minor::bigint AS amount, c.denomination::text,
  c.securer_id IS NOT NULL AS secured, c.state, c.made_by`;

export const readCredex = async (reader: Reader, credexId: string): Promise<CredexRow | undefined> => {
  const [row] = await reader.query<CredexRow>(`SELECT ${CREDEX_COLUMNS} FROM ledger.credex c WHERE c.credex_id = $1`, [
    credexId,
  ]);
  return row;
};

/** The offer, locked while it waits, where the member may act for the account on that side of it. */
export const lockOffer = async (
  tx: Transactor,
  {
    credexId,
    memberId,
    side,
  }: { readonly credexId: string; readonly memberId: string; readonly side: 'issuer' | 'receiver' },
): Promise<CredexRow | undefined> => {
  const [row] = await tx.query<CredexRow>(
    `SELECT ${CREDEX_COLUMNS} FROM ledger.credex c
     WHERE c.credex_id = $1 AND c.state = 'offered' AND EXISTS (
       SELECT FROM ledger.account_authorization granted
       JOIN ledger.member signer USING (member_id) JOIN ledger.account a USING (account_id)
       WHERE granted.account_id = c.${side}_id AND granted.member_id = $2 AND a.frozen_at IS NULL AND signer.frozen_at IS NULL)
     FOR UPDATE OF c`,
    [credexId, memberId],
  );
  return row;
};

export type NewNotice = {
  readonly noticeId: string;
  readonly kind: 'offered' | 'accepted' | 'declined' | 'cancelled';
  readonly credexId: string;
  readonly accountId: string;
  readonly memberId: string;
};

/** What a member is to hear of, once: a job moves it into their lane. */
export const insertNotice = async (tx: Transactor, notice: NewNotice, offsetMs: number): Promise<void> => {
  await tx.query(
    `WITH made AS (
       INSERT INTO ledger.notice (notice_id, kind, credex_id, account_id, member_id, made_at)
       VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 ms') ON CONFLICT (notice_id) DO NOTHING RETURNING 1)
     SELECT pg_notify('notice', '') FROM made`,
    [notice.noticeId, notice.kind, notice.credexId, notice.accountId, notice.memberId, offsetMs],
  );
};
