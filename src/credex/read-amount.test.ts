import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DENOMINATIONS, formatMoney } from '../base/money.ts';
import { readCoreMoney, readRemainingUsd } from './read-amount.ts';

describe('an amount as a core writes it', () => {
  test.each([
    ['12.00 USD', 1_200n, 'USD'],
    ['-3.50 USD', -350n, 'USD'],
    ['1,234.50 USD', 123_450n, 'USD'],
    ['-1,234,567.891 CXX', -1_234_567_891n, 'CXX'],
    ['5.000 CXX', 5_000n, 'CXX'],
    ['0.00', 0n, 'ZWG'],
    ['7', 700n, 'ZWG'],
  ])('%s is read exactly', (text, amountMinor, denomination) => {
    expect(readCoreMoney(text, 'ZWG')).toEqual({ amountMinor, denomination });
  });

  test.each([
    '',
    'USD',
    'NaN USD',
    'Infinity USD',
    '1e3 USD',
    '12,34.00 USD',
    ',123 USD',
    '1,2345 USD',
    '1.005 USD',
    '1.00 EUR',
    '+1 USD',
    '1.00  USD',
    ' 1.00 USD',
    '1.00 usd',
    '0x10 USD',
    '١ USD',
    `${'9'.repeat(40)} USD`,
  ])('%j is not read', (text) => {
    expect(readCoreMoney(text, 'USD')).toBeUndefined();
  });

  test('what we write is read back, with separators or without', () => {
    const amount = fc.record({
      amountMinor: fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
      denomination: fc.constantFrom(...DENOMINATIONS),
    });
    fc.assert(
      fc.property(amount, (money) => {
        const [whole = '', rest = ''] = formatMoney(money).split('.');
        expect(readCoreMoney(`${whole}.${rest}`, 'USD')).toEqual(money);
        expect(readCoreMoney(`${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${rest}`, 'USD')).toEqual(money);
      }),
    );
  });
});

describe('what a core says may still be issued today', () => {
  test.each([
    [6.5, 650n],
    [10, 1_000n],
    [0, 0n],
    [0.1 + 0.2, 30n],
    [4.35, 435n],
    [1.15, 115n],
    [9.999999999999998, 999n],
    [-0.01, 0n],
  ])('%d is never more than it says', (value, amountMinor) => {
    expect(readRemainingUsd(value)).toEqual({ amountMinor, denomination: 'USD' });
  });

  test.each([Number.NaN, Infinity, -Infinity, 1e21, 1e-7])('%d is not read', (value) => {
    expect(readRemainingUsd(value)).toBeUndefined();
  });
});
