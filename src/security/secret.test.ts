import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createSecret } from './secret.ts';

test('a secret shows itself nowhere but where it is asked for (S31)', () => {
  const secret = createSecret('hunter2-hunter2');
  const shown = [
    `${secret as unknown as string}!`,
    `${secret as unknown as string}`,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: [{ secret }] }, { depth: 9, showHidden: false }),
    JSON.stringify(Object.entries(secret)),
    JSON.stringify({ ...secret }),
    new Error('failed', { cause: secret }).cause?.toString() ?? '',
  ];
  for (const text of shown) expect(text).not.toContain('hunter2');
  expect(secret.reveal()).toBe('hunter2-hunter2');
});
