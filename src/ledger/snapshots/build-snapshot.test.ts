import { describe, expect, test } from 'vitest';
import type { Denomination } from '../../base/money.ts';
import { readRate, type Rates } from '../convert.ts';
import { findRemaining, splitPending, sumBalances } from './build-snapshot.ts';
import type { BalanceRow } from './snapshot-store.ts';

const rates: Rates = {
  CXX: readRate('1'),
  CAD: readRate('1'),
  USD: readRate('2'),
  ZWG: readRate('0.1'),
  XAU: readRate('4000'),
};
const usd = (amountMinor: bigint) => ({ amountMinor, denomination: 'USD' as const });
const row = (
  denomination: Denomination,
  secured: boolean,
  [receivable, payable, offered]: readonly [bigint, bigint, bigint],
): BalanceRow => ({
  account_id: 'a',
  denomination,
  secured,
  receivable,
  payable,
  offered,
});

describe('an account’s balances', () => {
  test('are zero in the shown denomination where there are no rows', () => {
    expect(sumBalances([], 'USD', rates)).toEqual({
      securedNet: [],
      unsecured: { payables: usd(0n), receivables: usd(0n), net: usd(0n) },
      netAssets: usd(0n),
    });
  });

  test('sum secured claims over securers, less what is offered, and leave out zeros', () => {
    const rows = [
      row('USD', true, [1_000n, 0n, 350n]),
      row('USD', true, [550n, 0n, 0n]),
      row('CXX', true, [5n, 5n, 0n]),
    ];
    expect(sumBalances(rows, 'USD', rates)).toMatchObject({ securedNet: [usd(1_200n)], netAssets: usd(1_550n) });
  });

  test('show balances in the order of denominations, negative ones too', () => {
    const rows = [row('XAU', true, [0n, 1n, 0n]), row('ZWG', true, [1n, 0n, 0n]), row('USD', true, [1n, 0n, 0n])];
    expect(sumBalances(rows, 'USD', rates).securedNet).toEqual([
      usd(1n),
      { amountMinor: 1n, denomination: 'ZWG' },
      { amountMinor: -1n, denomination: 'XAU' },
    ]);
  });

  test('convert unsecured debts of all denominations, and their net is the difference shown', () => {
    const rows = [row('CAD', false, [101n, 0n, 0n]), row('ZWG', false, [0n, 1_010n, 700n])];
    const { unsecured, securedNet } = sumBalances(rows, 'USD', rates);
    expect(securedNet).toEqual([]);
    expect(unsecured).toEqual({ receivables: usd(51n), payables: usd(51n), net: usd(0n) });
  });
});

describe('what may still be issued today', () => {
  test.each([
    ['a tier 1 that used nothing has 10.00', 1, [], 1_000n],
    ['a tier 1 that used 3.50 has 6.50', 1, [usd(350n)], 650n],
    ['a tier 1 that used all has nothing', 1, [usd(1_000n)], 0n],
    ['a tier 1 that used more has nothing, not less', 1, [usd(5_000n)], 0n],
    ['the smallest part of a cent counts as a cent', 1, [{ amountMinor: 1n, denomination: 'ZWG' }], 999n],
    ['a tier 2 that used 3.50 has 96.50', 2, [usd(350n)], 9_650n],
  ] as const)('%s', (...[, tier, used, left]) => {
    expect(findRemaining(tier, used, rates)).toEqual(usd(left));
  });

  test.each([3, 4, 5])('tier %i has no limit', (tier) => {
    expect(findRemaining(tier, [usd(10n ** 9n)], rates)).toBeNull();
  });
});

test('pending offers are split by direction and keep their order', () => {
  const offer = (credexId: string, outgoing: boolean) => ({
    credexId,
    outgoing,
    amount: usd(1n),
    counterpartyAccountName: 'x',
    secured: true,
  });
  const { pendingIn, pendingOut } = splitPending([offer('1', true), offer('2', false), offer('3', true)]);
  expect([pendingIn, pendingOut].map((each) => each.map(({ credexId }) => credexId))).toEqual([['2'], ['1', '3']]);
  expect(pendingIn[0]).not.toHaveProperty('outgoing');
});
