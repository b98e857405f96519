import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSealKey, open, seal, sealedKeyId } from '../../src/security/seal.ts';

const anyKey = fc
  .tuple(fc.stringMatching(/^[A-Za-z0-9._:-]{1,64}$/), fc.uint8Array({ minLength: 32, maxLength: 32 }))
  .map(([id, bytes]) => createSealKey(id, Buffer.from(bytes)));
const anyText = fc.uint8Array({ maxLength: 300 });

test('whatever is sealed opens to the same bytes, and says which key it needs (S6)', () => {
  fc.assert(
    fc.property(anyKey, anyText, fc.string({ unit: 'binary' }), (key, plain, context) => {
      const sealed = seal(plain, key, context);
      expect(sealedKeyId(sealed)).toBe(key.id);
      expect(open(sealed, key, context)).toEqual(Buffer.from(plain));
    }),
  );
});

test('one bit flipped anywhere, and it does not open', () => {
  fc.assert(
    fc.property(anyKey, anyText, fc.string(), fc.nat(), (...[key, plain, context, at]) => {
      const sealed = seal(plain, key, context);
      const bit = at % (sealed.length * 8);
      sealed[bit >> 3]! ^= 1 << (bit & 7);
      expect(open(sealed, key, context)).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
});

test('moved to any other context, and it does not open', () => {
  fc.assert(
    fc.property(anyKey, anyText, fc.string(), fc.string(), (...[key, plain, from, to]) => {
      fc.pre(from !== to);
      expect(open(seal(plain, key, from), key, to)).toBeUndefined();
    }),
  );
});

test('any bytes at all are answered, never thrown at', () => {
  fc.assert(
    fc.property(anyKey, fc.uint8Array({ maxLength: 200 }), fc.string(), (key, bytes, context) => {
      expect(open(bytes, key, context)).toBeUndefined();
      sealedKeyId(bytes);
    }),
  );
});
