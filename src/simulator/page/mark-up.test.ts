import { expect, test } from 'vitest';
import { readMarkUp, readPlainText, type Mark } from './mark-up.ts';

const bold = (...marks: Mark[]): Mark => ({ kind: 'bold', marks });
const plain = (text: string): Mark => ({ kind: 'plain', text });

test.each<readonly [string, readonly Mark[]]>([
  ['hello', [plain('hello')]],
  ['a *b* c', [plain('a '), bold(plain('b')), plain(' c')]],
  ['*_x_*', [bold({ kind: 'italic', marks: [plain('x')] })]],
  ['~gone~', [{ kind: 'strike', marks: [plain('gone')] }]],
  ['`id_1_`', [{ kind: 'mono', text: 'id_1_' }]],
  ['```\na\nb\n```', [{ kind: 'mono', text: 'a\nb' }]],
  ['see https://example.com/a_b_c.', [plain('see '), { kind: 'link', text: 'https://example.com/a_b_c' }, plain('.')]],
])('marks %j', (text, marks) => {
  expect(readMarkUp(text)).toEqual(marks);
});

test.each([
  '2 * 3 * 4',
  'snake_case_name',
  '**',
  '*a\nb*',
  '* a*',
  'a*b*c',
  '`',
  '```',
  '<b>x</b>',
  'javascript:alert(1)',
])('leaves %j as it is', (text) => {
  expect(readMarkUp(text)).toEqual([plain(text)]);
});

test('loses no letter of the text, whatever it is', () => {
  expect(readPlainText('*a _b_* `c` d')).toBe('a b c d');
});

test('a hostile text of 70,000 signs is read in less than a second', () => {
  const started = performance.now();
  for (const piece of ['*a ', '`', '_', '*a', 'h']) readMarkUp(piece.repeat(70_000 / piece.length));
  expect(performance.now() - started).toBeLessThan(1000);
});
