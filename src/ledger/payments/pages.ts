import type { Database } from '../../base/database.ts';
import { isUuid } from '../../base/id.ts';
import type { Money } from '../../base/money.ts';
import { accepted, refused, type Result } from '../../base/result.ts';
import { openAccountName, type People } from '../members/people.ts';
import { mayRead, readEntries, type EntryRow, type PageWish } from './page-store.ts';

/** One accepted credex as its account sees it. */
export type LedgerEntry = {
  readonly credexId: string;
  /** Negative where the account owes. */
  readonly amount: Money;
  readonly counterpartyAccountName: string;
  readonly acceptedAtMs: number;
  readonly cleared: boolean;
};
export type LedgerPage = { readonly entries: readonly LedgerEntry[]; readonly hasMore: boolean };

export type ReadPage = (
  wish: Omit<PageWish, 'rowsMax'> & { readonly numRows: number },
) => Promise<Result<LedgerPage, 'ledger.account_not_readable'>>;

/** An account's accepted credexes, newest first, for those who may act for it. */
export const createReadPage =
  ({ database, people }: { readonly database: Database; readonly people: People }): ReadPage =>
  async ({ memberId, accountId, startRow, numRows }) => {
    // One row more than asked for tells whether there are more.
    const wish = { memberId, accountId, startRow, rowsMax: numRows + 1 };
    if (!isUuid(accountId) || !(await mayRead(database, wish))) return refused('ledger.account_not_readable');
    const rows = await readEntries(database, wish);
    return accepted({
      entries: rows.slice(0, numRows).map((row) => toEntry(people, row)),
      hasMore: rows.length > numRows,
    });
  };

const toEntry = (people: People, row: EntryRow): LedgerEntry => ({
  credexId: row.credex_id,
  amount: { amountMinor: row.outgoing ? -row.amount : row.amount, denomination: row.denomination },
  counterpartyAccountName: nameOf(people, row),
  acceptedAtMs: row.at.getTime(),
  cleared: row.cleared,
});

const nameOf = (people: People, row: EntryRow): string =>
  openAccountName(people, {
    accountId: row.counterparty_id,
    ownerId: row.counterparty_owner_id,
    profile: row.counterparty_profile,
    ownerKey: row.counterparty_key,
  });
