import type { SimulatorEvent } from './people/chat.ts';

type Listener = (event: SimulatorEvent) => void;

/** One stream of what happens, for chat pages; costs nothing while nobody listens. */
export type Events = { readonly emit: Listener; readonly subscribe: (listener: Listener) => () => void };

export const createEvents = (): Events => {
  const listeners = new Set<Listener>();
  return Object.freeze({
    emit: (event: SimulatorEvent) => {
      for (const listener of listeners) listener(event);
    },
    subscribe: (listener: Listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  });
};
