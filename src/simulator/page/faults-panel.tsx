import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Fault, StandingFault } from '../faults.ts';
import type { Person } from '../people/chat.ts';
import { readField } from './form-field.ts';
import { Icon } from './icons.tsx';
import { isProblem, simulator } from './simulator-client.ts';

const CHOICES: readonly { readonly label: string; readonly fault: Fault }[] = [
  { label: 'Too many sends (130429)', fault: { kind: 'error', code: 130429 } },
  { label: 'Too many to one person (131056)', fault: { kind: 'error', code: 131056 } },
  { label: 'Token expired (190)', fault: { kind: 'error', code: 190 } },
  { label: 'Graph fails (500)', fault: { kind: 'error', code: 131000 } },
  { label: 'Graph answers with a web page (502)', fault: { kind: 'garbage' } },
  { label: 'Accepted, then never answered', fault: { kind: 'hang' } },
  { label: 'Answers 5 s late', fault: { kind: 'late_answer', ms: 5000 } },
  { label: 'Slow by 3 s', fault: { kind: 'slow', ms: 3000 } },
  { label: 'Connection reset before', fault: { kind: 'reset_before' } },
  { label: 'Accepted, then connection reset', fault: { kind: 'reset_after' } },
  { label: 'Undeliverable (131026)', fault: { kind: 'undeliverable', code: 131026 } },
];
const describeFault = (fault: Fault): string =>
  CHOICES.find((choice) => JSON.stringify(choice.fault) === JSON.stringify(fault))?.label ?? fault.kind;

type StandingProps = { readonly standing: StandingFault; readonly people: readonly Person[] };
const Standing = ({ standing: { id, fault, who, times }, people }: StandingProps) => {
  const name = people.find((person) => person.who === who)?.name ?? 'everyone';
  return (
    <li>
      <span>
        {describeFault(fault)}{' '}
        <small>{`${name}, ${times === undefined ? 'until cleared' : `${String(times)} ×`}`}</small>
      </span>
      <button
        type="button"
        class="round"
        aria-label={`Clear: ${describeFault(fault)}`}
        onClick={() => void simulator.clear(id)}
      >
        <Icon name="close" />
      </button>
    </li>
  );
};

/** Trouble on order, for sends to one person or to all. */
export const FaultsPanel = ({ count, people }: { readonly count: number; readonly people: readonly Person[] }) => {
  const [standing, setStanding] = useState<readonly StandingFault[]>([]);
  useEffect(() => {
    void simulator.faults().then((answer) => (isProblem(answer) ? undefined : setStanding(answer.faults)));
  }, [count]);
  const order = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const fault = CHOICES[Number(readField(form, 'fault'))]?.fault;
    const who = readField(form, 'who');
    const times = Number(readField(form, 'times'));
    if (fault) void simulator.order({ fault, ...(who ? { who } : {}), ...(times ? { times } : {}) });
  };
  return (
    <details class="fold faults">
      <summary>
        Trouble
        {standing.length > 0 && <span class="unread">{standing.length}</span>}
      </summary>
      <ul>
        {standing.map((one) => (
          <Standing key={one.id} standing={one} people={people} />
        ))}
      </ul>
      <form onSubmit={order}>
        <label>
          What goes wrong
          <select name="fault">
            {CHOICES.map(({ label }, index) => (
              <option key={label} value={index}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label>
          For whom
          <select name="who">
            <option value="">Everyone</option>
            {people.map(({ who, name }) => (
              <option key={who} value={who}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          How often
          <select name="times">
            <option value="1">Next message</option>
            <option value="3">Next 3 messages</option>
            <option value="0">Until cleared</option>
          </select>
        </label>
        <button type="submit" class="primary">
          Order trouble
        </button>
      </form>
    </details>
  );
};
