import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { en } from '../../src/conversation/wording/en.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { BotMessage } from '../../src/simulator/people/chat.ts';
import type { Chance } from './chance.ts';

/** What a person may say whose answer tells which of these it answers. */
const WORDS = {
  hi: en.welcome.body,
  help: en.help,
  about: en.about,
  stop: en.stop,
  start: en.start,
  thanks: en.thanks,
  cancel: en.begin.nothingToCancel,
} as const;
type Word = keyof typeof WORDS;
const ALL = Object.keys(WORDS) as readonly Word[];

const wordAnsweredBy = ({ content }: BotMessage): string => {
  const body = 'body' in content ? content.body : '';
  return ALL.find((word) => body.startsWith(WORDS[word])) ?? `something else: ${body.slice(0, 60)}`;
};

export type Findings = {
  readonly messages: number;
  /** Copies of an answer beyond the first, all under the reference of the first. */
  readonly repeated: number;
};

/** People who talk without waiting for answers, each one message after another, as a phone on a bad network sends them. */
export type Crowd = {
  readonly said: () => number;
  /** Everybody ends what they are saying; resolves when a door has taken each message. */
  readonly hush: () => Promise<void>;
  /**
   * Throws unless everybody got exactly the answers to what they said, in its order: copies of one reference apart, and
   * `lost` answers over all, which the program itself says were doubtful twice and are undelivered.
   */
  readonly check: (lost?: number) => Findings;
};

export type CrowdOptions = {
  readonly size?: number;
  /** Of the block that is set aside for tests; crowds of one town need different ones. */
  readonly firstNumber?: number;
  readonly pauseMaxMs?: number;
};

export const openCrowd = (
  { people }: Simulator,
  chance: Chance,
  { size = 16, firstNumber = 1_000, pauseMaxMs = 400 }: CrowdOptions = {},
): Crowd => {
  const phones = Array.from({ length: size }, (_, index) => `26377000${String(firstNumber + index).padStart(4, '0')}`);
  const said = new Map<string, Word[]>(phones.map((phone) => [phone, []]));
  const hushing = new AbortController();
  setMaxListeners(0, hushing.signal);

  const talk = async (phone: string): Promise<void> => {
    const words = said.get(phone)!;
    for (;;) {
      // Nobody begins at the same moment as everybody.
      await pause(chance.between(0, pauseMaxMs), undefined, { signal: hushing.signal }).catch(() => undefined);
      if (hushing.signal.aborted) return;
      const word = words.length === 0 ? 'hi' : chance.oneOf(ALL);
      words.push(word);
      await people.write(phone, word);
    }
  };
  const talks = phones.map(talk);

  const answersOf = (phone: string): { readonly words: readonly string[]; readonly repeated: number } => {
    const seen = new Set<string>();
    const firsts = people.inbox(phone).filter(({ reference = '' }) => {
      const isNew = !seen.has(reference);
      seen.add(reference);
      return isNew;
    });
    return { words: firsts.map(wordAnsweredBy), repeated: people.inbox(phone).length - firsts.length };
  };

  return {
    said: () => [...said.values()].reduce((sum, words) => sum + words.length, 0),
    hush: async () => {
      hushing.abort();
      await Promise.all(talks);
    },
    check: (lost = 0) => {
      const messages = [...said.values()].flat().length;
      let repeated = 0;
      let answered = 0;
      const differences: string[] = [];
      for (const [phone, words] of said) {
        const answers = answersOf(phone);
        repeated += answers.repeated;
        answered += answers.words.length;
        if (lost === 0 ? words.join() !== answers.words.join() : !isWithin(words, answers.words))
          differences.push(describeDifference(words, answers.words));
      }
      if (differences.length > 0)
        throw new Error(`${differences.length} people of ${size}:\n${differences.join('\n')}`);
      if (answered !== messages - lost) throw new Error(`${messages} messages, ${answered} answers, ${lost} lost`);
      return { messages, repeated };
    },
  };
};

/** Whether `some` is `all` with pieces left out. */
const isWithin = (all: readonly string[], some: readonly string[]): boolean => {
  let place = 0;
  for (const each of all) if (each === some[place]) place += 1;
  return place === some.length;
};

const describeDifference = (words: readonly string[], answers: readonly string[]): string => {
  const place = words.findIndex((word, index) => answers[index] !== word);
  const from = place < 0 ? words.length : place;
  const some = (list: readonly string[]): string => list.slice(from, from + 4).join(', ');
  return `of ${words.length} messages, ${answers.length} answers, number ${from + 1} differs: ${some(words)} / ${some(answers)}`;
};
