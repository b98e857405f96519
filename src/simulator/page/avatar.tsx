import type { Person } from '../people/chat.ts';

const HUES = 6;

const initials = (name: string): string => {
  const words = name.split(/\s+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
};

/** Decoration: the name stands beside it. */
export const Avatar = ({ person }: { readonly person: Person }) => {
  const hue = [...person.who].reduce((sum, unit) => sum + (unit.codePointAt(0) ?? 0), 0) % HUES;
  return (
    <span class={`avatar hue-${String(hue)}`} aria-hidden="true">
      {initials(person.name)}
    </span>
  );
};

/** How a person is reached, in groups that can be read aloud. */
export const formatAddress = ({ phone, username }: Person): string =>
  phone === undefined
    ? username === undefined
      ? 'hides the number'
      : `@${username} · hides the number`
    : phone.startsWith('263') && phone.length === 12
      ? `+263 ${phone.slice(3, 5)} ${phone.slice(5, 8)} ${phone.slice(8)}`
      : `+${phone}`;
