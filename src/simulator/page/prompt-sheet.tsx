import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { BotMessage, Person } from '../people/chat.ts';
import type { PersonAct } from '../people/route.ts';
import { readField } from './form-field.ts';
import { Sheet } from './sheet.tsx';

type PromptSheetProps = {
  readonly prompt: BotMessage;
  readonly person: Person;
  readonly act: (act: PersonAct) => void;
  readonly onClose: () => void;
};

const readFields = (json: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

const FormSheet = ({
  act,
  onClose,
  title,
}: Omit<PromptSheetProps, 'prompt' | 'person'> & { readonly title: string }) => {
  const [problem, setProblem] = useState('');
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const response = readFields(readField(event.currentTarget, 'fields'));
    if (response) act({ act: 'flow', response });
    else setProblem('That is not a JSON object.');
  };
  return (
    <Sheet title={title} onClose={onClose}>
      <form onSubmit={submit}>
        <label>
          What the form answers, as JSON
          <textarea name="fields" rows={5}>
            {'{}'}
          </textarea>
        </label>
        <p class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" class="primary">
          Submit
        </button>
      </form>
    </Sheet>
  );
};

const NumberSheet = ({ person, act, onClose }: Omit<PromptSheetProps, 'prompt'>) => {
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    act({ act: 'share_number', phone: readField(event.currentTarget, 'phone') });
  };
  return (
    <Sheet title="Share your phone number?" onClose={onClose}>
      <form onSubmit={submit}>
        <label>
          Your number
          <input name="phone" type="tel" required defaultValue={person.phone ?? ''} placeholder="263770000009" />
        </label>
        <button type="submit" class="primary">
          Share
        </button>
      </form>
    </Sheet>
  );
};

/** What opens when a prompt is tapped: the rows of a list, a form, or the question whether to share the number. */
export const PromptSheet = ({ prompt, person, act, onClose }: PromptSheetProps) => {
  const { content, wamid } = prompt;
  if (content.kind === 'number_request') return <NumberSheet person={person} act={act} onClose={onClose} />;
  if (content.kind === 'flow') return <FormSheet title={content.label} act={act} onClose={onClose} />;
  if (content.kind !== 'list') return null;
  return (
    <Sheet title={content.button} onClose={onClose}>
      {content.sections.map((section, index) => (
        <section key={index} class="rows">
          {section.title !== undefined && <h4>{section.title}</h4>}
          <ul>
            {section.rows.map(({ id, title, description }) => (
              <li key={id}>
                <button type="button" onClick={() => act({ act: 'tap', id, prompt: wamid })}>
                  <span class="name">{title}</span>
                  {description !== undefined && <span class="last">{description}</span>}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Sheet>
  );
};
