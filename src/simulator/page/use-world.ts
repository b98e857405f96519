import { useEffect, useReducer } from 'preact/hooks';
import { isProblem, simulator } from './simulator-client.ts';
import { changeWorld, EMPTY_WORLD, type World, type WorldAction } from './world.ts';

const REMEMBERED = 'open phones';
const PHONES_AT_FIRST = 2;

const readRemembered = (): readonly string[] => {
  try {
    const names: unknown = JSON.parse(localStorage.getItem(REMEMBERED) ?? '[]');
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
};

/** The world as the simulator tells it, kept up to date; what is on the desk is remembered by the browser. */
export const useWorld = (): readonly [World, (action: WorldAction) => void] => {
  const [world, change] = useReducer<World, WorldAction>(changeWorld, EMPTY_WORLD);

  useEffect(() => {
    let first = true;
    const load = async (): Promise<void> => {
      const answer = await simulator.people();
      if (isProblem(answer)) return;
      change({ type: 'snapshot', people: answer.people });
      if (!first) return;
      first = false;
      const known = answer.people.map(({ person }) => person.who);
      const remembered = readRemembered().filter((who) => known.includes(who));
      for (const who of remembered.length > 0 ? remembered : known.slice(0, PHONES_AT_FIRST))
        change({ type: 'open', who });
    };
    // Whatever was missed while the stream was down is in the snapshot.
    return simulator.listen(change, (on) => {
      change({ type: 'connected', on });
      if (on) void load();
    });
  }, []);

  useEffect(() => {
    if (world.connected) localStorage.setItem(REMEMBERED, JSON.stringify(world.open));
  }, [world.open, world.connected]);
  return [world, change];
};
