import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { Avatar, formatAddress } from './avatar.tsx';
import { readField } from './form-field.ts';
import { Icon } from './icons.tsx';
import { readPlainText } from './mark-up.ts';
import { isProblem, simulator } from './simulator-client.ts';
import type { PageChat, WorldAction } from './world.ts';

type Change = (action: WorldAction) => void;

const AddPerson = ({ onAdded }: { readonly onAdded: (who: string) => void }) => {
  const [hidden, setHidden] = useState(false);
  const [problem, setProblem] = useState('');
  const add = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const name = readField(form, 'name');
    const answer = await simulator.add({
      ...(hidden ? {} : { phone: readField(form, 'phone') }),
      ...(name ? { name } : {}),
    });
    setProblem(isProblem(answer) ? answer.problem : '');
    if (isProblem(answer)) return;
    form.reset();
    onAdded(answer.who);
  };
  return (
    <details class="fold">
      <summary>
        <Icon name="add" /> Add a phone
      </summary>
      <form onSubmit={(event) => void add(event)}>
        <label>
          Name
          <input name="name" autocomplete="off" maxLength={60} placeholder="Stranger" />
        </label>
        {!hidden && (
          <label>
            Phone number
            <input name="phone" type="tel" autocomplete="off" required placeholder="263770000009" />
          </label>
        )}
        <label class="check">
          <input type="checkbox" checked={hidden} onChange={() => setHidden(!hidden)} /> Hides the number (BSUID only)
        </label>
        <p class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" class="primary">
          Add
        </button>
      </form>
    </details>
  );
};

const lastLine = ({ messages }: PageChat): string => {
  const last = messages.findLast(({ from }) => from !== 'graph');
  if (!last || last.from === 'graph') return '';
  const { content } = last;
  const line = 'body' in content ? content.body : 'title' in content ? content.title : '';
  return readPlainText(line.split('\n')[0] ?? '').slice(0, 80);
};

type PeopleListProps = {
  readonly people: readonly PageChat[];
  readonly open: readonly string[];
  readonly change: Change;
};

/** Everyone in this world; choosing one puts their phone on the desk and into view. */
export const PeopleList = ({ people, open, change }: PeopleListProps) => (
  <nav class="people" aria-label="People">
    <ul>
      {people.map((chat) => {
        const { who, name } = chat.person;
        const isOpen = open.includes(who);
        return (
          <li key={who}>
            <button
              type="button"
              class={isOpen ? 'person open' : 'person'}
              onClick={() => change({ type: 'call', who })}
            >
              <Avatar person={chat.person} />
              <span class="who">
                <span class="name">{name}</span>
                <span class="last">{lastLine(chat) || formatAddress(chat.person)}</span>
              </span>
              {chat.unread > 0 && (
                <span class="unread">
                  {chat.unread}
                  <span class="hidden"> unread</span>
                </span>
              )}
            </button>
          </li>
        );
      })}
    </ul>
    <AddPerson onAdded={(who) => change({ type: 'call', who })} />
  </nav>
);
