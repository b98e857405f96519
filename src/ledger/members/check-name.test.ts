import { expect, test } from 'vitest';
import { isMemberName } from './check-name.ts';

test.each(['Jo', 'Ngũgĩ', 'O’Neil', "D'Arcy", 'Anne-Marie', '李', 'Нина', 'e\u0301', 'a'.repeat(50)])(
  '%s is a name',
  (text) => {
    expect(isMemberName(text)).toBe(true);
  },
);

test.each([
  '',
  ' ',
  '-',
  "'",
  'a'.repeat(51),
  'R2',
  'a.b',
  'a\tb',
  'a\u200bb',
  'a\u202eb',
  'a\u0000',
  '😀',
  '*bold*',
  '\u0301',
])('%j is no name', (text) => {
  expect(isMemberName(text)).toBe(false);
});
