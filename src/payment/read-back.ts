import type { Account, Credex, Dashboard, LedgerEntry, MemberRef } from '../credex/credex.ts';
import { LOOK_BACK_ROWS } from './limits.ts';
import type { Intent } from './payment.ts';

/** What core says now, in one look: what waits and what the account's ledger has. Undefined where it cannot be read. */
export type Look = {
  readonly dashboard: Dashboard;
  readonly account: Account;
  readonly entries: readonly LedgerEntry[];
  /** The ledger goes on beyond these entries. */
  readonly hasMore: boolean;
};

/** @throws Fault where core is away. */
export const lookAt = async (credex: Credex, member: MemberRef, accountId: string): Promise<Look | undefined> => {
  // The dashboard first: an offer that is accepted between the two reads is then seen twice, not never.
  const dashboard = await credex.readDashboard(member);
  const account = dashboard.ok ? dashboard.value.accounts.find((each) => each.accountId === accountId) : undefined;
  if (!dashboard.ok || !account) return undefined;
  const page = await credex.readLedger(member, { accountId, startRow: 0, numRows: LOOK_BACK_ROWS });
  return page.ok ? { dashboard: dashboard.value, account, ...page.value } : undefined;
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

/** Lists of what waits may be cut at this length. */
const PENDING_CUT = 100;

/** Whether everything that was accepted since then is among the entries: there are no others, or older ones end them. */
const reachesBack = ({ entries, hasMore }: Look, sinceMs: number): boolean => {
  if (!hasMore) return true;
  const times = entries.map(({ acceptedAtMs }) => acceptedAtMs);
  const isNewestFirst = times.every((time, index) => index === 0 || time <= (times[index - 1] ?? 0));
  return isNewestFirst && (times.at(-1) ?? Infinity) < sinceMs;
};

/** A minute for clocks that differ. */
const SLACK_MS = 60_000;

export type Place = 'waiting' | 'accepted' | 'gone' | 'unseen';

/** Where an offer stands that somebody wished to accept, decline or cancel; `unseen` where the lists are too short to tell. */
export const placeOf = (credexId: string, sinceMs: number, look: Look): Place => {
  const { account, entries } = look;
  const isIt = (each: { readonly credexId: string }): boolean => each.credexId === credexId;
  if (entries.some(isIt)) return 'accepted';
  if (account.pendingIn.some(isIt) || account.pendingOut.some(isIt)) return 'waiting';
  const isCut = [account.pendingIn, account.pendingOut].some((list) => list.length >= PENDING_CUT);
  return isCut || !reachesBack(look, sinceMs - SLACK_MS) ? 'unseen' : 'gone';
};
