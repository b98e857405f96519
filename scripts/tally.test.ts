import { expect, test } from 'vitest';
import { addTallies, closingLine } from './tally.ts';

const skip = { name: 'a > b', reason: 'no browser' };

test('sums the runs and names skipped tests only where there are any', () => {
  const unit = { passed: 10, failed: 0, skipped: [] };
  const kill = { passed: 2, failed: 1, skipped: [skip] };
  expect(closingLine(addTallies([unit, unit]))).toBe('20 passed, 0 failed');
  expect(closingLine(addTallies([unit, kill]))).toBe('12 passed, 1 failed, 1 skipped');
  expect(addTallies([kill, unit]).skipped).toEqual([skip]);
});
