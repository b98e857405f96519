import { describe, expect, test } from 'vitest';
import type { OutboxId } from '../base/id.ts';
import { decideHead, type HeadContext, type OpenRow } from './decide-head.ts';
import { pairPace, spendSlots } from './pacing.ts';

const NOW = 1_000_000;
const pace = pairPace(10, 45);
const calm: HeadContext = { nowMs: NOW, pace, pairAtMs: undefined, throttled: 0 };
const full: HeadContext = { ...calm, pairAtMs: spendSlots(pace, undefined, { nowMs: NOW, count: 44 }) };

const rows = (...given: readonly Partial<OpenRow>[]): OpenRow[] =>
  given.map((row, index) => ({
    outboxId: `row-${index + 1}` as OutboxId,
    place: index + 1,
    kind: 'prompt',
    state: 'waiting',
    ambiguities: 0,
    isExpired: false,
    receipt: null,
    ...row,
  }));
const decide = (given: readonly OpenRow[], context = calm) => {
  const { ended, next } = decideHead(given, context);
  return [
    ...ended.map(({ outboxId, end }) => `${outboxId} ${end}`),
    next.do === 'send' ? `send ${next.row.outboxId}` : next.do,
  ];
};

describe('the head of a recipient', () => {
  test('goes first, whatever waits behind it', () => {
    expect(decide(rows({}, { kind: 'receipt' }, {}))).toEqual(['send row-1']);
  });

  test('that somebody holds is waited for: the next one does not overtake', () => {
    expect(decide(rows({ place: 2 }))).toEqual(['wait']);
    expect(decide([])).toEqual(['wait']);
  });

  test('an expired prompt ends and the next goes', () => {
    expect(decide(rows({ isExpired: true }, {}))).toEqual(['row-1 expired', 'send row-2']);
  });
});

describe('behind the pair limit', () => {
  test('a prompt ends when a newer one waits; receipts stay', () => {
    expect(decide(rows({}, { kind: 'receipt' }, {}), full)).toEqual(['row-1 superseded', 'send row-2']);
    expect(decide(rows({ kind: 'receipt' }, {}), full)).toEqual(['send row-1']);
    expect(decide(rows({}), full)).toEqual(['send row-1']);
  });

  test('a pair that Meta throttled counts as limited', () => {
    expect(decide(rows({}, {}), { ...calm, throttled: 1 })).toEqual(['row-1 superseded', 'send row-2']);
  });

  test('nothing goes before its time', () => {
    const pairAtMs = spendSlots(pace, undefined, { nowMs: NOW, count: 45 });
    expect(decideHead(rows({ kind: 'receipt' }), { ...calm, pairAtMs }).next).toEqual({
      do: 'wait',
      untilMs: NOW + 6_000,
    });
  });
});

describe('an ambiguous send', () => {
  test('of a lost sender waits 15 s for its status', () => {
    const { next } = decideHead(rows({ state: 'sending' }, {}), calm);
    expect(next).toEqual({ do: 'wait', untilMs: NOW + 15_000, doubted: 'row-1' });
  });

  test.each([
    ['delivered', 'row-1 sent'],
    ['read', 'row-1 sent'],
    ['sent', 'row-1 sent'],
    ['failed', 'row-1 undelivered'],
  ] as const)('is settled by the status %s', (receipt, end) => {
    for (const state of ['sending', 'ambiguous'] as const)
      expect(decide(rows({ state, ambiguities: 1, receipt }, {}))).toEqual([end, 'send row-2']);
  });

  test('without a status is sent once more, and the second time is undelivered', () => {
    expect(decide(rows({ state: 'ambiguous', ambiguities: 1 }))).toEqual(['send row-1']);
    expect(decide(rows({ state: 'sending', ambiguities: 1 }, {}))).toEqual(['row-1 undelivered', 'send row-2']);
  });

  test('is never superseded: it may have been seen', () => {
    expect(decide(rows({ state: 'ambiguous', ambiguities: 1 }, {}), full)).toEqual(['send row-1']);
  });
});
