import { accepted, refused, type Result } from '../../base/result.ts';
import type { Database } from '../../base/database.ts';
import { findAccountRow } from './account-store.ts';
import type { People } from './people.ts';

/** What a payer may know of an account before anything is offered: enough to see that it is the right one. */
export type FoundAccount = {
  readonly accountId: string;
  readonly accountName: string;
  readonly accountHandle: string;
};

export type FindAccount = (handle: string) => Promise<Result<FoundAccount, 'ledger.account_unknown'>>;

/** Handles are written in small letters, whatever somebody types. */
const normaliseHandle = (handle: string): string => handle.trim().toLowerCase();

export const createFindAccount =
  ({ database, people }: { readonly database: Database; readonly people: People }): FindAccount =>
  async (handle) => {
    const index = await people.loadIndexer();
    const row = await findAccountRow(database, index('account_handle', normaliseHandle(handle)));
    if (!row) return refused('ledger.account_unknown');
    const { account_id: accountId, owner_id: ownerId, member_key: wrapped, profile } = row;
    const opened = people.openAccount(people.unwrap(ownerId, wrapped), accountId, profile);
    return accepted({ accountId, accountName: opened.name, accountHandle: opened.handle });
  };
