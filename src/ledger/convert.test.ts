import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DENOMINATIONS, formatMoney, parseAmount, type Denomination, type Money } from '../base/money.ts';
import { convertSum, readRate, type Rates } from './convert.ts';

const rates: Rates = {
  CXX: readRate('1'),
  CAD: readRate('1.000000000000000000'),
  USD: readRate('1.37'),
  ZWG: readRate('0.052'),
  XAU: readRate('3630'),
};
const money = (text: string, denomination: Denomination): Money => {
  const amount = parseAmount(text, denomination);
  if (!amount.ok) throw new Error('a test amount is an amount');
  return amount.value;
};

describe('conversion at the day’s rates', () => {
  test.each([
    ['10.00 USD in CXX', [money('10.00', 'USD')], 'CXX', '13.700 CXX'],
    ['13.700 CXX in USD', [money('13.700', 'CXX')], 'USD', '10.00 USD'],
    ['an ounce of gold in USD', [money('1', 'XAU')], 'USD', '2649.64 USD'],
    ['an ounce of gold in gold', [money('1', 'XAU')], 'XAU', '1.0000 XAU'],
    ['two denominations in a third', [money('100.00', 'ZWG'), money('10.00', 'USD')], 'CAD', '18.90 CAD'],
    ['nothing', [], 'USD', '0.00 USD'],
  ] as const)('%s', (...[, amounts, to, expected]) => {
    expect(formatMoney(convertSum(amounts, to, { rates, rounding: 'nearest' }))).toBe(expected);
  });

  test('what counts against a limit is never rounded down', () => {
    const one = money('0.01', 'ZWG');
    expect(convertSum([one], 'USD', { rates, rounding: 'up' }).amountMinor).toBe(1n);
    expect(convertSum([one], 'USD', { rates, rounding: 'nearest' }).amountMinor).toBe(0n);
  });

  test('is exact within a denomination, odd in sign, and off by at most one half when several are summed', () => {
    const amount = fc.record({
      amountMinor: fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
      denomination: fc.constantFrom(...DENOMINATIONS),
    });
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 8 }), fc.constantFrom(...DENOMINATIONS), (amounts, to) => {
        const own = amounts.filter(({ denomination }) => denomination === to);
        const show = (each: readonly Money[]): bigint =>
          convertSum(each, to, { rates, rounding: 'nearest' }).amountMinor;
        expect(show(own)).toBe(own.reduce((sum, { amountMinor }) => sum + amountMinor, 0n));
        expect(show(amounts.map((each) => ({ ...each, amountMinor: -each.amountMinor })))).toBe(-show(amounts));
        const apart = amounts.reduce((sum, each) => sum + show([each]), 0n);
        const difference = apart - show(amounts);
        expect((difference < 0n ? -difference : difference) <= BigInt(amounts.length)).toBe(true);
      }),
    );
  });
});
