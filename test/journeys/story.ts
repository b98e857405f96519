import { expect } from 'vitest';
import { renderContent } from '../../src/simulator/chat.ts';
import type { BotMessage, Who } from '../../src/simulator/people/chat.ts';
import { openWorld, type World, type WorldOptions } from '../../src/simulator/world.ts';
import { openTestStores } from '../support/stores.ts';

/** Limits that no story meets but those about limits. */
const GENEROUS = {
  LIMIT_STRANGER_PER_DAY: '100000',
  LIMIT_MEMBER_PER_DAY: '100000',
  LIMIT_MEMBER_PER_MINUTE: '100000',
  LIMIT_PAIR_PER_MINUTE: '100000',
  LIMIT_PAIR_BURST: '100000',
};

/** The world, and the ways in which a story speaks to it. */
export type Story = World & {
  /** Writes; resolves with the one answer's text, buttons and rows as the terminal shows them. None or two is a failure. */
  readonly say: (who: Who, words: string) => Promise<string>;
  /** Taps what is called so on the newest message that offers it. */
  readonly tap: (who: Who, title: string) => Promise<string>;
  /** The one answer to whatever is done. */
  readonly answerTo: (who: Who, act: () => Promise<unknown>) => Promise<string>;
  /** All answers to whatever is done. */
  readonly answersTo: (who: Who, act: () => Promise<unknown>) => Promise<readonly string[]>;
  readonly databaseUrl: string;
  /** The id behind a title. */
  readonly idOf: (who: Who, title: string) => string;
};

const textOf = (message: BotMessage): string => renderContent(message.content).join('\n');

export const openStory = async (options: Partial<WorldOptions> = {}): Promise<Story> => {
  const stores = await openTestStores();
  const world = await openWorld({ ...stores, ...options, environment: { ...GENEROUS, ...options.environment } });
  const { people } = world;

  const answersTo: Story['answersTo'] = async (who, act) => {
    const before = people.inbox(who).length;
    await act();
    await world.settle();
    return people.inbox(who).slice(before).map(textOf);
  };
  const answerTo: Story['answerTo'] = async (who, act) => {
    const answers = await answersTo(who, act);
    expect(answers, 'one answer').toHaveLength(1);
    return answers[0]!;
  };
  const idOf: Story['idOf'] = (who, title) => {
    const lines = people
      .inbox(who)
      .toReversed()
      .flatMap(({ content }) => renderContent(content));
    const line = lines.find((text) => /^\[(button|list):/.test(text) && text.includes(title));
    const id = /^\[(?:button|list):([^\]]+)\]/.exec(line ?? '')?.[1];
    if (id === undefined) throw new Error(`nobody offered "${title}"`);
    return id;
  };
  return Object.freeze({
    ...world,
    databaseUrl: stores.databaseUrl,
    answersTo,
    answerTo,
    idOf,
    say: (who: Who, words: string) => answerTo(who, () => people.write(who, words)),
    tap: (who: Who, title: string) => answerTo(who, () => people.tap(who, idOf(who, title))),
    close: async () => {
      const problems = await world.checkLedger();
      await world.close();
      await stores.release();
      expect(problems, 'the ledger adds up').toEqual([]);
    },
  });
};
