import { describe, expect, test } from 'vitest';
import type { SendOutcome } from './graph/read-answer.ts';
import { classify } from './graph/retry-classes.ts';
import { settleSend, type SentRow } from './settle-send.ts';

const fresh: SentRow = { tries: 1, ambiguities: 0, throttled: 0 };
const refused = (code: number): SendOutcome => ({ outcome: 'refused', code, retryClass: classify(code, 400) });
const settle = (row: Partial<SentRow>, outcome: SendOutcome, isSuspect = false) =>
  settleSend({ ...fresh, ...row }, outcome, { chance: 0, isSuspect });

describe('the outcome of a send', () => {
  test('an accepted one ends the row and the throttle', () => {
    expect(settle({ throttled: 2 }, { outcome: 'accepted', wamid: 'w' })).toMatchObject({
      state: 'sent',
      throttled: 0,
    });
  });

  test('what was not sent is sent later, for ever', () => {
    for (const tries of [1, 5, 500])
      expect(settle({ tries }, { outcome: 'not_sent', reason: 'econnrefused' })).toMatchObject({
        state: 'waiting',
        lesson: 'fails',
      });
  });

  test('an ambiguous one waits 15 s, a second one is undelivered', () => {
    const ambiguous: SendOutcome = { outcome: 'ambiguous', reason: 'timed_out' };
    expect(settle({}, ambiguous)).toMatchObject({ state: 'ambiguous', waitMs: 15_000 });
    expect(settle({ ambiguities: 1 }, ambiguous)).toMatchObject({ state: 'undelivered', why: 'ambiguous_twice' });
  });

  test('131056 makes this person wait, longer each time, and nobody else', () => {
    expect(settle({}, refused(131056))).toMatchObject({
      state: 'waiting',
      waitMs: 1_000,
      throttled: 1,
      lesson: 'works',
    });
    expect(settle({ throttled: 2 }, refused(131056))).toMatchObject({ waitMs: 16_000, throttled: 3 });
  });

  test('a refused token stops everybody and keeps the row', () => {
    expect(settle({ tries: 99 }, refused(190))).toMatchObject({ state: 'waiting', lesson: 'stop' });
  });

  test('a message that alone is at fault is given up, and stops nobody any more', () => {
    expect(settle({}, refused(100), true)).toMatchObject({ state: 'undelivered', lesson: 'works' });
  });

  test('a code nobody knows is tried three times', () => {
    expect([1, 2, 3].map((tries) => settle({ tries }, refused(424242)).state)).toEqual([
      'waiting',
      'waiting',
      'undelivered',
    ]);
  });

  test('a closed window is undelivered at once', () => {
    expect(settle({}, refused(131047))).toMatchObject({
      state: 'undelivered',
      why: 'window_closed',
      errorCode: 131047,
    });
  });
});
