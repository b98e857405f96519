import type { Reader, Transactor } from '../../base/database.ts';
import type { Denomination } from '../../base/money.ts';
import type { AccountType } from '../ledger.ts';
import { PENDING_SHOWN_MAX } from '../limits.ts';

export type MemberRow = {
  readonly member_id: string;
  readonly phone_index: Buffer | null;
  readonly profile: Buffer;
  readonly member_key: Buffer;
  readonly tier: number;
  readonly default_denomination: Denomination;
};

export type AccountRow = {
  readonly viewer_id: string;
  readonly account_id: string;
  readonly owner_id: string;
  readonly type: AccountType;
  readonly profile: Buffer | null;
  readonly owner_key: Buffer | null;
  readonly default_denomination: Denomination;
  readonly denomination: Denomination | null;
  readonly subtype: 'BANK' | 'VAULT' | null;
  readonly hearer_id: string;
  readonly hearer_profile: Buffer | null;
  readonly hearer_key: Buffer | null;
};

export type BalanceRow = {
  readonly account_id: string;
  readonly denomination: Denomination;
  readonly secured: boolean;
  readonly receivable: bigint;
  readonly payable: bigint;
  readonly offered: bigint;
};

export type PendingRow = {
  readonly account_id: string;
  readonly outgoing: boolean;
  readonly credex_id: string;
  readonly denomination: Denomination;
  readonly amount: bigint;
  readonly secured: boolean;
  readonly due_date: string | null;
  readonly counterparty_id: string;
  readonly counterparty_profile: Buffer | null;
  readonly counterparty_owner_id: string;
  readonly counterparty_key: Buffer | null;
};

export type UsedRow = { readonly owner_id: string; readonly denomination: Denomination; readonly used: bigint };

/** All that follows in this transaction sees one moment. */
export const beginSnapshot = async (tx: Transactor): Promise<void> => {
  await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
};

export const findMember = async (reader: Reader, phoneIndex: Buffer): Promise<string | undefined> => {
  const [row] = await reader.query<{ member_id: string }>(
    `SELECT member_id FROM ledger.member WHERE phone_index = $1 AND erased_at IS NULL`,
    [phoneIndex],
  );
  return row?.member_id;
};

/** Living members by keyed hash of their number or by id. */
export const readMembers = (
  reader: Reader,
  phoneIndexes: readonly Buffer[],
  memberIds: readonly string[],
): Promise<readonly MemberRow[]> =>
  reader.query<MemberRow>(
    `SELECT member_id, phone_index, profile, member_key, tier, default_denomination::text
     FROM ledger.member
     WHERE (phone_index = ANY ($1::bytea[]) OR member_id = ANY ($2::uuid[])) AND erased_at IS NULL`,
    [phoneIndexes, memberIds],
  );

/** Every account the members may act for, one row for each of them; their personal ones first. */
export const readAccounts = (reader: Reader, memberIds: readonly string[]): Promise<readonly AccountRow[]> =>
  reader.query<AccountRow>(
    `SELECT granted.member_id AS viewer_id, a.account_id, a.owner_id, a.type, a.profile, owner.member_key AS owner_key,
       a.default_denomination::text, a.denomination::text, a.subtype,
       a.send_offers_to AS hearer_id, hearer.profile AS hearer_profile, hearer.member_key AS hearer_key
     FROM ledger.account_authorization granted
     JOIN ledger.account a USING (account_id)
     JOIN ledger.member owner ON owner.member_id = a.owner_id
     JOIN ledger.member hearer ON hearer.member_id = a.send_offers_to
     WHERE granted.member_id = ANY ($1::uuid[])
     ORDER BY a.type <> 'PERSONAL', a.made_at, a.account_id`,
    [memberIds],
  );

export const readBalances = (reader: Reader, accountIds: readonly string[]): Promise<readonly BalanceRow[]> =>
  reader.query<BalanceRow>(
    `SELECT account_id, denomination::text, securer_id IS NOT NULL AS secured, receivable_minor::bigint AS receivable,
       payable_minor::bigint AS payable, offered_minor::bigint AS offered
     FROM ledger.balance WHERE account_id = ANY ($1::uuid[])`,
    [accountIds],
  );

const pendingOf = (own: string, other: string, outgoing: boolean): string =>
  `SELECT wanted.account_id, ${String(outgoing)} AS outgoing, c.credex_id, c.denomination, c.initial_minor, c.securer_id, c.due_date, c.made_at,
     c.${other} AS counterparty_id
   FROM unnest($1::uuid[]) AS wanted (account_id)
   CROSS JOIN LATERAL (SELECT * FROM ledger.credex c WHERE c.${own} = wanted.account_id AND c.state = 'offered'
     ORDER BY c.made_at DESC LIMIT ${String(PENDING_SHOWN_MAX)}) AS c`;

/** Offers that wait for an answer, newest first, with whom they are with. */
export const readPending = (reader: Reader, accountIds: readonly string[]): Promise<readonly PendingRow[]> =>
  reader.query<PendingRow>(
    `SELECT p.account_id, p.outgoing, p.credex_id, p.denomination::text, p.initial_minor::bigint AS amount,
       p.securer_id IS NOT NULL AS secured, p.due_date, p.counterparty_id, a.profile AS counterparty_profile,
       a.owner_id AS counterparty_owner_id, owner.member_key AS counterparty_key
     FROM (${pendingOf('receiver_id', 'issuer_id', false)} UNION ALL ${pendingOf('issuer_id', 'receiver_id', true)}) AS p
     JOIN ledger.account a ON a.account_id = p.counterparty_id
     JOIN ledger.member owner ON owner.member_id = a.owner_id
     ORDER BY p.made_at DESC, p.credex_id`,
    [accountIds],
  );

/**
 * What owners' accounts have issued on a day and is still offered or owed (credex contract, 3.2): an offer that came to
 * nothing, and a debt that cleared, give the allowance back.
 */
export const readUsed = (reader: Reader, ownerIds: readonly string[], day: string): Promise<readonly UsedRow[]> =>
  reader.query<UsedRow>(
    `SELECT a.owner_id, c.denomination::text, sum(c.initial_minor)::bigint AS used
     FROM ledger.account a
     JOIN ledger.credex c ON c.issuer_id = a.account_id AND c.made_day = $2::date AND c.state IN ('offered', 'owed')
     WHERE a.owner_id = ANY ($1::uuid[])
     GROUP BY a.owner_id, c.denomination`,
    [ownerIds, day],
  );
