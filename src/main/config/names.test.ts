import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ENVIRONMENT, isUnknown, SECRET_NAMES } from './names.ts';

test('.env.example names what is read, in its order, and says what each is for', () => {
  const text = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
  const names = [...text.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
  expect(names).toEqual(ENVIRONMENT.map(({ name }) => name));
  for (const { meaning } of ENVIRONMENT) expect(text).toContain(`# ${meaning}.`);
});

test('no secret has a value in .env.example', () => {
  const text = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
  for (const name of SECRET_NAMES) expect(text).not.toMatch(new RegExp(`^${name}=.`, 'm'));
});

test('a secret may come from a file, nothing else may', () => {
  expect(isUnknown('WHATSAPP_APP_SECRET_FILE')).toBe(false);
  expect(isUnknown('LIMIT_PAIR_BURST_FILE')).toBe(true);
});
