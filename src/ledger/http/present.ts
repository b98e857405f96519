import { formatAmount, formatMoney } from '../../base/money.ts';
import type { LedgerAccount, LedgerPending, Snapshot } from '../ledger.ts';

/**
 * A snapshot as dialect C says it (contract 1.2): no thousands separators, `[]` when empty, a denomination always.
 * `remainingAvailableUSD` is a JSON number by contract; the exact text stands beside it.
 */
export const presentDashboard = ({ member, accounts }: Snapshot) => ({
  member: {
    memberID: member.memberId,
    memberTier: member.tier,
    // At most 100.00: two decimals of this size survive a double exactly.
    remainingAvailableUSD: member.remainingUsd === null ? null : Number(formatAmount(member.remainingUsd)),
    remainingAvailableUSDText: member.remainingUsd === null ? null : formatMoney(member.remainingUsd),
    firstname: member.firstname,
    lastname: member.lastname,
    memberHandle: member.memberHandle,
    defaultDenom: member.defaultDenomination,
  },
  accounts: accounts.map(presentAccount),
});

export type DashboardBody = ReturnType<typeof presentDashboard>;

const presentAccount = (account: LedgerAccount) => ({
  accountID: account.accountId,
  accountName: account.accountName,
  accountHandle: account.accountHandle,
  accountType: account.accountType,
  defaultDenom: account.defaultDenomination,
  isOwnedAccount: account.isOwned,
  sendOffersTo: {
    memberID: account.sendOffersTo.memberId,
    firstname: account.sendOffersTo.firstname,
    lastname: account.sendOffersTo.lastname,
  },
  ...(account.trust ? { denomination: account.trust.denomination, subtype: account.trust.subtype } : {}),
  balanceData: {
    securedNetBalancesByDenom: account.securedNet.map(formatMoney),
    unsecuredBalancesInDefaultDenom: {
      totalPayables: formatMoney(account.unsecured.payables),
      totalReceivables: formatMoney(account.unsecured.receivables),
      netPayRec: formatMoney(account.unsecured.net),
    },
    netCredexAssetsInDefaultDenom: formatMoney(account.netAssets),
  },
  pendingInData: account.pendingIn.map(presentPending),
  pendingOutData: account.pendingOut.map(presentPending),
});

const presentPending = (offer: LedgerPending) => ({
  credexID: offer.credexId,
  formattedInitialAmount: formatMoney(offer.amount),
  counterpartyAccountName: offer.counterpartyAccountName,
  ...(offer.dueDate === undefined ? {} : { dueDate: offer.dueDate }),
  secured: offer.secured,
});
