import { expect, test } from 'vitest';
import { newIdentityId } from '../../base/id.ts';
import { decodeSession, encodeSession } from './session-record.ts';
import type { Session } from './session.ts';

const session: Session = {
  version: 1,
  identityId: newIdentityId(),
  phoneNumberId: '100000000000001',
  memberId: 'm-1',
  openedAtMs: 1_000,
  lastMessageAtMs: 2_000,
  nonce: 'n-1',
  screen: { name: 'register.confirm', firstname: 'Tariro', lastname: 'Moyo' },
};

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test('S26: keeps exactly these fields', () => {
  expect(decodeSession(encodeSession(session))).toEqual(session);
  expect(Object.keys(JSON.parse(encodeSession(session).toString())).sort()).toEqual(
    ['identityId', 'lastMessageAtMs', 'memberId', 'nonce', 'openedAtMs', 'phoneNumberId', 'screen', 'version'].sort(),
  );
});

test.each([
  ['an unknown field', { ...session, admin: true }],
  ['an unknown field of a screen', { ...session, screen: { name: 'menu', amount: '5' } }],
  ['a screen without its field', { ...session, screen: { name: 'register.last_name' } }],
  ['an unknown screen', { ...session, screen: { name: 'pay' } }],
  ['another version', { ...session, version: 2 }],
  ['a missing field', { ...session, nonce: undefined }],
  ['a fraction', { ...session, openedAtMs: 1.5 }],
  ['a list', [session]],
  ['null', null],
])('S11: refuses %s', (_, record) => {
  expect(decodeSession(bytes(record))).toBeUndefined();
});

test('S26: refuses what is no JSON, and what is larger than 8 KiB', () => {
  expect(decodeSession(Buffer.from('{'))).toBeUndefined();
  expect(decodeSession(bytes({ ...session, memberId: 'm'.repeat(9_000) }))).toBeUndefined();
  expect(() => encodeSession({ ...session, memberId: 'm'.repeat(9_000) })).toThrow();
});
