import { expect, test } from 'vitest';
import { quote, quoteHandle } from './quote.ts';

test.each([
  ['an ordinary name', 'Tariro Moyo Personal', 'Tariro Moyo Personal'],
  ['bold', '*PAID*', '＊PAID＊'],
  ['italic, struck and monospaced', '_a_ ~b~ `c` ```d```', '＿a＿ ～b～ ｀c｀ ｀｀｀d｀｀｀'],
  ['a link', 'https://evil.example/x', 'https: evil. example/x'],
  ['a bare address', 'wa.me/15550000001', 'wa. me/15550000001'],
  ['a link with other dots', 'evil。example', 'evil. example'],
  ['initials', 'T.K. Moyo', 'T. K. Moyo'],
  ['lines that look like ours', 'Tariro\n\n*Balance*\n1000.00 USD', 'Tariro ＊Balance＊ 1000. 00 USD'],
  ['bidi and zero-width characters', 'Ta\u202eriro\u200b\u2066', 'Tariro'],
  ['piled marks', `a${'\u0301'.repeat(40)}`, 'á\u0301\u0301\u0301'],
  ['nothing', '', '(no name)'],
  ['nothing that prints', '\u3164\u200b \u2800', '(no name)'],
])('S74 S102: quotes %s', (_, raw, expected) => {
  expect(quote(raw)).toBe(expected);
});

test('ten thousand emoji are cut at a whole one, within 40 units', () => {
  const cut = quote('👨‍👩‍👧'.repeat(10_000));
  expect(cut.length).toBeLessThanOrEqual(40);
  expect(cut.isWellFormed()).toBe(true);
  expect(cut.endsWith('…')).toBe(true);
});

test('a handle reads as it is typed, and cannot be mark-up', () => {
  expect(quoteHandle('tariro_shop_2')).toBe('tariro_shop_2');
  expect(quoteHandle('_tariro_')).toBe('＿tariro＿');
  expect(quoteHandle('___')).toBe('＿＿＿');
  expect(quoteHandle('*x*')).toBe('＊x＊');
});
