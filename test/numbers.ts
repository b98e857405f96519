/**
 * Every phone number that code, tests and fixtures may hold. Nobody can be reached under any of them, so a test that
 * escapes to a real network harms no one, and no real person's number ends up in the history.
 */
const ALLOWED_NUMBERS: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /^26377000\d{4}$/, what: 'members: the block set aside for tests and the demo' },
  { pattern: /^1555000\d{4}$/, what: 'businesses: area code 555 is not in service' },
  { pattern: /^1\d{3}55501\d{2}$/, what: 'North America: 555-0100 to 555-0199 are kept for fiction (NANPA)' },
  { pattern: /^447700900\d{3}$/, what: 'United Kingdom: kept for drama (Ofcom)' },
];

// Alone, not inside a longer word: ids, hashes and amounts are not numbers of people.
const CANDIDATE = /(?<![\w.+])(?:\+[1-9]\d{9,14}|263\d{7,12}|1555\d{7})(?!\w)/g;
const SPACED = /(?<![\w.+])\+\d{1,3}(?:[ -]\d{2,4}){2,5}(?!\w)/g;

/** The phone numbers in a text that are not on the list, as they stand there. */
export function findForeignNumbers(text: string): readonly string[] {
  const found = [...(text.match(CANDIDATE) ?? []), ...(text.match(SPACED) ?? [])];
  return found.filter((number) => {
    const digits = number.replaceAll(/\D/g, '');
    return digits.length >= 10 && !ALLOWED_NUMBERS.some(({ pattern }) => pattern.test(digits));
  });
}
