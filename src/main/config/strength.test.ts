import { expect, test } from 'vitest';
import { newToken } from '../../base/id.ts';
import { newKeyBytes } from '../../security/seal.ts';
import { estimateBits, isSample, isWeakKey } from './strength.ts';

test('what a generator made is never taken for weak or a sample', () => {
  for (let index = 0; index < 500; index += 1) {
    expect(estimateBits(newToken(32))).toBeGreaterThan(120);
    expect(estimateBits(newKeyBytes().toString('hex').slice(0, 32))).toBeGreaterThan(80);
    expect(estimateBits(newKeyBytes().toString('hex'))).toBeGreaterThan(160);
    expect(isSample(newToken(32))).toBe(false);
    expect(isWeakKey(newKeyBytes())).toBe(false);
  }
});

test.each([
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  'abcabcabcabcabcabcabcabcabcabcabcabc',
  '0123456789abcdef0123456789abcdef',
  'zyxwvutsrqponmlkjihgfedcba9876543210',
  'this-is-a-very-long-secret-string-for-test',
  'correct horse battery staple again',
  '11112222333344445555666677778888',
])('%s has little chance in it', (text) => {
  expect(estimateBits(text)).toBeLessThan(80);
});
