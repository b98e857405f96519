import { describe, expect, test } from 'vitest';
import { isHostAllowed, readHost } from './host.ts';

const PATTERNS = ['*.vimbisopay.africa', 'localhost', '[::1]'];
const isGood = (header: string): boolean => {
  const host = readHost(header);
  return host !== undefined && isHostAllowed(host, PATTERNS);
};

describe('S45 C15: hosts', () => {
  test.each(['x.vimbisopay.africa', 'X.VIMBISOPAY.AFRICA:443', 'a.b.vimbisopay.africa', 'localhost:8000', '[::1]:80'])(
    'takes %s',
    (header) => expect(isGood(header)).toBe(true),
  );

  test.each([
    ...['vimbisopay.africa.evil.com', 'evilvimbisopay.africa', 'vimbisopay.africa', 'x.vimbisopay.africa.'],
    ...['a@x.vimbisopay.africa', 'x.vimbisopay.africa:99999', 'x.vimbisopay.africa:', 'x..vimbisopay.africa', ''],
    ...['x.vimbisopay.africa, localhost', 'x.vimbisopay.africa/', ' localhost', 'localhost:+80'],
  ])('refuses %j', (header) => expect(isGood(header)).toBe(false));
});
