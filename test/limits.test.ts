import { expect, test } from 'vitest';
import { ENVIRONMENT, type EnvironmentName } from '../src/main/config/names.ts';
import { LIMITS } from '../src/security/limits.ts';

test('S20: the table of limits and the environment know the same limits and numbers', () => {
  const rows: readonly EnvironmentName[] = ENVIRONMENT;
  const read = rows.filter(({ name }) => name.startsWith('LIMIT_')).map(({ name, byDefault }) => [name, byDefault]);
  expect(
    Object.values(LIMITS)
      .map((row) => [row.env, String(row.default)])
      .sort(),
  ).toEqual(read.sort());
});
