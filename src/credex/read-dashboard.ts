import type { Denomination, Money } from '../base/money.ts';
import { dashboardSchema, type CoreAccount, type CorePending } from './core-schema.ts';
import type { Account, Dashboard, PendingOffer } from './credex.ts';
import { readCoreMoney, readRemainingUsd } from './read-amount.ts';

/** Something in the dashboard is not what the contract says; the whole of it is refused, for half a balance is a lie. */
class Nonsense extends Error {
  override readonly name = 'Nonsense';
}

/** A validated snapshot of core's dashboard; undefined when any part of it is not what the contract says. */
export const readDashboard = (body: unknown): Dashboard | undefined => {
  const parsed = dashboardSchema.safeParse(body);
  if (!parsed.success) return undefined;
  const { member, accounts } = parsed.data;
  try {
    return {
      member: {
        memberId: member.memberID,
        tier: member.memberTier,
        remainingAvailableUsd: readRemaining(member.memberTier, member.remainingAvailableUSD),
        firstname: member.firstname,
        lastname: member.lastname,
        memberHandle: member.memberHandle,
        defaultDenomination: member.defaultDenom,
      },
      accounts: accounts.map(readAccount),
    };
  } catch (error) {
    if (error instanceof Nonsense) return undefined;
    throw error;
  }
};

/** Tiers from 3 up have no limit, whatever number a core says; null for a lower one means that core did not say. */
const readRemaining = (tier: number, value: number | null | undefined): Money | null =>
  tier >= 3 || value === null || value === undefined ? null : orNonsense(readRemainingUsd(value));

const orNonsense = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Nonsense();
  return value;
};

const absolute = ({ amountMinor, denomination }: Money): Money => ({
  amountMinor: amountMinor < 0n ? -amountMinor : amountMinor,
  denomination,
});

const negative = (money: Money): Money => ({ ...money, amountMinor: -absolute(money).amountMinor });

const readAccount = (account: CoreAccount): Account => {
  const { balanceData, defaultDenom } = account;
  const {
    securedNetBalancesByDenom,
    unsecuredBalancesInDefaultDenom: unsecured,
    netCredexAssetsInDefaultDenom,
  } = balanceData;
  const read = (text: string): Money => orNonsense(readCoreMoney(text, defaultDenom));
  return {
    accountId: account.accountID,
    accountName: account.accountName,
    accountHandle: account.accountHandle,
    accountType: account.accountType,
    defaultDenomination: defaultDenom,
    isOwned: account.isOwnedAccount,
    securedNet: securedNetBalancesByDenom.map(read).filter(({ amountMinor }) => amountMinor !== 0n),
    unsecured: {
      // Some versions say what is payable with a minus sign.
      payables: absolute(read(unsecured.totalPayables)),
      receivables: read(unsecured.totalReceivables),
      net: read(unsecured.netPayRec),
    },
    netAssets: read(netCredexAssetsInDefaultDenom),
    pendingIn: account.pendingInData.map((offer) => readOffer(offer, defaultDenom, absolute)),
    pendingOut: account.pendingOutData.map((offer) => readOffer(offer, defaultDenom, negative)),
  };
};

const readOffer = (offer: CorePending, fallback: Denomination, signed: (money: Money) => Money): PendingOffer => ({
  credexId: offer.credexID,
  amount: signed(orNonsense(readCoreMoney(offer.formattedInitialAmount, fallback))),
  counterpartyAccountName: offer.counterpartyAccountName,
  secured: offer.secured,
  ...(offer.dueDate ? { dueDate: offer.dueDate } : {}),
});
