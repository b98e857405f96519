import { useRef, useState } from 'preact/hooks';
import type { PersonAct } from '../people/route.ts';
import { Icon } from './icons.tsx';

const ATTACHMENTS: readonly { readonly label: string; readonly act: PersonAct }[] = [
  { label: 'Photo', act: { act: 'media', media: 'image' } },
  { label: 'Voice note', act: { act: 'media', media: 'audio' } },
  { label: 'Document', act: { act: 'media', media: 'document' } },
  { label: 'Sticker', act: { act: 'media', media: 'sticker' } },
  { label: 'Location', act: { act: 'location' } },
  { label: 'Someone’s contact', act: { act: 'contact', phone: '263770000099' } },
  { label: 'Something unsupported', act: { act: 'unsupported' } },
];

type ComposerProps = { readonly name: string; readonly act: (act: PersonAct) => void };

const Attachments = ({ act, onClose }: { readonly act: ComposerProps['act']; readonly onClose: () => void }) => (
  <ul class="attachments" onKeyDown={(event) => (event.key === 'Escape' ? onClose() : undefined)}>
    {ATTACHMENTS.map(({ label, act: what }) => (
      <li key={label}>
        <button
          type="button"
          onClick={() => {
            act(what);
            onClose();
          }}
        >
          {label}
        </button>
      </li>
    ))}
  </ul>
);

/** Where one writes. Enter sends, Shift and Enter begin a new line. */
export const Composer = ({ name, act }: ComposerProps) => {
  const [text, setText] = useState('');
  const [attaching, setAttaching] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const send = (): void => {
    if (text.trim() === '') return;
    act({ act: 'text', text });
    setText('');
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {attaching && <Attachments act={act} onClose={() => setAttaching(false)} />}
      <button
        type="button"
        class="round"
        aria-label="Attach"
        aria-expanded={attaching}
        onClick={() => setAttaching(!attaching)}
      >
        <Icon name="add" />
      </button>
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={`Message as ${name}`}
        placeholder="Message"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <button type="submit" class="round send" aria-label="Send" disabled={text.trim() === ''}>
        <Icon name="send" />
      </button>
    </form>
  );
};
