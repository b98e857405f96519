import type { Reader } from '../../base/database.ts';
import type { Denomination } from '../../base/money.ts';

export type EntryRow = {
  readonly credex_id: string;
  readonly outgoing: boolean;
  readonly amount: bigint;
  readonly denomination: Denomination;
  readonly cleared: boolean;
  readonly at: Date;
  readonly counterparty_id: string;
  readonly counterparty_profile: Buffer | null;
  readonly counterparty_owner_id: string;
  readonly counterparty_key: Buffer | null;
};

export type PageWish = {
  readonly memberId: string;
  readonly accountId: string;
  readonly startRow: number;
  readonly rowsMax: number;
};

/** Whether the member may act for the account, and so read it. */
export const mayRead = async (reader: Reader, { memberId, accountId }: PageWish): Promise<boolean> => {
  const rows = await reader.query(`SELECT FROM ledger.account_authorization WHERE account_id = $1 AND member_id = $2`, [
    accountId,
    memberId,
  ]);
  return rows.length > 0;
};

const side = (own: string, other: string, outgoing: boolean): string =>
  `(SELECT credex_id, ${String(outgoing)} AS outgoing, initial_minor, denomination, state, accepted_at, ${other} AS counterparty_id
    FROM ledger.credex WHERE ${own} = $1 AND state IN ('owed', 'cleared') ORDER BY accepted_at DESC, credex_id LIMIT $2::int + $3::int)`;

/** What was accepted, newest acceptance first; each side read by its index, as far as the page reaches. */
export const readEntries = (reader: Reader, { accountId, startRow, rowsMax }: PageWish): Promise<readonly EntryRow[]> =>
  reader.query<EntryRow>(
    `SELECT c.credex_id, c.outgoing, c.initial_minor::bigint AS amount, c.denomination::text, c.state = 'cleared' AS cleared,
       c.accepted_at AS at, c.counterparty_id, a.profile AS counterparty_profile, a.owner_id AS counterparty_owner_id,
       owner.member_key AS counterparty_key
     FROM (SELECT * FROM (${side('issuer_id', 'receiver_id', true)} UNION ALL ${side('receiver_id', 'issuer_id', false)}) AS both_sides
           ORDER BY accepted_at DESC, credex_id OFFSET $2::int LIMIT $3::int) AS c
     JOIN ledger.account a ON a.account_id = c.counterparty_id
     JOIN ledger.member owner ON owner.member_id = a.owner_id
     ORDER BY c.accepted_at DESC, c.credex_id`,
    [accountId, startRow, rowsMax],
  );
