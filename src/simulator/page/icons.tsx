import type { MessageState } from '../people/chat.ts';

const PATHS = {
  send: 'M3.4 20.4 21 12 3.4 3.6 3.4 10.2 15 12 3.4 13.8Z',
  list: 'M4 6h2M10 6h10M4 12h2M10 12h10M4 18h2M10 18h10',
  close: 'M6 6 18 18M18 6 6 18',
  add: 'M12 5v14M5 12h14',
  reply: 'M10 6 4 12l6 6M4 12h9a7 7 0 0 1 7 7',
  phone: 'M8 3h8a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2ZM11 18h2',
  form: 'M6 3h12v18H6ZM9 8h6M9 12h6M9 16h3',
  link: 'M14 4h6v6M20 4 10 14M18 14v6H4V6h6',
} as const;

export const Icon = ({ name }: { readonly name: keyof typeof PATHS }) => (
  <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);

const TICKS: Readonly<Record<MessageState, { readonly label: string; readonly path: string }>> = {
  waiting: { label: 'Waiting', path: 'M9 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM9 5v3.2l2 1.3' },
  accepted: { label: 'On its way', path: 'M4 8.5 7.2 12 14 4.5' },
  sent: { label: 'Sent', path: 'M4 8.5 7.2 12 14 4.5' },
  delivered: { label: 'Delivered', path: 'M1.5 8.5 4.7 12 11.5 4.5M8 11.2 8.8 12 15.6 4.5' },
  read: { label: 'Read', path: 'M1.5 8.5 4.7 12 11.5 4.5M8 11.2 8.8 12 15.6 4.5' },
  failed: { label: 'Not delivered', path: 'M9 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM9 5v3.6M9 10.8v.2' },
};

export const Ticks = ({ state }: { readonly state: MessageState }) => (
  <svg class={`ticks ticks-${state}`} viewBox="0 0 18 16" role="img" aria-label={TICKS[state].label}>
    <path d={TICKS[state].path} />
  </svg>
);
