import { expect, test } from 'vitest';
import { readWord } from './words.ts';

test.each([
  ['hi', 'greeting'],
  ['Hi', 'greeting'],
  ['HIE', 'greeting'],
  ['hy', 'greeting'],
  ['hiiii', 'greeting'],
  ['heyyy!!', 'greeting'],
  ['Hello 👋🏾', 'greeting'],
  ['Good morning', 'greeting'],
  ['hi vimbiso', 'greeting'],
  ['Mhoro', 'greeting'],
  ['makadii', 'greeting'],
  ['Sawubona', 'greeting'],
  ['salibonani', 'greeting'],
  ['menu', 'menu'],
  ['*Menu*', 'menu'],
  ['Home', 'menu'],
  ['CANCEL', 'cancel'],
  ['x', 'cancel'],
  ['Stop-flow', 'cancel'],
  ['help', 'help'],
  ['?', 'help'],
  ['about', 'about'],
  ['STOP', 'stop'],
  ['start', 'start'],
  ['Tatenda', 'thanks'],
  ['thank you 🙏', 'thanks'],
])('%j is %s', (text, word) => {
  expect(readWord(text, false)).toBe(word);
});

test.each([
  '',
  'no',
  'yes',
  'y',
  '1',
  'send 5 to hi',
  'hi I want to send money to my mother',
  'menus',
  '__proto__',
  'constructor',
  'x'.repeat(5_000),
])('%j is no command', (text) => {
  expect(readWord(text, false)).toBeUndefined();
});

test('where a name is asked for, people may be called Morning, Tatenda, Batsirai, or Hi Moyo', () => {
  for (const name of ['Morning', 'Tatenda', 'Batsirai', 'Mhoro', 'Hi Moyo'])
    expect(readWord(name, true)).toBeUndefined();
  expect(readWord('cancel', true)).toBe('cancel');
  expect(readWord('hi', true)).toBe('greeting');
});
