import type { Account, Credex, Dashboard, LedgerEntry, MemberRef } from '../credex/credex.ts';
import { LOOK_BACK_ROWS } from './limits.ts';
import type { Intent } from './payment.ts';

/** What core says now, in one look: what waits and what the account's ledger has. Undefined where it cannot be read. */
export type Look = {
  readonly dashboard: Dashboard;
  readonly account: Account;
  readonly entries: readonly LedgerEntry[];
};

/** @throws Fault where core is away. */
export const lookAt = async (credex: Credex, member: MemberRef, accountId: string): Promise<Look | undefined> => {
  // The dashboard first: an offer that is accepted between the two reads is then seen twice, not never.
  const dashboard = await credex.readDashboard(member);
  const account = dashboard.ok ? dashboard.value.accounts.find((each) => each.accountId === accountId) : undefined;
  if (!dashboard.ok || !account) return undefined;
  const page = await credex.readLedger(member, { accountId, startRow: 0, numRows: LOOK_BACK_ROWS });
  return page.ok ? { dashboard: dashboard.value, account, entries: page.value.entries } : undefined;
};

/** Every credex that the account has, waiting or accepted. */
export const credexesOf = ({ account, entries }: Look): readonly string[] => [
  ...account.pendingIn.map(({ credexId }) => credexId),
  ...account.pendingOut.map(({ credexId }) => credexId),
  ...entries.map(({ credexId }) => credexId),
];

/**
 * The credexes that an offer may have become: not there before it was sent, of the same account, amount, denomination
 * and payee.
 */
export const candidatesOf = ({ wish, facts, baseline = [] }: Intent, { account, entries }: Look): readonly string[] => {
  const before = new Set(baseline);
  const isWished = ({
    amount,
    counterpartyAccountName,
  }: Pick<LedgerEntry, 'amount' | 'counterpartyAccountName'>): boolean =>
    amount.denomination === wish.amount.denomination &&
    amount.amountMinor === -wish.amount.amountMinor &&
    (facts === undefined || counterpartyAccountName === facts.otherName);
  const waiting = account.pendingOut.filter((offer) => offer.secured === wish.secured && isWished(offer));
  const found = [...waiting, ...entries.filter(isWished)].map(({ credexId }) => credexId);
  return [...new Set(found)].filter((credexId) => !before.has(credexId));
};

/** Where an offer stands that somebody wished to accept, decline or cancel. */
export const placeOf = (credexId: string, { account, entries }: Look): 'waiting' | 'accepted' | 'gone' => {
  const isIt = (each: { readonly credexId: string }): boolean => each.credexId === credexId;
  if (entries.some(isIt)) return 'accepted';
  return account.pendingIn.some(isIt) || account.pendingOut.some(isIt) ? 'waiting' : 'gone';
};
