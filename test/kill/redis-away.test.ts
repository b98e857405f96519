import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { en } from '../../src/conversation/wording/en.ts';
import type { BotMessage } from '../../src/simulator/people/chat.ts';
import { openTown, type Town } from './town.ts';
import { tell, until } from './until.ts';

/** A reply that nothing holds up, on a machine that is busy. */
const SOON_MS = 5_000;

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.close());

const bodyOf = ({ content }: BotMessage): string => ('body' in content ? content.body : '');
const bodies = (who: string): readonly string[] => town.simulator.people.inbox(who).map(bodyOf);
const ask = async (who: string, words: string, timeoutMs = 20_000): Promise<string> =>
  bodyOf(await town.simulator.people.ask(who, words, { timeoutMs }));
const readiness = async (): Promise<readonly string[]> =>
  Promise.all(town.doors.map(async (door) => (await fetch(`${door}/ready`)).text()));

/** Somebody new, who has been asked for their first name. */
const beginJoining = async (who: string): Promise<void> => {
  await ask(who, 'hi');
  expect(await ask(who, '1')).toContain('first name');
};

describe('Redis flushed, and gone for a while, in mid-conversation', () => {
  it('flushed: nothing is lost, the visit is over and said to be', async () => {
    const people = Array.from({ length: 6 }, (_, index) => `26377000${4_000 + index}`);
    await Promise.all(people.map(beginJoining));
    await town.control.flushRedis();
    const answers = await Promise.all(people.map((who) => ask(who, 'Nomsa')));
    for (const answer of answers) expect(answer.startsWith(en.begin.expired)).toBe(true);
    // Not half way through what they had begun.
    expect(await ask(people[0]!, 'Nomsa')).toContain(en.begin.unknownText);
    await town.settled(SOON_MS);
    for (const who of people.slice(1)) expect(bodies(who)).toHaveLength(3);
  });

  it('gone for 20 s: nobody is put off, everybody is answered when it is back; HELP and STOP meanwhile', async () => {
    const people = Array.from({ length: 6 }, (_, index) => `26377000${4_100 + index}`);
    const [helped = '', stopped = ''] = [`26377000${4_150}`, `26377000${4_151}`];
    await Promise.all([...people, helped, stopped].map(beginJoining));
    await town.control.stopRedis();
    const goneAt = performance.now();
    expect(await readiness()).toEqual(['degraded', 'degraded']);
    await Promise.all(people.map((who) => town.simulator.people.write(who, 'Nomsa')));
    expect((await ask(helped, 'HELP', SOON_MS)).startsWith(en.help)).toBe(true);
    expect((await ask(stopped, 'STOP', SOON_MS)).startsWith(en.stop)).toBe(true);
    await until('20 s have passed', () => performance.now() - goneAt > 20_000, 25_000);
    expect(people.map((who) => bodies(who).length)).toEqual(people.map(() => 2));
    await town.control.startRedis();
    const answeredMs = await town.settled(30_000);
    for (const who of people) {
      expect(bodies(who)).toHaveLength(3);
      expect(bodies(who)[2]!.startsWith(en.begin.expired)).toBe(true);
    }
    expect(await readiness()).toEqual(['ready', 'ready']);
    tell(`Redis back after 20 s: everybody answered ${Math.round(answeredMs)} ms later`);
  });

  it('gone for 60 s: one honest answer each after 30 s, HELP and STOP at once, the visit said to be over after', async () => {
    const [patient = '', hasty = '', helped = '', stopped = ''] = [0, 1, 2, 3].map(
      (index) => `26377000${4_200 + index}`,
    );
    await Promise.all([patient, hasty, helped, stopped].map(beginJoining));
    await town.control.stopRedis();
    const goneAt = performance.now();
    const { people } = town.simulator;
    await people.write(patient, 'Nomsa');
    for (const words of ['Nomsa', 'are you there', 'hello']) await people.write(hasty, words);
    await people.write(helped, 'Nomsa');
    await people.write(stopped, 'Nomsa');
    // Each behind a message that waits: still at once, and in order.
    expect(await ask(helped, 'help', SOON_MS)).toBe(en.storesAway);
    expect(await ask(stopped, 'stop', SOON_MS)).toBe(en.storesAway);
    await until(
      'HELP and STOP are answered',
      () => bodies(helped).length === 4 && bodies(stopped).length === 4,
      SOON_MS,
    );
    expect(bodies(helped)[3]!.startsWith(en.help)).toBe(true);
    expect(bodies(stopped)[3]!.startsWith(en.stop)).toBe(true);
    expect(bodies(patient)).toHaveLength(2);

    await until('the one answer', () => bodies(patient).length === 3 && bodies(hasty).length === 3, 45_000);
    expect(performance.now() - goneAt).toBeGreaterThan(29_000);
    expect([bodies(patient)[2], bodies(hasty)[2]]).toEqual([en.storesAway, en.storesAway]);
    await until('60 s have passed', () => performance.now() - goneAt > 60_000, 65_000);
    expect(await readiness()).toEqual(['degraded', 'degraded']);
    await town.control.startRedis();
    await town.settled(30_000);
    expect([patient, hasty].map((who) => bodies(who).length)).toEqual([3, 3]);
    for (const who of [patient, hasty, helped, stopped])
      expect((await ask(who, 'Nomsa')).startsWith(en.begin.expired)).toBe(true);
    expect(await readiness()).toEqual(['ready', 'ready']);
  });
});
