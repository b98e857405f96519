import { describe, expect, test } from 'vitest';
import { RETRY_ACTIONS, backOffMs, classify, throttleMs } from './retry-classes.ts';

const BAD_REQUEST = 400;

describe('the class of a refusal', () => {
  test.each([
    [131056, 'wait_alone'],
    [130429, 'retry'],
    [80007, 'retry'],
    [131000, 'retry'],
    [131047, 'give_up'],
    [131026, 'give_up'],
    [131050, 'give_up'],
    [137000, 'give_up'],
    [131062, 'give_up'],
    [132001, 'give_up'],
    [131048, 'stop'],
    [190, 'stop'],
    [0, 'stop'],
    [200, 'stop'],
    [299, 'stop'],
    [100, 'stop'],
    [131042, 'stop'],
    [368, 'stop'],
    [1, 'retry_few'],
    [424242, 'retry_few'],
  ] as const)('code %i as HTTP 400: %s', (code, action) => {
    expect(RETRY_ACTIONS[classify(code, BAD_REQUEST)]).toBe(action);
  });

  test('a known code decides whatever the HTTP status says', () => {
    for (const status of [200, 400, 401, 404, 429, 500, 503])
      expect(classify(131056, status)).toBe('recipient_throttle');
  });

  test('where the code is silent, a failing server is tried again and a refused token stops the sender', () => {
    expect(classify(1, 500)).toBe('transient');
    expect(classify(424242, 503)).toBe('transient');
    expect(classify(undefined, 429)).toBe('transient');
    expect(classify(undefined, 401)).toBe('auth');
    expect(classify(undefined, 302)).toBe('auth');
    expect(classify(undefined, 404)).toBe('doubtful');
  });
});

describe('waiting', () => {
  test('back-off doubles from half a second to ten seconds, spread by chance', () => {
    expect([1, 2, 3, 4, 5, 60].map((tries) => backOffMs(tries, 0))).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
    expect([1, 2, 3, 4, 5, 60].map((tries) => backOffMs(tries, 0.9999))).toEqual([
      1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
    ]);
  });
  test('what Meta asks for is obeyed, up to a minute', () => {
    expect(backOffMs(1, 0, 7_000)).toBe(7_000);
    expect(backOffMs(1, 0, 3_600_000)).toBe(60_000);
  });
  test('a throttled pair waits 4^X seconds', () => {
    expect([0, 1, 2, 3, 4, 9].map(throttleMs)).toEqual([1_000, 4_000, 16_000, 64_000, 256_000, 256_000]);
  });
});
