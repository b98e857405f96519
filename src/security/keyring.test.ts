import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Bug } from '../base/assert.ts';
import { blindIndex, createKeyRing, makeWrappedKey, unwrapKey } from './keyring.ts';
import { createSealKey, sealedKeyId } from './seal.ts';
import { hashWamid } from './wamid.ts';

const OLD = createSealKey('test.k1', Buffer.alloc(32, 1));
const NEW = createSealKey('test.k2', Buffer.alloc(32, 2));
const TEXT = Buffer.from('a text');

describe('a ring of keys', () => {
  test('seals with the first and opens with any of them, so that keys can be changed', () => {
    const before = createKeyRing([OLD]).seal(TEXT, 'session', 'c');
    const after = createKeyRing([NEW, OLD]);
    expect(after.open(before, 'session', 'c')).toEqual(TEXT);
    expect(sealedKeyId(after.seal(TEXT, 'session', 'c'))).toBe('test.k2');
    expect(createKeyRing([NEW]).open(before, 'session', 'c')).toBeUndefined();
  });

  test('a seal of one purpose does not open for another, nor under the key itself', () => {
    const ring = createKeyRing([OLD]);
    const sealed = ring.seal(TEXT, 'session', 'c');
    expect(ring.open(sealed, 'wrap', 'c')).toBeUndefined();
    expect(ring.open(sealed, 'session ', 'c')).toBeUndefined();
    expect(ring.open(sealed, 'session', 'd')).toBeUndefined();
    expect(ring.open(sealed, 'session', 'c')).toEqual(TEXT);
  });

  test('has at least one key', () => {
    expect(() => createKeyRing([])).toThrow(Bug);
  });
});

describe('a wrapped key', () => {
  test('opens under its own name only, so that it cannot stand in for another', () => {
    const ring = createKeyRing([OLD]);
    const { key, wrapped } = makeWrappedKey(ring, 'index.identity');
    expect(unwrapKey(ring, 'index.identity', wrapped)?.bytes()).toEqual(key.bytes());
    expect(unwrapKey(ring, 'index.wamid', wrapped)).toBeUndefined();
    expect(wrapped.includes(key.bytes())).toBe(false);
  });

  test('wrapped anew under the next key it is the same key', () => {
    const { key, wrapped } = makeWrappedKey(createKeyRing([OLD]), 'index.identity');
    const both = createKeyRing([NEW, OLD]);
    const again = both.seal(unwrapKey(both, 'index.identity', wrapped)!.bytes(), 'wrap', 'index.identity');
    expect(unwrapKey(createKeyRing([NEW]), 'index.identity', again)?.bytes()).toEqual(key.bytes());
  });

  test('is random', () => {
    const ring = createKeyRing([OLD]);
    expect(makeWrappedKey(ring, 'a').key.bytes()).not.toEqual(makeWrappedKey(ring, 'a').key.bytes());
  });
});

describe('a blind index (I10)', () => {
  test('is the HMAC-SHA256 of kind and value under its own key', () => {
    expect(blindIndex(OLD, 'phone', '263770001234')).toEqual(
      createHmac('sha256', Buffer.alloc(32, 1)).update('phone:263770001234').digest(),
    );
  });

  test('tells kinds, values and keys apart', () => {
    const all = [
      blindIndex(OLD, 'phone', '1'),
      blindIndex(OLD, 'bsuid', '1'),
      blindIndex(OLD, 'phone', '2'),
      blindIndex(NEW, 'phone', '1'),
    ];
    expect(new Set(all.map((hash) => hash.toString('hex'))).size).toBe(4);
  });

  test('of a wamid also tells business numbers apart (S97)', () => {
    const all = [hashWamid(OLD, '1', 'wamid.A'), hashWamid(OLD, '2', 'wamid.A'), hashWamid(OLD, '1', 'wamid.B')];
    expect(new Set(all.map((hash) => hash.toString('hex'))).size).toBe(3);
  });
});
