import type { Reader } from '../../base/database.ts';

export type AccountHandleRow = {
  readonly account_id: string;
  readonly owner_id: string;
  readonly profile: Buffer;
  readonly member_key: Buffer;
};

/** The account of a handle's keyed hash, while its owner is known by name. */
export const findAccountRow = async (reader: Reader, handleIndex: Buffer): Promise<AccountHandleRow | undefined> => {
  const [row] = await reader.query<AccountHandleRow>(
    `SELECT a.account_id, a.owner_id, a.profile, owner.member_key
     FROM ledger.account a JOIN ledger.member owner ON owner.member_id = a.owner_id
     WHERE a.handle_index = $1 AND a.profile IS NOT NULL AND owner.erased_at IS NULL`,
    [handleIndex],
  );
  return row;
};
