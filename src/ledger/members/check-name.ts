/** The contract's names: Unicode letters, marks, space, hyphen, apostrophe; 1-50 characters, at least one a letter. */
export const isMemberName = (text: string): boolean => /^[\p{L}\p{M}' ’-]{1,50}$/u.test(text) && /\p{L}/u.test(text);
