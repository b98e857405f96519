import { describe, expect, test } from 'vitest';
import { pgArray } from './pg-array.ts';

const hexOf = (buffer: Buffer): string => buffer.toString('hex');

describe('arrays in the binary format of PostgreSQL', () => {
  test('one dimension from 1, each element its length and bytes, null as -1', () => {
    expect(hexOf(pgArray.bytea([Buffer.from([0xab]), null]))).toBe(
      `00000001${'00000001'}00000011${'00000002'}00000001${'00000001'}ab${'ffffffff'}`,
    );
  });

  test('an empty one has no elements', () => {
    expect(hexOf(pgArray.int4([]))).toBe(`00000001${'00000000'}00000017${'00000000'}00000001`);
  });

  test('times count microseconds and days from 2000-01-01', () => {
    expect(hexOf(pgArray.timestamptz([946_684_801_001])).slice(-16)).toBe((1_001_000).toString(16).padStart(16, '0'));
    expect(hexOf(pgArray.date(['1999-12-31', '2000-01-02']))).toMatch(/00000004ffffffff0000000400000001$/);
  });
});
