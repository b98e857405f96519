import { renderContent } from './chat.ts';
import type { BotMessage } from './people/chat.ts';
import type { World } from './world.ts';

/** The story that `npm run demo` plays through signed webhooks. Every line is checked; the first that is off ends it. */
export type Storyteller = { readonly world: World; readonly print: (line: string) => void };

const TARIRO = '263770000001';
const FARAI = '263770000002';
/** Known to nobody when the story begins. */
const NEWCOMER = '263770000099';
const HIDDEN = 'ZW.13770000098';
const SIX_MINUTES_MS = 360_000;

class StoryFailed extends Error {
  override readonly name = 'StoryFailed';
}

const textOf = (message: BotMessage): string => renderContent(message.content).join('\n');

const indent = (text: string): string => text.replaceAll(/^/gm, '    ');

type Say = (who: string, words: string, expected: readonly string[]) => Promise<BotMessage>;

/** Speaks as somebody, prints both sides, and refuses an answer that lacks one of the expected pieces. */
const createSay =
  ({ world, print }: Storyteller, names: Readonly<Record<string, string>>): Say =>
  async (who, words, expected) => {
    print(`\n${names[who] ?? who}: ${words}`);
    const isTap = words.startsWith('[');
    const before = world.people.inbox(who).length;
    if (isTap) await world.people.tap(who, tapIdOf(world, who, words.slice(1, -1)));
    else await world.people.write(who, words);
    await world.settle();
    const answers = world.people.inbox(who).slice(before);
    const [answer] = answers;
    if (!answer || answers.length > 1)
      throw new StoryFailed(`${String(answers.length)} answers to "${words}", expected one`);
    print(indent(textOf(answer)));
    expectPieces(`the answer to "${words}"`, answer, expected);
    return answer;
  };

/** What somebody else hears because of what is done: a notice that comes by itself. */
const overhear = async (
  { world, print }: Storyteller,
  who: string,
  act: () => Promise<unknown>,
): Promise<BotMessage> => {
  const after = world.people.history(who).at(-1)?.seq ?? 0;
  await act();
  const notice = await world.people.waitForReply(who, { after });
  print(`\n(to the other side)\n${indent(textOf(notice))}`);
  return notice;
};

const expectPieces = (what: string, message: BotMessage, expected: readonly string[]): void => {
  for (const piece of expected) if (!textOf(message).includes(piece)) throw new StoryFailed(`${what} lacks "${piece}"`);
};

/** The id behind a button's or row's title on the newest message that has it. */
const tapIdOf = (world: World, who: string, title: string): string => {
  const line = world.people
    .inbox(who)
    .toReversed()
    .flatMap((message) => renderContent(message.content))
    .find((text) => text.includes(`] ${title}`) || text.includes(`. ${title}`));
  const id = /^\[(?:button|list):([^\]]+)\]/.exec(line ?? '')?.[1];
  if (id === undefined) throw new StoryFailed(`nobody offered "${title}"`);
  return id;
};

/** Plays it; resolves when every answer and the ledger are as they must be. */
export const tellStory = async (teller: Storyteller): Promise<void> => {
  const { world, print } = teller;
  world.people.add({ bsuid: HIDDEN, name: 'Somebody without a number' });
  const say = createSay(teller, {
    [TARIRO]: 'Tariro',
    [FARAI]: 'Farai',
    [NEWCOMER]: 'A newcomer',
    [HIDDEN]: 'Somebody without a number',
  });

  print('1. Two members greet and see what they have.');
  await say(TARIRO, 'mhoro', [
    'Tariro Moyo Personal',
    '12.00 USD',
    '6.50 USD',
    '1 offer waits',
    '1 offer of yours waits',
  ]);
  await say(FARAI, 'hi', ['Farai Dube Personal', '1500.00 ZWG', '1 offer waits']);

  print('\n2. A newcomer becomes a member, by questions.');
  await say(NEWCOMER, 'hello', ['Become a member']);
  await say(NEWCOMER, '[Become a member]', ['first name']);
  await say(NEWCOMER, 'Nomsa2', ['letters']);
  await say(NEWCOMER, 'Nomsa', ['last name']);
  await say(NEWCOMER, "O'Zulu-Dube", ['Nomsa', "O'Zulu-Dube"]);
  await say(NEWCOMER, '[Yes, join]', ["Nomsa O'Zulu-Dube Personal", NEWCOMER]);

  print('\n3. One of them pays the other: shown, confirmed once, told to both, accepted.');
  await say(TARIRO, `0.5 USD=>${FARAI}`, ['0.50 USD', 'Farai Dube Personal', 'Yes, send']);
  await say(TARIRO, 'yes', ['Nothing is done yet']);
  const told = await overhear(teller, FARAI, () =>
    say(TARIRO, '[Yes, send]', ['You offered *0.50 USD* to Farai Dube Personal', 'You have: 11.50 USD']),
  );
  expectPieces('the notice', told, ['Tariro Moyo Personal offers you *0.50 USD*']);
  await say(FARAI, 'offers', ['0.50 USD']);
  await say(FARAI, '[0.50 USD]', ['offers you *0.50 USD*']);
  await say(FARAI, '[Accept]', ['0.50 USD', 'Tariro Moyo Personal', 'Yes, accept']);
  const heard = await overhear(teller, TARIRO, () =>
    say(FARAI, '[Yes, accept]', ['You accepted *0.50 USD* from Tariro Moyo Personal']),
  );
  expectPieces('the notice', heard, ['Farai Dube Personal accepted your offer of *0.50 USD*']);
  await say(TARIRO, 'history', ['-0.50 USD', 'Farai Dube Personal']);
  await say(TARIRO, 'menu', ['11.50 USD']);

  print('\n4. Whatever is said, there is an answer.');
  await say(TARIRO, 'what can you do', ['did not understand', 'Balances']);
  await say(TARIRO, 'help', ['menu']);

  print('\n5. Six quiet minutes later the visit is over, and said to be.');
  world.clock.advance(SIX_MINUTES_MS);
  await say(TARIRO, 'pay my friend', ['five quiet minutes', '11.50 USD']);

  print('\n6. Somebody whose number WhatsApp does not show is asked for it.');
  await say(HIDDEN, 'hi', ['phone number']);

  await checkEnd(teller);
};

/** What the story must leave behind: nobody was told anything twice, and the ledger's own check holds. */
const checkEnd = async ({ world, print }: Storyteller): Promise<void> => {
  const problems = await world.checkLedger();
  if (problems.length > 0) throw new StoryFailed(`the ledger does not add up: ${problems.join('; ')}`);
  const references = world.sent.list().map(({ message }) => message.reference);
  if (new Set(references).size !== references.length) throw new StoryFailed('an answer was sent twice');
  print(`\nAll as it must be: ${String(references.length)} answers, each once; the ledger adds up.`);
};
