import { describe, expect, test } from 'vitest';
import { pairPace, sendPace, slotsFree, spendSlots, waitForSlotsMs, type Pace } from './pacing.ts';

/** Takes a slot whenever one is free, looking every `stepMs`; the moments of the sends. */
const sendAll = (pace: Pace, forMs: number, stepMs: number): number[] => {
  const sends: number[] = [];
  let arrivalMs: number | undefined;
  for (let nowMs = 0; nowMs < forMs; nowMs += stepMs) {
    const count = slotsFree(pace, arrivalMs, nowMs);
    if (count > 0) arrivalMs = spendSlots(pace, arrivalMs, { nowMs, count });
    for (let sent = 0; sent < count; sent += 1) sends.push(nowMs);
  }
  return sends;
};

describe('the pair limit (131056)', () => {
  const pair = pairPace(10, 45);

  test('lets a burst of 45 through, then one in 6 seconds', () => {
    const sends = sendAll(pair, 60_000, 500);
    expect(sends.filter((at) => at === 0)).toHaveLength(45);
    expect(sends.slice(45, 48)).toEqual([6_000, 12_000, 18_000]);
  });

  test('says how long until the next may go', () => {
    let arrivalMs: number | undefined;
    for (let sent = 0; sent < 45; sent += 1) {
      expect(waitForSlotsMs(pair, arrivalMs, { nowMs: 0, count: 1 })).toBe(0);
      arrivalMs = spendSlots(pair, arrivalMs, { nowMs: 0, count: 1 });
    }
    expect(waitForSlotsMs(pair, arrivalMs, { nowMs: 1_000, count: 1 })).toBe(5_000);
  });

  test('a limit of 0 lets nothing through', () => {
    const never = pairPace(0, 45);
    expect(slotsFree(never, undefined, 0)).toBe(0);
    expect(waitForSlotsMs(never, undefined, { nowMs: 0, count: 1 })).toBeGreaterThan(0);
  });
});

describe("the business number's pace", () => {
  test.each([80, 1_000, 250])('no second holds more than %i sends, and nine tenths of them are used', (perSecond) => {
    const sends = sendAll(sendPace(perSecond), 5_000, 1);
    const fullest = Math.max(...sends.map((from) => sends.filter((at) => at >= from && at < from + 1_000).length));
    expect(fullest).toBeLessThanOrEqual(perSecond);
    expect(sends.length).toBeGreaterThan(perSecond * 5 * 0.9);
  });
});
