/** Longest text that is looked at; WhatsApp itself sends no more (Cloud API, `text.body`). */
const TEXT_MAX = 4_096;

/**
 * Letters and marks that print as nothing: format characters (zero width, bidi, tags), and the blanks that Unicode calls
 * letters or symbols (Hangul fillers, Braille blank). Left in, they make two texts look alike or a name look empty.
 */
const INVISIBLE = /[\p{Cf}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu;
const CONTROL_OR_SPACE = /[\p{Cc}\p{Z}\s]+/gu;

/**
 * A stranger's text in the form in which it is understood (S74): NFC, one space for any run of spaces and control
 * characters, nothing invisible, no lone surrogate, at most `max` UTF-16 units. Nothing is escaped here.
 */
export const cleanText = (raw: string, max = TEXT_MAX): string =>
  raw
    .slice(0, max)
    .toWellFormed()
    .replace(CONTROL_OR_SPACE, ' ')
    .replace(INVISIBLE, '')
    .normalize('NFC')
    .replace(/ {2,}/g, ' ')
    .trim()
    .slice(0, max)
    .toWellFormed();
