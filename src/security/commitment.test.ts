import { expect, test } from 'vitest';
import { commitTo } from './commitment.ts';

test('I9: the same details commit to the same only under the same salt', () => {
  const { salt, commitment } = commitTo(['USD', '350']);
  expect(commitTo(['USD', '350'], salt).commitment).toEqual(commitment);
  expect(commitTo(['USD', '350']).commitment).not.toEqual(commitment);
});

test.each([[['USD', '35', '0']], [['USD3', '50']], [['USD', '351']], [['350', 'USD']]])(
  'I9: %j commits to something else than USD, 350',
  (parts) => {
    const { salt, commitment } = commitTo(['USD', '350']);
    expect(commitTo(parts, salt).commitment).not.toEqual(commitment);
  },
);
