import { en } from './en.ts';
import type { Wording } from './wording.ts';

const WORDINGS: ReadonlyMap<string, Wording> = new Map([['en', en]]);

/** The wording of a language (ISO 639-1); English for one that we do not speak. */
export const wordingOf = (language: string): Wording => WORDINGS.get(language) ?? en;
