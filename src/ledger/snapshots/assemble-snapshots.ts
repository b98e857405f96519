import { findRemaining, splitPending, sumBalances } from './build-snapshot.ts';
import type { Rates } from '../convert.ts';
import type { LedgerAccount, LedgerPending, Snapshot } from '../ledger.ts';
import { NO_NAME, type MemberKey, type People } from '../members/people.ts';
import type { AccountRow, BalanceRow, MemberRow, PendingRow, UsedRow } from './snapshot-store.ts';

export type SnapshotRows = {
  readonly members: readonly MemberRow[];
  readonly accounts: readonly AccountRow[];
  readonly balances: readonly BalanceRow[];
  readonly pending: readonly PendingRow[];
  readonly used: readonly UsedRow[];
};

type Assembling = { readonly people: People; readonly rows: SnapshotRows; readonly rates: Rates };

/**
 * From rows of many members to each one's snapshot, by member id. Opens what is sealed; each key once. A snapshot is made
 * when it is asked for, so that a row that does not open fails its own member and nobody else.
 */
export const assembleSnapshots = ({ people, rows, rates }: Assembling): ReadonlyMap<string, () => Snapshot> => {
  const keys = new Map<string, MemberKey>();
  const keyOf = (memberId: string, wrapped: Buffer): MemberKey => {
    const key = keys.get(memberId) ?? people.unwrap(memberId, wrapped);
    keys.set(memberId, key);
    return key;
  };
  const accountsOf = Map.groupBy(rows.accounts, ({ viewer_id }) => viewer_id);
  const balancesOf = Map.groupBy(rows.balances, ({ account_id }) => account_id);
  const pendingOf = Map.groupBy(rows.pending, ({ account_id }) => account_id);
  const usedOf = Map.groupBy(rows.used, ({ owner_id }) => owner_id);

  const nameOf = (row: PendingRow): string => {
    const { counterparty_profile: profile, counterparty_key: wrapped } = row;
    if (!profile || !wrapped) return NO_NAME;
    return people.openAccount(keyOf(row.counterparty_owner_id, wrapped), row.counterparty_id, profile).name;
  };

  const toPending = (row: PendingRow): LedgerPending & { outgoing: boolean } => ({
    outgoing: row.outgoing,
    credexId: row.credex_id,
    amount: { amountMinor: row.outgoing ? -row.amount : row.amount, denomination: row.denomination },
    counterpartyAccountName: nameOf(row),
    secured: row.secured,
    ...(row.due_date === null ? {} : { dueDate: row.due_date }),
  });

  const toHearer = (row: AccountRow): LedgerAccount['sendOffersTo'] => {
    if (!row.hearer_profile || !row.hearer_key)
      return { memberId: row.hearer_id, firstname: NO_NAME, lastname: NO_NAME };
    const { firstname, lastname } = people.openMember(keyOf(row.hearer_id, row.hearer_key), row.hearer_profile);
    return { memberId: row.hearer_id, firstname, lastname };
  };

  const toAccount = (row: AccountRow): LedgerAccount => {
    const { name, handle } =
      row.profile && row.owner_key
        ? people.openAccount(keyOf(row.owner_id, row.owner_key), row.account_id, row.profile)
        : { name: NO_NAME, handle: NO_NAME };
    return {
      accountId: row.account_id,
      accountName: name,
      accountHandle: handle,
      accountType: row.type,
      defaultDenomination: row.default_denomination,
      isOwned: row.owner_id === row.viewer_id,
      sendOffersTo: toHearer(row),
      ...(row.denomination && row.subtype ? { trust: { denomination: row.denomination, subtype: row.subtype } } : {}),
      ...sumBalances(balancesOf.get(row.account_id) ?? [], row.default_denomination, rates),
      ...splitPending((pendingOf.get(row.account_id) ?? []).map(toPending)),
    };
  };

  const toSnapshot = (row: MemberRow): Snapshot => {
    const { firstname, lastname, phone, handle } = people.openMember(keyOf(row.member_id, row.member_key), row.profile);
    const used = (usedOf.get(row.member_id) ?? []).map(({ used: amountMinor, denomination }) => ({
      amountMinor,
      denomination,
    }));
    const member = {
      memberId: row.member_id,
      phone,
      tier: row.tier,
      remainingUsd: findRemaining(row.tier, used, rates),
      firstname,
      lastname,
      memberHandle: handle,
      defaultDenomination: row.default_denomination,
    };
    return { member, accounts: (accountsOf.get(row.member_id) ?? []).map(toAccount) };
  };

  return new Map(rows.members.map((row) => [row.member_id, () => toSnapshot(row)]));
};
