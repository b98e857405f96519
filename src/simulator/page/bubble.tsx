import type { ComponentChildren } from 'preact';
import type { BotContent, BotMessage, ChatMessage, PersonContent, Prompt } from '../people/chat.ts';
import type { PersonAct } from '../people/route.ts';
import { Icon, Ticks } from './icons.tsx';
import { MarkedText } from './marked-text.tsx';

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

const PICTURES = {
  image: 'Photo',
  video: 'Video',
  document: 'Document',
  audio: 'Voice note',
  sticker: 'Sticker',
} as const;

const PersonBody = ({ content }: { readonly content: PersonContent }) => {
  switch (content.kind) {
    case 'text':
      return <MarkedText text={content.body} />;
    case 'tap':
      return (
        <p class="text" dir="auto">
          {content.title}
          {content.description !== undefined && <small>{content.description}</small>}
        </p>
      );
    case 'number':
      return <p class="text">{`My number: +${content.phone}`}</p>;
    case 'form':
      return <p class="text aside">Form submitted</p>;
    case 'media':
      return (
        <p class="text aside">{`${PICTURES[content.media]}${content.caption === undefined ? '' : `: ${content.caption}`}`}</p>
      );
    case 'reaction':
      return <p class="text emoji">{content.emoji || 'Reaction taken back'}</p>;
    case 'edit':
      return (
        <p class="text" dir="auto">
          {content.body} <small>edited</small>
        </p>
      );
    case 'revoke':
      return <p class="text aside">You deleted a message</p>;
    case 'other':
      return <p class="text aside">{content.type}</p>;
  }
};

const PromptBody = ({ prompt }: { readonly prompt: Prompt }) => (
  <>
    {prompt.header !== undefined && (
      <p class="title" dir="auto">
        {prompt.header}
      </p>
    )}
    <MarkedText text={prompt.body} />
    {prompt.footer !== undefined && (
      <p class="footer" dir="auto">
        {prompt.footer}
      </p>
    )}
  </>
);

const BotBody = ({ content }: { readonly content: BotContent }) => {
  switch (content.kind) {
    case 'text':
      return <MarkedText text={content.body} />;
    case 'buttons':
    case 'list':
    case 'number_request':
    case 'flow':
    case 'link':
      return <PromptBody prompt={content} />;
    case 'template':
      return (
        <>
          <p class="footer">{`Template ${content.name} (${content.language})`}</p>
          <MarkedText text={content.parameters.join('\n')} />
        </>
      );
    case 'media':
      return (
        <p class="text aside">{`${PICTURES[content.media]}${content.caption === undefined ? '' : `: ${content.caption}`}`}</p>
      );
    case 'reaction':
      return <p class="text emoji">{content.emoji}</p>;
    case 'other':
      return <p class="text aside">{content.type}</p>;
  }
};

type ActionsProps = {
  readonly message: BotMessage;
  readonly act: (act: PersonAct) => void;
  readonly onOpen: (prompt: BotMessage) => void;
};

/** What can be tapped under a message. */
const Actions = ({ message, act, onOpen }: ActionsProps) => {
  const { content, wamid } = message;
  const opener = (icon: 'list' | 'phone' | 'form', label: string) => (
    <button type="button" class="action" aria-haspopup="dialog" onClick={() => onOpen(message)}>
      <Icon name={icon} /> {label}
    </button>
  );
  switch (content.kind) {
    case 'buttons':
      return content.buttons.map(({ id, title }) => (
        <button key={id} type="button" class="action" onClick={() => act({ act: 'tap', id, prompt: wamid })}>
          <Icon name="reply" /> {title}
        </button>
      ));
    case 'list':
      return opener('list', content.button);
    case 'number_request':
      return opener('phone', 'Share phone number');
    case 'flow':
      return opener('form', content.label);
    case 'link':
      return (
        <span class="action inert" title={content.url}>
          <Icon name="link" /> {content.label}
        </span>
      );
    case 'text':
    case 'template':
    case 'media':
    case 'reaction':
    case 'other':
      return null;
  }
};

type FrameProps = {
  readonly message: ChatMessage;
  readonly quoted: string | undefined;
  readonly children: ComponentChildren;
};

const Frame = ({ message, quoted, children }: FrameProps) => (
  <div class="bubble">
    <span class="hidden">{message.from === 'person' ? 'You: ' : 'Bot: '}</span>
    {quoted !== undefined && (
      <p class="quote" dir="auto">
        {quoted}
      </p>
    )}
    {children}
    <p class="meta">
      <span>{CLOCK.format(message.at)}</span>
      <Ticks state={message.state} />
    </p>
  </div>
);

export type BubbleProps = Omit<ActionsProps, 'message'> & {
  readonly message: ChatMessage;
  readonly quoted: string | undefined;
};

/** One message in a phone. */
export const Bubble = ({ message, quoted, act, onOpen }: BubbleProps) => {
  const problem = message.error && `${String(message.error.code)} · ${message.error.details}`;
  if (message.from === 'graph')
    return (
      <li class="notice">
        <span>WhatsApp refused the bot’s message</span>
        {problem !== undefined && <small>{problem}</small>}
      </li>
    );
  if (message.from === 'person')
    return (
      <li class="line mine">
        <Frame message={message} quoted={quoted}>
          <PersonBody content={message.content} />
        </Frame>
        {message.state === 'failed' && <p class="trouble">The bot did not take it</p>}
      </li>
    );
  return (
    <li class="line">
      <Frame message={message} quoted={quoted}>
        <BotBody content={message.content} />
      </Frame>
      <div class="actions">
        <Actions message={message} act={act} onOpen={onOpen} />
      </div>
      {problem !== undefined && <p class="trouble">{`Not delivered: ${problem}`}</p>}
    </li>
  );
};
