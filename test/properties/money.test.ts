import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  DECIMALS,
  DENOMINATIONS,
  formatAmount,
  formatMoney,
  parseAmount,
  readMoney,
  type Denomination,
} from '../../src/base/money.ts';

const anyDenomination = fc.constantFrom(...DENOMINATIONS);
const maxMinor = (denomination: Denomination) => 10n ** BigInt(12 + DECIMALS[denomination]) - 1n;

test('an amount that was written is read back as the same amount (S17)', () => {
  fc.assert(
    fc.property(anyDenomination, fc.bigInt({ min: 1n, max: 10n ** 16n }), (denomination, wanted) => {
      const amountMinor = (wanted % maxMinor(denomination)) + 1n;
      const money = { amountMinor, denomination };
      expect(parseAmount(formatAmount(money), denomination)).toEqual({ ok: true, value: money });
      expect(readMoney(formatMoney(money))).toEqual(money);
      expect(readMoney(formatMoney({ amountMinor: -amountMinor, denomination }))).toEqual({
        amountMinor: -amountMinor,
        denomination,
      });
    }),
    { numRuns: 2_000 },
  );
});

/** The grammar of S17, read letter by letter and without a regular expression. */
const readByHand = (text: string, decimals: number): bigint | undefined => {
  const digits = (part: string) =>
    part !== '' && [...part].every((letter) => letter.length === 1 && letter >= '0' && letter <= '9');
  const point = text.indexOf('.');
  const whole = point < 0 ? text : text.slice(0, point);
  const fraction = point < 0 ? undefined : text.slice(point + 1);
  if (!digits(whole) || whole.length > 12 || (whole.length > 1 && whole.startsWith('0'))) return undefined;
  if (fraction !== undefined && (!digits(fraction) || fraction.length > decimals)) return undefined;
  let minor = 0n;
  for (const letter of whole + (fraction ?? '').padEnd(decimals, '0'))
    minor = minor * 10n + BigInt(letter.charCodeAt(0) - 48);
  return minor > 0n ? minor : undefined;
};

const nearlyAmount = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789.'), maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...'01.,-+eExX_n \n٢２½'), maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

test('what is read agrees with the grammar read by hand; nothing is rounded into something else (S17)', () => {
  fc.assert(
    fc.property(anyDenomination, nearlyAmount, (denomination, text) => {
      const read = parseAmount(text, denomination);
      expect(read.ok ? read.value.amountMinor : undefined).toBe(readByHand(text, DECIMALS[denomination]));
    }),
    { numRuns: 5_000 },
  );
});
