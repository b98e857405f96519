import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

declare const brand: unique symbol;
/** A number in WhatsApp's form: E.164 digits without the plus sign. */
export type Phone = string & { readonly [brand]: 'Phone' };
/** A business-scoped user id (Meta, "Business-scoped user IDs"). */
export type Bsuid = string & { readonly [brand]: 'Bsuid' };

/** S16: WhatsApp's `wa_id` or `from`; undefined for anything else, the empty text seen in the wild included. */
export const readWaId = (value: unknown): Phone | undefined =>
  typeof value === 'string' && /^[1-9][0-9]{6,14}$/.test(value) ? (value as Phone) : undefined;

/** Meta: two capitals of a country, optional `ENT.`, up to 128 letters and digits. */
export const readBsuid = (value: unknown): Bsuid | undefined =>
  typeof value === 'string' && /^[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}$/.test(value) ? (value as Bsuid) : undefined;

/** What a person typed as a phone number, Zimbabwe when no country is given; only valid numbers. */
export const readTypedPhone = (text: string): Phone | undefined => {
  if (!/^[+0-9 ()-]{6,24}$/.test(text)) return undefined;
  const parsed = parsePhoneNumberFromString(text, 'ZW');
  return parsed?.isPossible() ? readWaId(parsed.number.slice(1)) : undefined;
};
