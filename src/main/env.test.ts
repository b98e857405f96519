import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeEnvironment } from './env.ts';

const folder = mkdtempSync(join(tmpdir(), 'vimbiso-env-'));
const writeSecret = (text: string): string => {
  const path = join(folder, `secret-${String(text.length)}`);
  writeFileSync(path, text);
  return path;
};

test('takes every secret out of the environment, older names and names of later rooms included (S31)', () => {
  const source: Record<string, string> = {
    APP_SECRET: 'a',
    DJANGO_SECRET: 'b',
    SMTP_URL: 'c',
    DATABASE_URL: 'd',
    APP_ENV: 'test',
  };
  const snapshot = takeEnvironment(source);
  expect(source).toEqual({ APP_ENV: 'test' });
  expect(snapshot.values).toEqual({
    APP_SECRET: 'a',
    DJANGO_SECRET: 'b',
    SMTP_URL: 'c',
    DATABASE_URL: 'd',
    APP_ENV: 'test',
  });
});

test('reads a secret from the file that NAME_FILE names, without the line end an editor adds', () => {
  expect(takeEnvironment({ JWT_SECRET_FILE: writeSecret('of the file\n') }).values).toEqual({
    JWT_SECRET: 'of the file',
  });
  expect(takeEnvironment({ JWT_SECRET_FILE: writeSecret('windows\r\n') }).values).toEqual({ JWT_SECRET: 'windows' });
});

test.each([
  ['a folder', () => folder, 'JWT_SECRET_FILE: the file is not a regular file'],
  ['a device', () => '/dev/zero', 'JWT_SECRET_FILE: the file is not a regular file'],
  ['nothing', () => join(folder, 'none'), 'JWT_SECRET_FILE: the file cannot be read'],
  ['an empty file', () => writeSecret('\n'), 'JWT_SECRET_FILE: the file is empty'],
  ['a huge file', () => writeSecret('x'.repeat(300_000)), 'JWT_SECRET_FILE: the file is too large'],
])('refuses %s as a file of a secret', (_, path, problem) => {
  expect(takeEnvironment({ JWT_SECRET_FILE: path() }).problems).toEqual([problem]);
});

test('refuses a secret that is given twice', () => {
  const { problems } = takeEnvironment({ JWT_SECRET: 'x', JWT_SECRET_FILE: writeSecret('other\n') });
  expect(problems).toEqual(['JWT_SECRET: given both itself and as JWT_SECRET_FILE']);
});

test('leaves alone what does not concern this program, and takes an empty value for none', () => {
  expect(takeEnvironment({ PATH: '/bin', AWS_SECRET: 'x', APP_SECRET: '' }).values).toEqual({});
});
