import { expect, test } from 'vitest';
import { readName } from './name.ts';

test.each([
  ['Jo', 'Jo'],
  ['T', 'T'],
  ['Tariro Anna', 'Tariro Anna'],
  ["Nyasha-Rose O'Neil", "Nyasha-Rose O'Neil"],
  ['O\u2019Neil', "O'Neil"],
  ['Zoë', 'Zoë'],
  ['Ńćũbe', 'Ńćũbe'],
  ['Анна', 'Анна'],
  ['a'.repeat(50), 'a'.repeat(50)],
  ['𝔘'.repeat(50), '𝔘'.repeat(50)],
])('%j is a name', (text, name) => {
  expect(readName(text)).toEqual({ name });
});

test.each([
  ['', 'empty'],
  ['-', 'empty'],
  ['😀', 'empty'],
  ["'''", 'empty'],
  ['Tariro1', 'has_digits'],
  ['٢', 'has_digits'],
  ['Tariro_Moyo', 'has_symbols'],
  ['Tariro 😀', 'has_symbols'],
  ['<b>Tariro</b>', 'has_symbols'],
  ['-Tariro', 'has_symbols'],
  ['http://a', 'has_symbols'],
  ['a'.repeat(51), 'too_long'],
])('%j is refused as %s', (text, refusal) => {
  expect(readName(text)).toEqual({ refusal });
});
