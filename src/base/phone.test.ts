import { describe, expect, test } from 'vitest';
import { readBsuid, readTypedPhone, readWaId } from './phone.ts';

const MARK = '\u200f';

describe('a number as WhatsApp gives it (S16)', () => {
  test.each(['263770001234', '447700900123', '15550001234', '1234567', '1'.repeat(15)])('takes %s', (text) => {
    expect(readWaId(text)).toBe(text);
  });

  test.each([
    ['nothing', ''],
    ['a plus sign', '+263770001234'],
    ['a leading zero', '0770001234'],
    ['letters', '26377000x234'],
    ['6 digits', '123456'],
    ['16 digits', '1'.repeat(16)],
    ['Arabic digits', '٢٦٣٧٧٠٠٠١٢٣٤'],
    ['full-width digits', '２６３７７０００１２３４'],
    ['a mark of direction', `${MARK}263770001234`],
    ['a line break at the end', '263770001234\n'],
    ['a NUL', '263770001234\u0000'],
    ['a space', '263 770001234'],
    ['the replacement character', '26377000\ufffd234'],
    ['a number', 263_770_001_234],
    ['an object', { toString: () => '263770001234' }],
    ['a list', ['263770001234']],
    ['null', null],
    ['true', true],
    ['undefined', undefined],
  ])('refuses %s', (_what, value) => {
    expect(readWaId(value)).toBeUndefined();
  });
});

describe('a business-scoped user id (S16)', () => {
  test.each(['ZW.13491208655302741918', 'US.ENT.aB9', 'ZW.a', `ZW.${'a'.repeat(128)}`])('takes %s', (text) => {
    expect(readBsuid(text)).toBe(text);
  });

  test.each([
    '',
    'ZW.',
    'zw.1',
    'ZWE.1',
    'ZW1',
    'ZW.ENT.',
    'ZW.1 ',
    'ZW.1\n',
    'ZW.é',
    `ZW.${'a'.repeat(129)}`,
    'ZW.a.b',
    12,
    null,
    ['ZW.1'],
    {},
  ])('refuses %j', (value) => {
    expect(readBsuid(value)).toBeUndefined();
  });
});

describe('a number as a person types it (S16)', () => {
  test.each([
    ['0770001234', '263770001234'],
    ['077 000 1234', '263770001234'],
    ['+263 77 000 1234', '263770001234'],
    ['263770001234', '263770001234'],
    ['(077) 000-1234', '263770001234'],
    ['+44 7700 900123', '447700900123'],
    ['+1 555 000 1234', '15550001234'],
  ])('reads %s, Zimbabwean where no country is named', (text, phone) => {
    expect(readTypedPhone(text)).toBe(phone);
  });

  test.each([
    '',
    '12345',
    'Tariro',
    '077000123a',
    '٠٧٧٠٠٠١٢٣٤',
    `077${MARK}0001234`,
    '0770001234;',
    '+',
    '++263770001234',
    '0'.repeat(24),
    '0770001234'.repeat(3),
  ])('refuses %j', (text) => {
    expect(readTypedPhone(text)).toBeUndefined();
  });
});
