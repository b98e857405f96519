import { describe, expect, test } from 'vitest';
import { assert, assertNever, Bug } from './assert.ts';
import { describeError, Fault, isPassing } from './fault.ts';

describe('what may be said of anything thrown', () => {
  const PRIVATE = '263770001234 Tariro secret';

  test.each([
    ["a stranger's error", new TypeError(PRIVATE), 'TypeError'],
    ['an error of the database', Object.assign(new Error(PRIVATE), { code: '23505', detail: PRIVATE }), 'Error 23505'],
    ['an error of the network', Object.assign(new Error(PRIVATE), { code: 'ECONNRESET' }), 'Error ECONNRESET'],
    ['a code that is no code', Object.assign(new Error('x'), { code: PRIVATE }), 'Error'],
    ['a code of another type', Object.assign(new Error('x'), { code: { toString: () => PRIVATE } }), 'Error'],
    ['a text', PRIVATE, 'string'],
    ['an object', { message: PRIVATE }, 'object'],
    ['nothing', undefined, 'undefined'],
    ['a fault', new Fault('room.away', { retry: 'later', cause: new Error(PRIVATE) }), 'room.away'],
    [
      'a fault with a detail of ours',
      new Fault('room.away', { retry: 'never', detail: '08006', cause: PRIVATE }),
      'room.away: 08006',
    ],
  ])('%s: class and code, never its message', (_what, thrown, said) => {
    expect(describeError(thrown)).toBe(said);
  });
});

test('only a fault that says `later` passes', () => {
  expect(isPassing(new Fault('a.b', { retry: 'later' }))).toBe(true);
  expect(isPassing(new Fault('a.b', { retry: 'never' }))).toBe(false);
  expect(isPassing(Object.assign(new Error('x'), { retry: 'later' }))).toBe(false);
  expect(isPassing(undefined)).toBe(false);
});

test('a broken promise of ours is a bug that carries no data', () => {
  expect(() => assert(false, 'a promise')).toThrow(new Bug('a promise'));
  expect(() => assertNever('263770001234' as never)).toThrow(/^unhandled case of type string$/);
});
