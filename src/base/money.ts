import { accepted, refused, type Result } from './result.ts';

/** Decimals each denomination is kept in; the order is the order in which balances are shown. */
export const DECIMALS = { USD: 2, ZWG: 2, CXX: 3, CAD: 2, XAU: 4 } as const;

export type Denomination = keyof typeof DECIMALS;
export const DENOMINATIONS = Object.keys(DECIMALS) as readonly Denomination[];

/** An exact amount in the minor units of its denomination (S101). May be negative in balances and entries. */
export type Money = { readonly amountMinor: bigint; readonly denomination: Denomination };

export type AmountRefusal = 'not_a_number' | 'too_many_decimals' | 'not_positive' | 'too_large';

/** The largest amount anybody may name: 12 digits before the point (S17). */
const AMOUNT_DIGITS_MAX = 12;

export const isDenomination = (text: string): text is Denomination => Object.hasOwn(DECIMALS, text);

/**
 * Reads a stranger's plain decimal (S17): ASCII digits, no sign, exponent, separator or leading zero; more than zero;
 * no more decimals than the denomination has. What it refuses is never rounded into something else.
 */
export const parseAmount = (text: string, denomination: Denomination): Result<Money, AmountRefusal> => {
  const match = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/.exec(text);
  if (!match) return refused('not_a_number');
  const [, whole = '', fraction = ''] = match;
  if (whole.length > AMOUNT_DIGITS_MAX) return refused('too_large');
  const decimals = DECIMALS[denomination];
  if (fraction.length > decimals) return refused('too_many_decimals');
  const amountMinor = BigInt(whole + fraction.padEnd(decimals, '0'));
  return amountMinor > 0n ? accepted({ amountMinor, denomination }) : refused('not_positive');
};

/** Reads what a credex core wrote, `"-10.00 USD"`: signed, no thousands separator. Undefined when it is anything else. */
export const readMoney = (text: string): Money | undefined => {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]{1,6}))? ([A-Z]{3})$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', denomination = ''] = match;
  if (!isDenomination(denomination) || fraction.length > DECIMALS[denomination]) return undefined;
  const amountMinor = BigInt(whole + fraction.padEnd(DECIMALS[denomination], '0'));
  return { amountMinor: sign === '-' ? -amountMinor : amountMinor, denomination };
};

/** `-1234.50`: all decimals of the denomination, no thousands separator. */
export const formatAmount = ({ amountMinor, denomination }: Money): string => {
  const decimals = DECIMALS[denomination];
  const digits = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(decimals + 1, '0');
  const sign = amountMinor < 0n ? '-' : '';
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
};

/** `-1234.50 USD`, the form of dialect C. */
export const formatMoney = (money: Money): string => `${formatAmount(money)} ${money.denomination}`;
