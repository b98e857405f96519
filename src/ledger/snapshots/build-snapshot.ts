import { DENOMINATIONS, type Denomination, type Money } from '../../base/money.ts';
import { convertSum, type Rates } from '../convert.ts';
import type { LedgerAccount, LedgerMember, LedgerPending } from '../ledger.ts';
import { DAILY_LIMIT_USD_MINOR } from '../limits.ts';
import type { BalanceRow } from './snapshot-store.ts';

type Sums = Pick<LedgerAccount, 'securedNet' | 'unsecured' | 'netAssets'>;

const byDenomination = (rows: readonly BalanceRow[], amountOf: (row: BalanceRow) => bigint): readonly Money[] => {
  const sums = new Map<Denomination, bigint>();
  for (const row of rows) sums.set(row.denomination, (sums.get(row.denomination) ?? 0n) + amountOf(row));
  return DENOMINATIONS.flatMap((denomination) => {
    const amountMinor = sums.get(denomination) ?? 0n;
    return amountMinor === 0n ? [] : [{ amountMinor, denomination }];
  });
};

/** An account's balances from its rows (credex contract, 3.5). */
export const sumBalances = (rows: readonly BalanceRow[], shownIn: Denomination, rates: Rates): Sums => {
  const show = (amounts: readonly Money[]): Money => convertSum(amounts, shownIn, { rates, rounding: 'nearest' });
  const secured = rows.filter((row) => row.secured);
  const unsecured = rows.filter((row) => !row.secured);
  const payables = show(byDenomination(unsecured, ({ payable }) => payable));
  const receivables = show(byDenomination(unsecured, ({ receivable }) => receivable));
  return {
    securedNet: byDenomination(secured, ({ receivable, payable, offered }) => receivable - payable - offered),
    // From the rounded parts, so that what is shown adds up.
    unsecured: {
      payables,
      receivables,
      net: { amountMinor: receivables.amountMinor - payables.amountMinor, denomination: shownIn },
    },
    netAssets: show(byDenomination(rows, ({ receivable, payable }) => receivable - payable)),
  };
};

/** What an owner of this tier may still issue today; what was used counts rounded up. */
export const findRemaining = (tier: number, used: readonly Money[], rates: Rates): LedgerMember['remainingUsd'] => {
  const limit = DAILY_LIMIT_USD_MINOR[tier];
  if (limit === undefined) return null;
  const left = limit - convertSum(used, 'USD', { rates, rounding: 'up' }).amountMinor;
  return { amountMinor: left > 0n ? left : 0n, denomination: 'USD' };
};

export const splitPending = (
  pending: readonly (LedgerPending & { readonly outgoing: boolean })[],
): Pick<LedgerAccount, 'pendingIn' | 'pendingOut'> => {
  const strip = ({ outgoing: _, ...offer }: LedgerPending & { readonly outgoing: boolean }): LedgerPending => offer;
  return {
    pendingIn: pending.filter(({ outgoing }) => !outgoing).map(strip),
    pendingOut: pending.filter(({ outgoing }) => outgoing).map(strip),
  };
};
