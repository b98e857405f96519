import type { Person, SimulatorEvent, Who } from '../people/chat.ts';
import type { PersonAct } from '../people/route.ts';
import type { Fault, StandingFault } from '../faults.ts';
import type { Snapshot } from './world.ts';

/** A sentence to show where the simulator said No or did not answer. */
export type Problem = { readonly problem: string };

const call = async <T>(path: string, method = 'GET', body?: object): Promise<T | Problem> => {
  const sent =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(path, { method, ...sent });
    return (await answer.json()) as T | Problem;
  } catch {
    return { problem: 'The simulator does not answer.' };
  }
};

export const isProblem = (answer: object): answer is Problem => 'problem' in answer;

/** The simulator as the page speaks to it. */
export const simulator = Object.freeze({
  people: () => call<{ people: Snapshot }>('/_people'),
  add: (person: { phone?: string; name?: string; username?: string }) => call<Person>('/_people', 'POST', person),
  act: (who: Who, act: PersonAct) => call<{ seq: number }>(`/_people/${encodeURIComponent(who)}/acts`, 'POST', act),
  faults: () => call<{ faults: readonly StandingFault[] }>('/_faults'),
  order: (order: { fault: Fault; who?: Who; times?: number }) => call<{ id: string }>('/_faults', 'POST', order),
  clear: (id: string) => call<object>(`/_faults/${id}`, 'DELETE'),
  listen: (onEvent: (event: SimulatorEvent) => void, onConnection: (on: boolean) => void): (() => void) => {
    const source = new EventSource('/_events');
    source.addEventListener('open', () => onConnection(true));
    source.addEventListener('error', () => onConnection(false));
    source.addEventListener('message', ({ data }) => onEvent(JSON.parse(String(data)) as SimulatorEvent));
    return () => source.close();
  },
});
