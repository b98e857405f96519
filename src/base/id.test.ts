import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { deriveUuid, isUuid, newToken, newUuid } from './id.ts';

describe('an id that follows from its parts', () => {
  test('is the same for the same parts, in every process', () => {
    // SHA-256 of `5:input2:42`, by another road.
    const hex = createHash('sha256').update('5:input2:42').digest('hex');
    const id = deriveUuid('input', '42');
    expect(id.replaceAll('-', '').slice(0, 12)).toBe(hex.slice(0, 12));
    expect(id.slice(24)).toBe(hex.slice(20, 32));
    expect(deriveUuid('input', '42')).toBe(id);
  });

  test('is a UUID of version 8 (RFC 9562)', () => {
    for (let n = 0; n < 200; n += 1) {
      const id = deriveUuid('part', String(n));
      expect(isUuid(id)).toBe(true);
      expect(id[14]).toBe('8');
      expect('89ab').toContain(id[19]);
    }
  });

  test('differs when the same letters are parted differently', () => {
    const ways = [
      deriveUuid('a', 'bc'),
      deriveUuid('ab', 'c'),
      deriveUuid('abc'),
      deriveUuid('abc', ''),
      deriveUuid('', 'abc'),
      deriveUuid('1:a', 'bc'),
    ];
    expect(new Set(ways).size).toBe(ways.length);
  });
});

test('a UUID is lower case, whole, and of a known version', () => {
  expect(isUuid(newUuid())).toBe(true);
  for (const text of [
    '',
    'x',
    newUuid().toUpperCase(),
    `${newUuid()}\n`,
    newUuid().slice(1),
    '00000000-0000-0000-0000-000000000000',
  ])
    expect(isUuid(text)).toBe(false);
});

test('tokens hold as many random bytes as asked and do not repeat', () => {
  const tokens = Array.from({ length: 1_000 }, () => newToken(18));
  expect(new Set(tokens).size).toBe(1_000);
  for (const token of tokens) expect(token).toMatch(/^[\w-]{24}$/);
});
