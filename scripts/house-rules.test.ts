import { Linter } from 'eslint';
import { expect, test } from 'vitest';
import { houseRules } from './house-rules.ts';

/** How often a rule complains about a piece of code. */
function countComplaints(rule: string, code: string): number {
  const config: Linter.Config = {
    plugins: { house: { rules: houseRules } },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    rules: { [`house/${rule}`]: 'error' },
  };
  return new Linter().verify(code, config).length;
}

const REFUSED: readonly (readonly [rule: string, code: string])[] = [
  ['clock', 'Date.now()'],
  ['clock', 'new Date()'],
  ['clock', 'Date()'],
  ['chance', 'Math.random()'],
  ['environment', 'process.env.HOME'],
  ['environment', 'const { env } = process'],
  ['environment', "import { env } from 'node:process'"],
  ['cryptography', "import { createHmac } from 'node:crypto'"],
  ['cryptography', "await import('crypto')"],
  ['cryptography', 'crypto.randomUUID()'],
  ['cryptography', 'globalThis.crypto'],
  ['sql-in-stores', '`select id from lanes where id = ${id}`'],
  ['sql-in-stores', "'UPDATE lanes SET tries = ' + tries"],
  ['sql-in-stores', '`\n  insert into inbox values ($1)`'],
  ['no-focused-test', "it.only('x', f)"],
  ['no-focused-test', "test.skip.each([1])('x', f)"],
  ['no-focused-test', "test('x', ({ skip }) => skip())"],
  ['errors-are-the-only-classes', 'class LaneService {}'],
  ['suppression-reason', '// eslint-disable-next-line no-console\nf()'],
];

const ALLOWED: readonly (readonly [rule: string, code: string])[] = [
  ['clock', 'new Date(row.at)'],
  ['sql-in-stores', "'Select an account from the list'"],
  ['sql-in-stores', "'Update your name: set it in the menu'"],
  ['no-focused-test', "test('x', ({ skip }) => skip('no browser here'))"],
  ['errors-are-the-only-classes', 'class Fault extends Error {}'],
  ['suppression-reason', '// eslint-disable-next-line no-console -- the reader of this is a person\nf()'],
];

test.each(REFUSED)('%s refuses %s', (rule, code) => {
  expect(countComplaints(rule, code)).toBeGreaterThan(0);
});

test.each(ALLOWED)('%s lets pass %s', (rule, code) => {
  expect(countComplaints(rule, code)).toBe(0);
});
