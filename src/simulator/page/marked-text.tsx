import type { JSX } from 'preact';
import { readMarkUp, type Mark } from './mark-up.ts';

const show = (mark: Mark, index: number): JSX.Element | string => {
  switch (mark.kind) {
    case 'plain':
      return mark.text;
    case 'mono':
      return <code key={index}>{mark.text}</code>;
    // A stranger's link can be seen, not followed.
    case 'link':
      return (
        <span key={index} class="link">
          {mark.text}
        </span>
      );
    case 'bold':
      return <strong key={index}>{mark.marks.map(show)}</strong>;
    case 'italic':
      return <em key={index}>{mark.marks.map(show)}</em>;
    case 'strike':
      return <s key={index}>{mark.marks.map(show)}</s>;
  }
};

/** A message's text with WhatsApp's mark-up, made of text nodes only. */
export const MarkedText = ({ text }: { readonly text: string }) => (
  <p class="text" dir="auto">
    {readMarkUp(text).map(show)}
  </p>
);
