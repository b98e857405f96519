import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icons.tsx';

type SheetProps = { readonly title: string; readonly onClose: () => void; readonly children: ComponentChildren };

/** Slides up inside one phone; the other phones stay usable. Takes the focus, gives it back, closes on Escape. */
export const Sheet = ({ title, onClose, children }: SheetProps) => {
  const titleId = useId();
  const sheet = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    sheet.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <div class="veil" onClick={(event) => (event.target === event.currentTarget ? onClose() : undefined)}>
      <div
        ref={sheet}
        class="sheet"
        role="dialog"
        aria-labelledby={titleId}
        tabIndex={-1}
        onKeyDown={(event) => (event.key === 'Escape' ? onClose() : undefined)}
      >
        <header>
          <h3 id={titleId}>{title}</h3>
          <button type="button" class="round" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </div>
  );
};
