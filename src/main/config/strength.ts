/** Words that mark a value as a sample or a placeholder: whoever reads a handbook knows it. */
const SAMPLES =
  /change-?_?me|replace-?_?me|placeholder|example|sample|insecure|dummy|not-?_?a?-?_?secret|password|passw0rd|qwerty|letmein|hunter2|your[-_]|<[^>]*>|s3cr3t|supersecret|deadbeef|lorem|foobar|\btodo\b|\bx{4,}\b/i;

/** Words that add nothing to a secret's strength. */
const EMPTY_WORDS =
  /secret|token|string|value|default|long|enough|very|super|this|that|test|staging|production|development|local|admin|vimbiso|vimbisopay|credex|whatsapp|verify|webhook|django|client|hello|world|random/gi;

export const isSample = (text: string): boolean => SAMPLES.test(text);

/** The shortest beginning that, repeated, gives the whole at least twice: what is repeated adds nothing. */
const dropRepeats = (text: string): string => {
  for (let period = 1; period <= text.length / 2; period += 1) {
    if (text.startsWith(text.slice(period))) return text.slice(0, period);
  }
  return text;
};

/** Without what follows from the two characters before: `abcdef`, `987`, `aaaa`. */
const dropRuns = (text: string): string =>
  [...text]
    .filter((character, index) => {
      const [before, last] = [text.charCodeAt(index - 2), text.charCodeAt(index - 1)];
      const step = character.charCodeAt(0) - last;
      return !(Math.abs(step) <= 1 && last - before === step);
    })
    .join('');

const alphabetBits = (text: string): number => {
  if (/^[0-9]*$/.test(text)) return Math.log2(10);
  if (/^[0-9a-f]*$/.test(text) || /^[0-9A-F]*$/.test(text)) return 4;
  if (/^[0-9a-z]*$/.test(text) || /^[0-9A-Z]*$/.test(text)) return Math.log2(36);
  return 6;
};

const WORD_BITS = 11;

/** A plain word counts as one of 2,048, as in a list of pass phrases; anything else by its alphabet, at most `bitsMax` a character. */
const partBits = (part: string, bitsMax: number): number => {
  if (/^[A-Za-z]?[a-z]{1,13}$/.test(part)) return Math.min(WORD_BITS, part.length * 4.7);
  return part.length * Math.min(alphabetBits(part), bitsMax);
};

/**
 * A cautious guess at the bits of chance in a text: good enough to tell what a generator made from what a person typed.
 * Random text keeps about 3.7 bits a hex digit and 4.8 a base64 character.
 */
export const estimateBits = (text: string): number => {
  const kept = dropRuns(dropRepeats(text.replaceAll(EMPTY_WORDS, ' ')));
  const varietyBits = Math.log2(Math.max(new Set(kept).size, 1));
  return kept.split(/[\s._:/-]+/).reduce((sum, part) => sum + partBits(part, varietyBits), 0);
};

/** 32 bytes that no generator made: text, or few different bytes. */
export const isWeakKey = (bytes: Uint8Array): boolean =>
  new Set(bytes).size < 16 || bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
