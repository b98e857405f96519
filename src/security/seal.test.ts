import { createDecipheriv } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createSealKey, newKeyBytes, open, seal, sealedKeyId } from './seal.ts';

const KEY = createSealKey('test.k1', Buffer.alloc(32, 7));
const TEXT = Buffer.from('Tariro pays Farai');

describe('a seal (S6)', () => {
  test('opens to the same bytes, also to none and to bytes that are no text', () => {
    for (const plain of [TEXT, Buffer.alloc(0), Buffer.from([0, 255, 0xd8, 0x00]), Buffer.alloc(100_000, 1)])
      expect(open(seal(plain, KEY, 'row:1'), KEY, 'row:1')).toEqual(plain);
  });

  test('is AES-256-GCM over version, key id and context as any other program would do it', () => {
    const sealed = seal(TEXT, KEY, 'row:1');
    expect([...sealed.subarray(0, 2)]).toEqual([1, 7]);
    expect(sealed.subarray(2, 9).toString()).toBe('test.k1');
    const other = createDecipheriv('aes-256-gcm', Buffer.alloc(32, 7), sealed.subarray(9, 21));
    other.setAAD(Buffer.from('\u0001\u0007test.k1row:1'));
    other.setAuthTag(sealed.subarray(-16));
    expect(Buffer.concat([other.update(sealed.subarray(21, -16)), other.final()])).toEqual(TEXT);
  });

  test('never repeats a nonce, so that equal texts look different', () => {
    const nonces = Array.from({ length: 1_000 }, () => seal(TEXT, KEY, 'row:1').subarray(9, 21).toString('hex'));
    expect(new Set(nonces).size).toBe(1_000);
  });

  test.each([
    ['moved to another row', KEY, 'row:2'],
    ['with a longer context', KEY, 'row:1 '],
    ['with no context', KEY, ''],
    ['under another key of the same id', createSealKey('test.k1', newKeyBytes()), 'row:1'],
    ['under the same key of another id', createSealKey('test.k2', Buffer.alloc(32, 7)), 'row:1'],
  ])('does not open %s', (_what, key, context) => {
    expect(open(seal(TEXT, KEY, 'row:1'), key, context)).toBeUndefined();
  });

  test('a key id cannot borrow from the context, nor the context from the key id', () => {
    const longer = createSealKey('test.k1row', Buffer.alloc(32, 7));
    const sealed = seal(TEXT, KEY, 'row:1');
    const forged = Buffer.concat([Buffer.from([1, 10]), Buffer.from('test.k1row'), sealed.subarray(9)]);
    expect(open(forged, longer, ':1')).toBeUndefined();
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([1])],
    ['another version', Buffer.concat([Buffer.from([2]), seal(TEXT, KEY, 'row:1').subarray(1)])],
    ['a length beyond the end', Buffer.concat([Buffer.from([1, 255]), Buffer.alloc(40)])],
    ['JSON', Buffer.from('{"a":1}')],
  ])('%s is no seal of ours', (_what, bytes) => {
    expect(sealedKeyId(bytes)).toBeUndefined();
    expect(open(bytes, KEY, 'row:1')).toBeUndefined();
  });

  test('a cut one does not open, wherever it is cut', () => {
    const sealed = seal(TEXT, KEY, 'row:1');
    for (let length = 0; length < sealed.length; length += 1)
      expect(open(sealed.subarray(0, length), KEY, 'row:1')).toBeUndefined();
  });
});

describe('a key', () => {
  test('has 32 bytes and a plain id', () => {
    expect(() => createSealKey('k', Buffer.alloc(31))).toThrow(RangeError);
    for (const id of ['', 'a b', 'é', 'k\n', 'a'.repeat(65)])
      expect(() => createSealKey(id, newKeyBytes())).toThrow(RangeError);
  });

  test('does not show its bytes', () => {
    const bytes = Buffer.from('0123456789abcdef0123456789abcdef');
    const key = createSealKey('k', bytes);
    for (const text of [JSON.stringify(key), JSON.stringify({ key }), inspect(key, { depth: 9 })]) {
      expect(text).not.toContain('0123456789abcdef');
      expect(text).not.toContain(bytes.toString('hex'));
      expect(text).not.toContain('48, 49, 50');
    }
  });
});
