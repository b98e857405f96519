import { isDenomination, parseAmount, type AmountRefusal, type Denomination, type Money } from '../../base/money.ts';
import { refused, type Result } from '../../base/result.ts';

export type AmountMistake = AmountRefusal | 'denomination_unknown' | 'denominations_two';

/** The longest text that can be an amount; the rest is not looked into. */
const AMOUNT_TEXT_MAX = 40;

/** `5`, `5 USD` or `USD 5`, spaces optional; where no denomination is named it is the account's own. */
export const readAmount = (text: string, usual: Denomination): Result<Money, AmountMistake> => {
  if (text.length > AMOUNT_TEXT_MAX) return refused('not_a_number');
  const match = /^([A-Za-z]*) *([^A-Za-z ]+) *([A-Za-z]*)$/.exec(text.trim());
  if (!match) return refused('not_a_number');
  const [, before = '', digits = '', after = ''] = match;
  if (before !== '' && after !== '') return refused('denominations_two');
  const denomination = (before || after || usual).toUpperCase();
  // A number is looked at first: `1e5` is a wrong number, not an unknown denomination.
  const asUsual = parseAmount(digits, usual);
  if (!asUsual.ok && asUsual.refusal === 'not_a_number') return asUsual;
  if (/^[A-Z]{3}$/.test(denomination) && isDenomination(denomination)) return parseAmount(digits, denomination);
  return refused('denomination_unknown');
};

/** A handle as people type it: lower-cased, and a phone number with its plus. Undefined when it can be none. */
export const readHandle = (text: string): string | undefined => {
  const bare = text.trim().toLowerCase();
  const handle = /^\+[0-9]+$/.test(bare) ? bare.slice(1) : bare;
  return /^[a-z0-9_]{3,30}$/.test(handle) ? handle : undefined;
};
