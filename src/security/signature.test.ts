import { describe, expect, test } from 'vitest';
import { createSecret } from './secret.ts';
import { checkSignature, isOneOf, proveAppSecret, signBody } from './signature.ts';

const TODAY = createSecret('app-secret-of-today-0123456789abcdef');
const YESTERDAY = createSecret('app-secret-of-yesterday-fedcba9876543210');
const PLAIN = Buffer.from('{"object":"whatsapp_business_account","entry":[]}');
/** Of PLAIN under TODAY, as OpenSSL has it. All digests here were made with `openssl dgst -sha256 -hmac`. */
const DIGEST = '757307d11fe09a53e817c9c3bcea4281430bb5ed3839e7752bc1a1ae632cfd17';
const OLD_DIGEST = '4f6bee4a10c880bbcc2e65e2ce5b0b268ddc4f323577265d01b24ef8dd788dec';

const VECTORS: readonly (readonly [string, Buffer, string])[] = [
  ['plain JSON', PLAIN, DIGEST],
  [
    'non-ASCII escaped, as Meta puts it on the wire',
    Buffer.from(String.raw`{"text":"Nyasha \ud83c\uddff \u0040 \u003C5\u0025 a\/b"}`),
    'b54a293e662d3e72c1a209f3156520d9c30e8eccc9e7a06f876a71676c402d74',
  ],
  [
    'the same in raw UTF-8',
    Buffer.from('{"text":"Nyasha 🇿 @ <5% a/b"}'),
    'b2d421cf836c0ff50bbd8b1ca13a41499bc8d0c673eac231e41fb9b95fd056a4',
  ],
  [
    'a byte order mark',
    Buffer.from('\ufeff{"object":"x"}'),
    '809e96b21befe1cab23ecb029571cb8fad898142d42c1e7a22a540642d17c3de',
  ],
  ['no bytes', Buffer.alloc(0), 'cd1485585e1d5f0d48a396fa7942c1b9c0aa3383b4de8ebfcfc90b69b12d80dd'],
  [
    'bytes that are no text',
    Buffer.from([0x00, 0xff, 0xfe, 0x7b]),
    '60ddfe27826b8a6bc75b843775aeec10dc71db6872db2b7504d6bb468fff90be',
  ],
  ['3 MiB', Buffer.alloc(3_145_728, 'a'), 'ae1037a322755c5ed123836788e536b0ea7b6a966bd65f6b85c1a1ae64b6ef3b'],
];

describe('the signature of a webhook (S37, S38)', () => {
  test.each(VECTORS)('holds over the bytes as they came: %s', (_what, body, digest) => {
    expect(checkSignature(`sha256=${digest}`, body, [TODAY])).toBeUndefined();
    expect(signBody(body, TODAY)).toBe(`sha256=${digest}`);
  });

  test('agrees with RFC 4231, case 2', () => {
    const body = Buffer.from('what do ya want for nothing?');
    expect(signBody(body, createSecret('Jefe'))).toBe(
      'sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  test.each(VECTORS.filter(([, body]) => body.length > 0 && body.length < 100))(
    'refuses one bit changed anywhere: %s',
    (_what, body, digest) => {
      for (let bit = 0; bit < body.length * 8; bit += 1) {
        const changed = Buffer.from(body);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(checkSignature(`sha256=${digest}`, changed, [TODAY])).toBe('wrong');
      }
    },
  );

  test('refuses one hex digit changed anywhere', () => {
    for (let at = 0; at < 64; at += 1) {
      const digit = DIGEST[at] === '0' ? '1' : '0';
      expect(checkSignature(`sha256=${DIGEST.slice(0, at)}${digit}${DIGEST.slice(at + 1)}`, PLAIN, [TODAY])).toBe(
        'wrong',
      );
    }
  });

  test.each([
    ['no header', undefined, 'missing'],
    ['an empty header', '', 'malformed'],
    ['no prefix', DIGEST, 'malformed'],
    ['sha1', 'sha1=3003e81493c30d482e1d1283d8e6f0912d103d52', 'malformed'],
    ['a prefix in capitals', `SHA256=${DIGEST}`, 'malformed'],
    ['another name', `sha-256=${DIGEST}`, 'malformed'],
    ['a colon', `sha256:${DIGEST}`, 'malformed'],
    ['a longer hash', `sha512=${DIGEST}`, 'malformed'],
    ['capital hex', `sha256=${DIGEST.toUpperCase()}`, 'malformed'],
    ['63 digits', `sha256=${DIGEST.slice(1)}`, 'malformed'],
    ['65 digits', `sha256=${DIGEST}0`, 'malformed'],
    ['a space before', ` sha256=${DIGEST}`, 'malformed'],
    ['a line break after', `sha256=${DIGEST}\n`, 'malformed'],
    ['non-ASCII of the same length', `sha256=${'é'.repeat(64)}`, 'malformed'],
    ['Arabic digits', `sha256=${'٠'.repeat(64)}`, 'malformed'],
    ['a NUL', `sha256=${DIGEST.slice(1)}\u0000`, 'malformed'],
    ['the digest in base64', `sha256=${Buffer.from(DIGEST, 'hex').toString('base64')}`, 'malformed'],
    ['two in one header, the good one first', `sha256=${DIGEST}, sha256=${OLD_DIGEST}`, 'repeated'],
    ['two in one header, the good one last', `sha256=${OLD_DIGEST},sha256=${DIGEST}`, 'repeated'],
    ['two headers, the good one first', [`sha256=${DIGEST}`, `sha256=${OLD_DIGEST}`], 'repeated'],
    ['two headers, the good one last', [`sha256=${OLD_DIGEST}`, `sha256=${DIGEST}`], 'repeated'],
    ['the good header twice', [`sha256=${DIGEST}`, `sha256=${DIGEST}`], 'repeated'],
    ['the digest of another body', 'sha256=809e96b21befe1cab23ecb029571cb8fad898142d42c1e7a22a540642d17c3de', 'wrong'],
  ])('refuses %s', (_what, header, refusal) => {
    expect(checkSignature(header, PLAIN, [TODAY])).toBe(refusal);
  });

  test('either secret serves while one is replaced; afterwards the old one does not (E17)', () => {
    for (const digest of [DIGEST, OLD_DIGEST])
      expect(checkSignature(`sha256=${digest}`, PLAIN, [TODAY, YESTERDAY])).toBeUndefined();
    expect(checkSignature(`sha256=${OLD_DIGEST}`, PLAIN, [TODAY])).toBe('wrong');
  });

  test('without a secret nothing is signed', () => {
    expect(checkSignature(`sha256=${DIGEST}`, PLAIN, [])).toBe('wrong');
  });
});

test('the proof of the app secret is the HMAC of the token', () => {
  expect(proveAppSecret(createSecret('EAAG-token'), TODAY)).toBe(
    '601f2e2929e2315ae758534f33526485ba30bf7ef0292c7cd445ae7030b00fee',
  );
});

describe("a stranger's word against secrets (S14)", () => {
  test.each([
    ['the first', 'one', true],
    ['the second', 'two', true],
    ['a beginning', 'tw', false],
    ['a longer one', 'two ', false],
    ['other capitals', 'Two', false],
    ['nothing', '', false],
  ])('%s', (_what, claimed, isOne) => {
    expect(isOneOf(claimed, [createSecret('one'), createSecret('two')])).toBe(isOne);
  });

  test('is none of no secrets', () => {
    expect(isOneOf('', [])).toBe(false);
  });
});
