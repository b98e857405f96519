import { describe, expect, test } from 'vitest';
import { DENOMINATIONS, formatAmount, formatMoney, isDenomination, parseAmount, readMoney } from './money.ts';

describe('what a person may write as an amount (S17, S101)', () => {
  test.each([
    ['25', 'USD', 2_500n],
    ['25.5', 'USD', 2_550n],
    ['25.50', 'USD', 2_550n],
    ['0.01', 'USD', 1n],
    ['0.001', 'CXX', 1n],
    ['0.0001', 'XAU', 1n],
    ['10', 'ZWG', 1_000n],
    ['7.07', 'CAD', 707n],
    ['999999999999.99', 'USD', 99_999_999_999_999n],
    ['999999999999.9999', 'XAU', 9_999_999_999_999_999n],
  ] as const)('%s %s is %s minor units', (text, denomination, amountMinor) => {
    expect(parseAmount(text, denomination)).toEqual({ ok: true, value: { amountMinor, denomination } });
  });

  test.each(
    [
      ...['NaN', 'nan', 'Infinity', 'inf', '-inf', 'null', 'undefined', 'true', '', ' ', '.'],
      ...['1e9', '1E2', '1e-2', '0x10', '0b1', '0o7', '1_000', '1n'],
      ...['-5', '\u22125', '+5', '--5', '5-', '(5)', '-0.01'],
      ...['1,5', '1,000', '1.234,00', "1'000", '1 000', '00.5', '01', '1.', '.5', '1.2.3'],
      ...['٢٥', '１２', '२५', '²⁵', '½', 'Ⅴ', '五', 'UſD', '25\u200b', '2\u202e5', '25\u00a0'],
      ...[' 25', '25 ', '25\n', '\t25', '25\u0000'],
    ].map((text) => [text]),
  )('refuses %j as no number', (text) => {
    for (const denomination of DENOMINATIONS)
      expect(parseAmount(text, denomination)).toEqual({ ok: false, refusal: 'not_a_number' });
  });

  test.each([
    ['0', 'USD', 'not_positive'],
    ['0.00', 'USD', 'not_positive'],
    ['0.0000', 'XAU', 'not_positive'],
    ['0.001', 'USD', 'too_many_decimals'],
    ['1.000', 'ZWG', 'too_many_decimals'],
    ['1.0000', 'CXX', 'too_many_decimals'],
    ['1.00000', 'XAU', 'too_many_decimals'],
    ['1000000000000', 'USD', 'too_large'],
    ['9'.repeat(30), 'USD', 'too_large'],
    ['9'.repeat(100_000), 'USD', 'too_large'],
  ] as const)('refuses %s %s: %s', (text, denomination, refusal) => {
    expect(parseAmount(text, denomination)).toEqual({ ok: false, refusal });
  });
});

describe('what a core writes as an amount', () => {
  test.each([
    ['-10.00 USD', { amountMinor: -1_000n, denomination: 'USD' }],
    ['0.00 ZWG', { amountMinor: 0n, denomination: 'ZWG' }],
    ['1234.5 CXX', { amountMinor: 1_234_500n, denomination: 'CXX' }],
    ['7 XAU', { amountMinor: 70_000n, denomination: 'XAU' }],
  ])('reads %s', (text, money) => {
    expect(readMoney(text)).toEqual(money);
  });

  test.each([
    '10.00',
    '10.00 usd',
    '10.00 ABC',
    '1,000.00 USD',
    '10.001 USD',
    '+1.00 USD',
    '1e3 USD',
    ' 1.00 USD',
    '1.00  USD',
    '1.00 USD\n',
    '1.00 toString',
  ])('refuses %j', (text) => {
    expect(readMoney(text)).toBeUndefined();
  });
});

describe('how money is written', () => {
  test.each([
    [{ amountMinor: 5n, denomination: 'USD' }, '0.05'],
    [{ amountMinor: -5n, denomination: 'USD' }, '-0.05'],
    [{ amountMinor: 0n, denomination: 'XAU' }, '0.0000'],
    [{ amountMinor: -123_450n, denomination: 'CXX' }, '-123.450'],
    [{ amountMinor: 12_345_678_901_234_567_890n, denomination: 'USD' }, '123456789012345678.90'],
  ] as const)('with all its decimals and no separator: %o', (money, text) => {
    expect(formatAmount(money)).toBe(text);
    expect(formatMoney(money)).toBe(`${text} ${money.denomination}`);
  });

  test('a word of Object.prototype is no denomination', () => {
    for (const word of ['toString', 'constructor', '__proto__', 'usd', '']) expect(isDenomination(word)).toBe(false);
  });
});
