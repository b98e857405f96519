import type { Dashboard } from '../../credex/credex.ts';
import { quote, quoteHandle } from '../wording/quote.ts';
import type { Wording } from '../wording/wording.ts';
import { inOrder, ownedAccounts } from './own-account.ts';

/** Above this tier people may owe, and have no daily limit. */
const LIMITED_TIER_MAX = 2;
/** Named after the first account; the rest are counted, so that the message stays within 1,024 units. */
const OTHERS_NAMED_MAX = 3;

/** Over all accounts that the member owns, as the lists show them. */
const countAll = (dashboard: Dashboard, side: 'pendingIn' | 'pendingOut'): number =>
  ownedAccounts(dashboard).reduce((sum, account) => sum + account[side].length, 0);

/** F4: what a member has and what waits for them, in at most about 900 UTF-16 units whatever the names. */
export const describeDashboard = (wording: Wording, dashboard: Dashboard): string => {
  const { member, accounts } = dashboard;
  const [account, ...others] = inOrder(accounts);
  if (account === undefined) return wording.core.refused;
  const owes = member.tier > LIMITED_TIER_MAX;
  const remaining = owes ? null : member.remainingAvailableUsd;
  return wording.dashboard({
    firstname: quote(member.firstname),
    accountName: quote(account.accountName),
    handle: quoteHandle(account.accountHandle),
    balances: account.securedNet,
    ...(owes ? { unsecured: account.unsecured } : {}),
    ...(remaining === null ? {} : { remaining }),
    netAssets: account.netAssets,
    offersIn: countAll(dashboard, 'pendingIn'),
    offersOut: countAll(dashboard, 'pendingOut'),
    others: others
      .slice(0, OTHERS_NAMED_MAX)
      .map(({ accountName, netAssets }) => ({ name: quote(accountName), netAssets })),
    othersUnnamed: Math.max(0, others.length - OTHERS_NAMED_MAX),
  });
};
