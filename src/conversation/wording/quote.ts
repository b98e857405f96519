import { fitText } from '../../base/fit-text.ts';
import { cleanText } from '../understanding/clean-text.ts';

declare const quoted: unique symbol;
/** Somebody's own words, made harmless; the only form in which the texts take a name. Only this file makes it. */
export type Quoted = string & { readonly [quoted]: true };

/** Enough for any real name; ten thousand emoji must not push the balances out of a message. */
const NAME_MAX = 40;
const NOTHING_PRINTABLE = '(no name)';

/** Mark-up characters become their full-width look-alikes: they still read the same and WhatsApp no longer acts on them. */
const FULL_WIDTH: Readonly<Record<string, string>> = { '*': '＊', _: '＿', '~': '～', '`': '｀' };
const MARK_UP = /[*_~`]/g;
/** A dot, or what address bars take for one, that something follows at once: what makes a link of a word. */
const LINK_DOT = /[.\u2024\u3002\uff0e\uff61](?=[^\s.])/gu;
const SCHEME = /:\/+/g;
/** More than three marks on one letter paint over the lines above and below. */
const PILED_MARKS = /(\p{M}{3})\p{M}+/gu;

const neutralise = (text: string): string =>
  text
    .replace(PILED_MARKS, '$1')
    .replace(MARK_UP, (character) => FULL_WIDTH[character] ?? '')
    .replace(SCHEME, ': ')
    .replace(LINK_DOT, '. ');

/**
 * A name that somebody chose, for a text that we write (S74, S102): one line, no control, bidi or invisible characters, no
 * WhatsApp mark-up, nothing that WhatsApp turns into a link, at most 40 UTF-16 units.
 */
export const quote = (raw: string): Quoted => {
  const clean = neutralise(cleanText(raw, 4 * NAME_MAX));
  const fitted = fitText(clean, NAME_MAX);
  // One grapheme longer than the whole line leaves nothing: then by code points.
  const text = /^…?$/.test(fitted) ? [...clean].slice(0, NAME_MAX / 2).join('') : fitted;
  return (/[\p{L}\p{N}\p{S}\p{P}]/u.test(text) ? text : NOTHING_PRINTABLE) as Quoted;
};

/**
 * A handle, which people copy and type: only an underscore at its edge can start or end mark-up, so only that one
 * changes. What is no handle is treated as a name.
 */
export const quoteHandle = (raw: string): Quoted =>
  /^[a-z0-9_]{3,30}$/.test(raw) ? (raw.replace(/^_+|_+$/g, (edge) => '＿'.repeat(edge.length)) as Quoted) : quote(raw);
