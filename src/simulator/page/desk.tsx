import { PeopleList } from './people-list.tsx';
import { Phone } from './phone.tsx';
import { FaultsPanel } from './faults-panel.tsx';
import { useWorld } from './use-world.ts';

/** People at the side, their phones next to each other. */
export const Desk = () => {
  const [world, change] = useWorld();
  const phones = world.open.flatMap((who) => world.chats.get(who) ?? []);
  const people = [...world.chats.values()];
  return (
    <div class="desk">
      <aside class="side">
        <header class="brand">
          <h1>VimbisoPay</h1>
          <p role="status" class={world.connected ? 'live on' : 'live'}>
            {world.connected ? 'Simulator' : 'Connecting…'}
          </p>
        </header>
        <PeopleList people={people} open={world.open} change={change} />
        <FaultsPanel count={world.faults} people={people.map(({ person }) => person)} />
      </aside>
      <main class="phones" aria-label="Phones">
        {phones.map((chat) => (
          <Phone
            key={chat.person.who}
            chat={chat}
            calls={world.called?.who === chat.person.who ? world.called.calls : 0}
            onClose={() => change({ type: 'close', who: chat.person.who })}
          />
        ))}
        {phones.length === 0 && <p class="empty">Choose someone to pick up their phone.</p>}
      </main>
    </div>
  );
};
