import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, type World } from '../../src/simulator/world.ts';
import { openTestStores, type TestStores } from '../support/stores.ts';

const TARIRO = { phone: '263770000001', name: 'Tariro' };

describe('greeting', () => {
  let stores: TestStores;
  let world: World;
  beforeAll(async () => {
    stores = await openTestStores();
    world = await openWorld({ ...stores, people: [TARIRO] });
  });
  afterAll(async () => {
    await world.close();
    await stores.release();
  });

  it('Tariro greets and sees her balance', async () => {
    const answer = await world.people.ask(TARIRO.phone, 'hi');
    expect(answer).toMatchObject({ content: { kind: 'list' } });
    expect(JSON.stringify(answer)).toContain('Tariro Moyo Personal');
    await world.settle();
    expect(world.people.inbox(TARIRO.phone)).toHaveLength(1);
  });
});
