import { describe, expect, test } from 'vitest';
import { readToken } from './read-token.ts';

const NOW_MS = 1_800_000_000_000;
const NOW = NOW_MS / 1000;
const MEMBER_ID = '5b0f7a52-6a0e-4c1f-9d0e-0a1b2c3d4e5f';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const make = (claims: Readonly<Record<string, unknown>>, header: unknown = { alg: 'HS256' }): string =>
  `${encode(header)}.${encode({ memberID: MEMBER_ID, iat: NOW, ...claims })}.c2ln`;

describe('a token of core’s', () => {
  test.each([
    ['five idle minutes', { lastActivity: NOW }, 285],
    ['the time of its issue, where it names no activity', {}, 285],
    ['its absolute end', { lastActivity: NOW, absoluteExpiry: NOW + 100 }, 85],
    ['its exp', { lastActivity: NOW, exp: NOW + 50 }, 35],
    ['five minutes from now, where core’s clock is ahead', { lastActivity: NOW + 86_400 }, 285],
    ['a past moment, where it is dead', { lastActivity: NOW - 400 }, -115],
  ])('S4: ends 15 s before %s', (_what, claims, seconds) => {
    const token = make(claims);
    expect(readToken(token, NOW_MS)).toEqual({ token, memberId: MEMBER_ID, deadAtMs: NOW_MS + seconds * 1000 });
  });

  test.each([
    ['nothing', ''],
    ['two parts', 'a.b'],
    ['four parts', 'a.b.c.d'],
    ['an empty part', `${make({}).split('.').slice(0, 2).join('.')}.`],
    ['a header without an algorithm', make({}, {})],
    ['an algorithm of none', make({}, { alg: 'none' })],
    ['an algorithm of NONE', make({}, { alg: 'NONE' })],
    ['a header that is a list', make({}, [])],
    ['no member', make({ memberID: undefined })],
    ['a member that is no id', make({ memberID: '../../x' })],
    ['a time that is a text', make({ lastActivity: 'now' })],
    ['a time before time', make({ iat: -1 })],
    ['a time past all calendars', make({ exp: 1e300 })],
    ['no issue time', make({ iat: undefined })],
    ['more than 4 KiB', make({ pad: 'x'.repeat(4_096) })],
    ['white space inside', `${make({})} `],
  ])('S15: %s is no token', (_what, token) => {
    expect(readToken(token, NOW_MS)).toBeUndefined();
  });
});
