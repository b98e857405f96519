import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { systemClock } from '../../base/clock.ts';
import type { BotMessage, ChatMessage } from '../people/chat.ts';
import type { PersonAct } from '../people/route.ts';
import { Avatar, formatAddress } from './avatar.tsx';
import { Bubble, type BubbleProps } from './bubble.tsx';
import { Composer } from './composer.tsx';
import { Icon } from './icons.tsx';
import { readPlainText } from './mark-up.ts';
import { PromptSheet } from './prompt-sheet.tsx';
import { isProblem, simulator } from './simulator-client.ts';
import type { PageChat } from './world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const QUOTE_MAX = 80;
const AT_END_PX = 80;
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

const formatDay = (at: number): string => {
  const day = DAY.format(at);
  const now = systemClock.now();
  return day === DAY.format(now) ? 'Today' : day === DAY.format(now - DAY_MS) ? 'Yesterday' : day;
};

const quote = (messages: readonly ChatMessage[], wamid: string | undefined): string | undefined => {
  const quoted = wamid === undefined ? undefined : messages.find((message) => message.wamid === wamid);
  if (!quoted || quoted.from === 'graph') return undefined;
  const line = 'body' in quoted.content ? readPlainText(quoted.content.body) : 'a message';
  return line.length > QUOTE_MAX ? `${line.slice(0, QUOTE_MAX)}…` : line;
};

type ThreadProps = Pick<BubbleProps, 'act' | 'onOpen'> & { readonly chat: PageChat };

/** The messages, oldest first; stays at the end unless one has scrolled up to read. */
const Thread = ({ chat: { messages, typing, person }, act, onOpen }: ThreadProps) => {
  const thread = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const stay = (): void => {
    const { current } = thread;
    if (current && atEnd.current) current.scrollTop = current.scrollHeight;
  };
  useLayoutEffect(stay, [messages, typing]);
  useEffect(() => {
    // A phone that is put beside this one makes it narrower and its lines longer.
    const observer = new ResizeObserver(stay);
    if (thread.current) observer.observe(thread.current);
    return () => observer.disconnect();
  }, []);
  const height = useRef(0);
  const onScroll = (): void => {
    const { current } = thread;
    if (!current) return;
    // The browser also scrolls when the phone changes its size; only a reader's scrolling counts.
    const resized = current.clientHeight !== height.current;
    height.current = current.clientHeight;
    if (!resized) atEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < AT_END_PX;
  };
  return (
    <div ref={thread} class="thread" role="log" aria-label={`Chat of ${person.name}`} tabIndex={0} onScroll={onScroll}>
      {messages.length === 0 && <p class="hint">Say hi to begin.</p>}
      <ol>
        {messages.map((message, index) => {
          const day = formatDay(message.at);
          const before = messages[index - 1];
          return [
            (!before || formatDay(before.at) !== day) && (
              <li key={`day ${String(message.seq)}`} class="day">
                {day}
              </li>
            ),
            <Bubble
              key={message.seq}
              message={message}
              quoted={quote(messages, message.answers)}
              act={act}
              onOpen={onOpen}
            />,
          ];
        })}
        {typing && (
          <li class="line">
            <div class="bubble typing" aria-label="The bot is typing">
              <i />
              <i />
              <i />
            </div>
          </li>
        )}
      </ol>
    </div>
  );
};

type PhoneProps = {
  readonly chat: PageChat;
  /** Rises each time this phone is asked for: it then comes into view. */
  readonly calls: number;
  readonly onClose: () => void;
};

/** One person's phone with their chat with the bot. */
export const Phone = ({ chat, calls, onClose }: PhoneProps) => {
  const { person } = chat;
  const phone = useRef<HTMLElement>(null);
  useEffect(() => {
    if (calls > 0) phone.current?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [calls]);
  const [prompt, setPrompt] = useState<BotMessage | undefined>();
  const [problem, setProblem] = useState('');
  const act = (what: PersonAct): void => {
    setPrompt(undefined);
    void simulator.act(person.who, what).then((answer) => setProblem(isProblem(answer) ? answer.problem : ''));
  };
  return (
    <section ref={phone} class="phone" aria-label={`Phone of ${person.name}`}>
      <div class="screen" inert={prompt !== undefined}>
        <header class="bar">
          <Avatar person={person} />
          <div class="who">
            <h2 class="name">{person.name}</h2>
            <p class="last">{formatAddress(person)}</p>
          </div>
          <button type="button" class="round" aria-label={`Put away the phone of ${person.name}`} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        <Thread chat={chat} act={act} onOpen={setPrompt} />
        <p class="problem" role="alert">
          {problem}
        </p>
        <Composer name={person.name} act={act} />
      </div>
      {prompt && <PromptSheet prompt={prompt} person={person} act={act} onClose={() => setPrompt(undefined)} />}
    </section>
  );
};
