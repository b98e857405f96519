import { readMoney, type Denomination, type Money } from '../base/money.ts';

/**
 * An amount as cores write it: `-1,234.50 USD`. Separators only where they belong; without a code, as the original says
 * of a new account (contract 1.2), it is in `fallback`. Undefined when it is anything else.
 */
export const readCoreMoney = (text: string, fallback: Denomination): Money | undefined => {
  const match = /^(-?)([0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,15})(\.[0-9]{1,6})?(?: ([A-Z]{3}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = '', code = fallback] = match;
  return readMoney(`${sign}${whole.replaceAll(',', '')}${fraction} ${code}`);
};

/**
 * `remainingAvailableUSD`, which is a JSON number by contract. Its shortest decimal text is taken, never arithmetic on the
 * float; what a core's own float error left behind the cents is cut off, which never allows more than core did.
 */
export const readRemainingUsd = (value: number): Money | undefined => {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]+))?$/.exec(String(value));
  if (!match) return undefined;
  const [, sign, whole = '', fraction = ''] = match;
  const amountMinor = sign === '-' ? 0n : BigInt(whole + fraction.slice(0, 2).padEnd(2, '0'));
  return { amountMinor, denomination: 'USD' };
};
