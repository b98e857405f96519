export type NameRefusal = 'empty' | 'has_digits' | 'has_symbols' | 'too_long';

const NAME_LETTERS_MAX = 50;

/** Phones write the curly one by themselves; core knows one apostrophe. */
const APOSTROPHES = /[\u2018\u2019\u02bc\u00b4`]/g;
const HYPHENS = /[\u2010\u2011\u2013]/g;

/**
 * A first or last name as typed, already cleaned: 1 to 50 letters with their marks, spaces, hyphens and apostrophes,
 * beginning with a letter. Names of two letters, accents and apostrophes are names.
 */
export const readName = (text: string): { readonly name: string } | { readonly refusal: NameRefusal } => {
  const name = text.replace(APOSTROPHES, "'").replace(HYPHENS, '-');
  if (/\p{N}/u.test(name)) return { refusal: 'has_digits' };
  if (!/\p{L}/u.test(name)) return { refusal: 'empty' };
  if (!/^\p{L}[\p{L}\p{M} '-]*$/u.test(name)) return { refusal: 'has_symbols' };
  return [...name].length > NAME_LETTERS_MAX ? { refusal: 'too_long' } : { name };
};
