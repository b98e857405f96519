import { expect, test } from 'vitest';
import { createMovableClock } from '../base/clock.ts';
import type { EventName } from '../watch/events.ts';
import { createBreaker } from './breaker.ts';

const setUp = () => {
  const clock = createMovableClock();
  const events: EventName[] = [];
  const breaker = createBreaker({ clock, noteEvent: (name) => void events.push(name) });
  const learn = (lesson: 'works' | 'fails' | 'stop' | 'nothing', wasProbe = false) =>
    breaker.learn({ lesson, why: 'auth' }, wasProbe);
  return { clock, events, breaker, learn, ask: () => breaker.ask().sends };
};

test('a refused token stops all sends at once; one probe goes after a second', () => {
  const { clock, breaker, learn, ask } = setUp();
  expect(ask()).toBe('any');
  learn('stop');
  expect(ask()).toBe('none');
  clock.advance(1_001);
  expect([ask(), ask()]).toEqual(['one', 'none']);
  breaker.returnProbe();
  expect(ask()).toBe('one');
});

test('a failed probe doubles the wait up to ten seconds; a good one lets all through', () => {
  const { clock, events, learn, ask } = setUp();
  learn('stop');
  for (const waitMs of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
    clock.advance(waitMs - 100);
    expect(ask()).toBe('none');
    clock.advance(101);
    expect(ask()).toBe('one');
    learn('stop', true);
  }
  clock.advance(10_001);
  ask();
  learn('works', true);
  expect(ask()).toBe('any');
  expect(events).toEqual(['delivery.breaker_opened', 'delivery.breaker_closed']);
});

test('five failures in a row open it, with a success between them they do not', () => {
  const { learn, ask } = setUp();
  for (const lesson of ['fails', 'fails', 'fails', 'fails', 'works', 'fails', 'fails', 'fails', 'fails'] as const)
    learn(lesson);
  expect(ask()).toBe('any');
  learn('fails');
  expect(ask()).toBe('none');
});

test('what was under way when it opened neither closes it nor lengthens it', () => {
  const { clock, learn, ask } = setUp();
  learn('stop');
  learn('stop');
  learn('works');
  expect(ask()).toBe('none');
  clock.advance(1_001);
  expect(ask()).toBe('one');
});

test('a probe that learned nothing gives its turn back', () => {
  const { clock, learn, ask } = setUp();
  learn('stop');
  clock.advance(1_001);
  ask();
  learn('nothing', true);
  expect(ask()).toBe('one');
});
