import type { BotContent, MediaKind, Prompt } from '../people/chat.ts';
import { dig } from './check-value.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const optional = <Key extends string>(key: Key, value: unknown): Partial<Record<Key, string>> =>
  typeof value === 'string' ? ({ [key]: value } as Record<Key, string>) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const readPrompt = (interactive: unknown): Prompt => ({
  body: text(dig(interactive, 'body', 'text')),
  ...optional('header', dig(interactive, 'header', 'text')),
  ...optional('footer', dig(interactive, 'footer', 'text')),
});

const readRow = (row: unknown) => ({
  id: text(dig(row, 'id')),
  title: text(dig(row, 'title')),
  ...optional('description', dig(row, 'description')),
});

const readInteractive = (interactive: unknown): BotContent => {
  const prompt = readPrompt(interactive);
  const action = dig(interactive, 'action');
  const parameters = dig(action, 'parameters');
  switch (dig(interactive, 'type')) {
    case 'button':
      return {
        kind: 'buttons',
        ...prompt,
        buttons: list(dig(action, 'buttons')).map((button) => readRow(dig(button, 'reply'))),
      };
    case 'list': {
      const sections = list(dig(action, 'sections')).map((section) => ({
        ...optional('title', dig(section, 'title')),
        rows: list(dig(section, 'rows')).map(readRow),
      }));
      return { kind: 'list', ...prompt, button: text(dig(action, 'button')), sections };
    }
    case 'contact_request':
      return { kind: 'number_request', ...prompt };
    case 'flow': {
      const flow = text(dig(parameters, 'flow_id') ?? dig(parameters, 'flow_name'));
      const token = optional('token', dig(parameters, 'flow_token'));
      return { kind: 'flow', ...prompt, label: text(dig(parameters, 'flow_cta')), flow, ...token };
    }
    default:
      return {
        kind: 'link',
        ...prompt,
        label: text(dig(parameters, 'display_text')),
        url: text(dig(parameters, 'url')),
      };
  }
};

const MEDIA: readonly string[] = ['image', 'video', 'document', 'audio', 'sticker'] satisfies readonly MediaKind[];

/** What a checked send shows to its reader. */
export const readContent = (body: unknown): BotContent => {
  const type = text(dig(body, 'type') ?? 'text');
  if (type === 'text') return { kind: 'text', body: text(dig(body, 'text', 'body')) };
  if (type === 'interactive') return readInteractive(dig(body, 'interactive'));
  if (type === 'reaction')
    return {
      kind: 'reaction',
      emoji: text(dig(body, 'reaction', 'emoji')),
      to: text(dig(body, 'reaction', 'message_id')),
    };
  if (type === 'template') {
    const part = list(dig(body, 'template', 'components')).find((component) => dig(component, 'type') === 'body');
    return {
      kind: 'template',
      name: text(dig(body, 'template', 'name')),
      language: text(dig(body, 'template', 'language', 'code')),
      parameters: list(dig(part, 'parameters')).map((parameter) => text(dig(parameter, 'text'))),
    };
  }
  if (MEDIA.includes(type))
    return { kind: 'media', media: type as MediaKind, ...optional('caption', dig(body, type, 'caption')) };
  return { kind: 'other', type };
};
