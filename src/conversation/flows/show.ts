import { fitText } from '../../base/fit-text.ts';
import type { Outgoing } from '../../delivery/outgoing.ts';
import type { RowWording } from '../wording/wording.ts';

export type Choice = { readonly action: string; readonly title: string };

/** Paragraphs, those that are there. */
export const paragraphs = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join('\n\n');

export const showText = (body: string): Outgoing => ({ kind: 'text', body: fitText(body, 4096) });

/** The id of a button: the nonce of the screen it belongs to (S34), then what it does there. */
const idOf = (nonce: string, action: string): string => `${nonce}:${action}`;

/** Up to three buttons. */
export const showButtons = (nonce: string, body: string, choices: readonly Choice[]): Outgoing => ({
  kind: 'buttons',
  body: fitText(body, 1024),
  buttons: choices
    .slice(0, 3)
    .map(({ action, title }) => ({ id: fitText(idOf(nonce, action), 256), title: fitText(title, 20) })),
});

export type ListParts = {
  readonly nonce: string;
  readonly body: string;
  readonly button: string;
  readonly section: string;
  readonly rows: readonly (RowWording & { readonly action: string })[];
};

/** A list of up to ten rows, numbered, because some people rather type. */
export const showList = ({ nonce, body, button, section, rows }: ListParts): Outgoing => ({
  kind: 'list',
  body: fitText(body, 1024),
  button: fitText(button, 20),
  sections: [
    {
      title: fitText(section, 24),
      rows: rows.slice(0, 10).map(({ action, title, description }, index) => ({
        id: fitText(idOf(nonce, action), 200),
        title: fitText(`${index + 1}. ${title}`, 24),
        description: fitText(description, 72),
      })),
    },
  ],
});

/** The two halves of a button's id; undefined for anything that is not one of ours. */
export const readTapId = (id: string): { readonly nonce: string; readonly action: string } | undefined => {
  const match = /^([A-Za-z0-9_-]{1,64}):([a-z][a-z0-9_.]{0,63})$/.exec(id);
  return match?.[1] !== undefined && match[2] !== undefined ? { nonce: match[1], action: match[2] } : undefined;
};

/** The choice that a typed number means: "2" and "2." are the second. ASCII digits only. */
export const pickByNumber = <T>(choices: readonly T[], text: string): T | undefined => {
  const digits = /^([1-9][0-9]?)\.?$/.exec(text)?.[1];
  return digits === undefined ? undefined : choices[Number(digits) - 1];
};
