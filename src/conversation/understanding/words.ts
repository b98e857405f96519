/** What a person may say at any moment, whatever the screen. */
export type Word = 'greeting' | 'menu' | 'cancel' | 'help' | 'about' | 'stop' | 'start' | 'thanks';

/** Words that nobody is called: they work on every screen, where a name is asked for too. */
const WORDS: Readonly<Record<Word, readonly string[]>> = {
  greeting: [
    ...['hi', 'hie', 'hy', 'hey', 'heyi', 'hello', 'helo', 'hallo', 'good day', 'good morning', 'good afternoon'],
    ...['good evening', 'good night', 'greetings', 'hi there', 'hello there', 'hey there'],
    ...['makadii', 'makadini', 'makadii zvenyu', 'makadini zvenyu', 'mhoroi', 'wakadii', 'wakadini', 'mangwanani'],
    ...['ndeipi', 'ko sei'],
    ...['sawubona', 'salibonani', 'sabona', 'saubona', 'linjani', 'unjani', 'livukile', 'livuke njani', 'litshonile'],
    ...['jambo', 'habari', 'bonjour', 'salut', 'hola', 'buenos dias', 'reset', 'restart'],
  ],
  menu: ['menu', 'memu', 'main menu', 'home', 'balance', 'balances', 'bal', 'dashboard'],
  cancel: ['cancel', 'x', 'exit', 'quit', 'stop flow', 'stop-flow', 'kanzura', 'khansela'],
  help: ['help', 'help me', '?', 'agent', 'support', 'human', 'ndibatsirei', 'ndibatsireiwo', 'ngisizeni'],
  about: ['about', 'about vimbisopay', 'info', 'information', 'what is this', 'what is vimbisopay'],
  stop: ['stop', 'stop all', 'unsubscribe', 'opt out', 'optout'],
  start: ['start', 'unstop', 'subscribe', 'opt in', 'optin'],
  thanks: ['thanks', 'thank you', 'thank u', 'thx', 'maita basa', 'maita', 'ngiyabonga', 'siyabonga'],
};

/** The same, but people are called so (Morning, Tatenda, Batsirai): not commands where a name is asked for. */
const NAME_LIKE: Readonly<Record<string, Word>> = {
  morning: 'greeting',
  afternoon: 'greeting',
  evening: 'greeting',
  mhoro: 'greeting',
  mhoroyi: 'greeting',
  masikati: 'greeting',
  manheru: 'greeting',
  rubatsiro: 'help',
  batsirai: 'help',
  usizo: 'help',
  tatenda: 'thanks',
  ndatenda: 'thanks',
  mazvita: 'thanks',
};

const MEANINGS: ReadonlyMap<string, Word> = new Map(
  Object.entries(WORDS).flatMap(([word, texts]) => texts.map((text) => [text, word as Word] as const)),
);

const PUNCTUATION = /[\p{P}\p{S}\p{Emoji_Presentation}\p{Emoji_Modifier}\ufe0f]+/gu;

/** Lower case, without punctuation and emoji; "heyyy" is "hey". A question mark alone stays. */
const fold = (text: string): string => {
  const bare = text
    .toLowerCase()
    .replace(/(\p{L})\1{2,}/gu, '$1')
    .replace(/-/g, ' ')
    .replace(PUNCTUATION, '')
    .replace(/ {2,}/g, ' ')
    .trim();
  return bare === '' && text.startsWith('?') ? '?' : bare;
};

/** The longest text that can be one of the words; the rest is not even folded. */
const WORD_MAX = 40;

/** Whether the whole text is one of the global words. A greeting may be followed by one word ("hi vimbiso"). */
export const readWord = (text: string, isNameExpected: boolean): Word | undefined => {
  if (text.length > WORD_MAX) return undefined;
  const folded = fold(text);
  const meaning = MEANINGS.get(folded);
  if (meaning !== undefined || isNameExpected) return meaning;
  if (Object.hasOwn(NAME_LIKE, folded)) return NAME_LIKE[folded];
  const [first = '', second, ...rest] = folded.split(' ');
  const isAddressed = second !== undefined && rest.length === 0 && MEANINGS.get(first) === 'greeting';
  return isAddressed ? 'greeting' : undefined;
};
