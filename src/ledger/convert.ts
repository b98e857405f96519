import { assert } from '../base/assert.ts';
import { DECIMALS, type Denomination, type Money } from '../base/money.ts';

/** CXX for one unit of each denomination on one day, in units of 10⁻¹⁸: exact, never a float. */
export type Rates = Readonly<Record<Denomination, bigint>>;

const RATE_DECIMALS = 18;
const FINEST = 4;

/** Reads PostgreSQL's text of a rate. */
export const readRate = (text: string): bigint => {
  const [whole = '', fraction = ''] = text.split('.');
  assert(/^\d+$/.test(whole) && fraction.length <= RATE_DECIMALS, 'a stored rate is a plain decimal');
  return BigInt(whole + fraction.padEnd(RATE_DECIMALS, '0'));
};

const scale = (denomination: Denomination): bigint => 10n ** BigInt(FINEST - DECIMALS[denomination]);

/**
 * The sum of several amounts in one denomination at the day's rates, rounded once. `up` rounds away from zero (what counts
 * against a limit), `nearest` is for showing.
 */
export const convertSum = (
  amounts: readonly Money[],
  to: Denomination,
  { rates, rounding }: { readonly rates: Rates; readonly rounding: 'up' | 'nearest' },
): Money => {
  // amount × rate is CXX; brought to the finest decimals of any denomination so that one division remains.
  const numerator = amounts.reduce(
    (sum, { amountMinor, denomination }) => sum + amountMinor * scale(denomination) * rates[denomination],
    0n,
  );
  const divisor = scale(to) * rates[to];
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded =
    rounding === 'up' ? (magnitude + divisor - 1n) / divisor : (2n * magnitude + divisor) / (2n * divisor);
  return { amountMinor: numerator < 0n ? -rounded : rounded, denomination: to };
};
