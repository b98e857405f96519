import { describe, expect, test } from 'vitest';
import { Bug } from '../base/assert.ts';
import type { IdentityId } from '../base/id.ts';
import { proveWho, resolveSpeaker, type Known } from './resolve.ts';

const ID = { a: 'identity a' as IdentityId, b: 'identity b' as IdentityId };
const known = (identityId: IdentityId, held: Partial<Known> = {}): Known => ({
  identityId,
  bsuid: undefined,
  phone: undefined,
  moneyStopped: false,
  wasAsked: true,
  ...held,
});

const BSUID = 'hash of a BSUID';
const OTHER_BSUID = 'hash of another BSUID';
const PHONE = 'hash of a phone';
const OTHER_PHONE = 'hash of another phone';

describe('a number on a card', () => {
  const card = { bsuid: BSUID, phone: PHONE, isShared: true } as const;

  test('counts from somebody whom we asked for it', () => {
    expect(proveWho(card, known(ID.a, { bsuid: BSUID }))).toEqual({ bsuid: BSUID, phone: PHONE });
  });

  test('counts for nothing when nobody asked, known or not: it may be anybody’s', () => {
    expect(proveWho(card, known(ID.a, { bsuid: BSUID, wasAsked: false }))).toEqual({ bsuid: BSUID });
    expect(proveWho(card, undefined)).toEqual({ bsuid: BSUID });
  });

  test('is another thing than a number that WhatsApp shows', () => {
    expect(proveWho({ bsuid: BSUID, phone: PHONE }, undefined)).toEqual({ bsuid: BSUID, phone: PHONE });
  });
});

describe('who is speaking, a row of the table each', () => {
  test('a known BSUID with its own phone: that one, and it may move money', () => {
    const a = known(ID.a, { bsuid: BSUID, phone: PHONE });
    expect(resolveSpeaker({ bsuid: BSUID, phone: PHONE }, a, a)).toEqual({
      act: 'use',
      identityId: ID.a,
      mayMoveMoney: true,
    });
  });

  test('a known BSUID without a phone in the message: that one, and it may move money', () => {
    const a = known(ID.a, { bsuid: BSUID, phone: PHONE });
    expect(resolveSpeaker({ bsuid: BSUID }, a, undefined)).toEqual({
      act: 'use',
      identityId: ID.a,
      mayMoveMoney: true,
    });
  });

  test('an unknown BSUID with a phone that has no BSUID yet: bound', () => {
    expect(resolveSpeaker({ bsuid: BSUID, phone: PHONE }, undefined, known(ID.a, { phone: PHONE }))).toEqual({
      act: 'bind',
      identityId: ID.a,
    });
  });

  test('an unknown BSUID with a phone bound to another BSUID: contested, and never the old one', () => {
    expect(
      resolveSpeaker({ bsuid: BSUID, phone: PHONE }, undefined, known(ID.a, { bsuid: OTHER_BSUID, phone: PHONE })),
    ).toEqual({
      act: 'contest',
      holder: ID.a,
      speaker: undefined,
    });
  });

  test('an unknown BSUID alone: new', () => {
    expect(resolveSpeaker({ bsuid: BSUID }, undefined, undefined)).toEqual({ act: 'create' });
  });

  test('an unknown BSUID with an unknown phone: new', () => {
    expect(resolveSpeaker({ bsuid: BSUID, phone: PHONE }, undefined, undefined)).toEqual({ act: 'create' });
  });

  test('a known BSUID that had no phone, with an unknown one: attached', () => {
    expect(resolveSpeaker({ bsuid: BSUID, phone: PHONE }, known(ID.a, { bsuid: BSUID }), undefined)).toEqual({
      act: 'attach',
      identityId: ID.a,
    });
  });

  test('a known BSUID that had no phone, with one whose identity has no BSUID: the BSUID moves there', () => {
    expect(
      resolveSpeaker({ bsuid: BSUID, phone: PHONE }, known(ID.a, { bsuid: BSUID }), known(ID.b, { phone: PHONE })),
    ).toEqual({
      act: 'move',
      from: ID.a,
      to: ID.b,
    });
  });

  test('a known BSUID that had no phone, with one bound to another BSUID: contested by the one that is', () => {
    const byPhone = known(ID.b, { bsuid: OTHER_BSUID, phone: PHONE });
    expect(resolveSpeaker({ bsuid: BSUID, phone: PHONE }, known(ID.a, { bsuid: BSUID }), byPhone)).toEqual({
      act: 'contest',
      holder: ID.b,
      speaker: ID.a,
    });
  });

  test.each([
    ['unknown', undefined],
    ['known without a BSUID', known(ID.b, { phone: OTHER_PHONE })],
    ['bound to another BSUID', known(ID.b, { bsuid: OTHER_BSUID, phone: OTHER_PHONE })],
  ])('a known BSUID with another phone than the kept one, %s: money stops, nothing else', (_what, byPhone) => {
    const a = known(ID.a, { bsuid: BSUID, phone: PHONE });
    expect(resolveSpeaker({ bsuid: BSUID, phone: OTHER_PHONE }, a, byPhone)).toEqual({
      act: 'differ',
      identityId: ID.a,
    });
    const stopped = { ...a, moneyStopped: true };
    expect(resolveSpeaker({ bsuid: BSUID, phone: OTHER_PHONE }, stopped, byPhone)).toEqual({
      act: 'use',
      identityId: ID.a,
      mayMoveMoney: false,
    });
  });

  test('a phone alone without a BSUID: its identity, and it may move money', () => {
    expect(resolveSpeaker({ phone: PHONE }, undefined, known(ID.a, { phone: PHONE }))).toEqual({
      act: 'use',
      identityId: ID.a,
      mayMoveMoney: true,
    });
  });

  test('a phone alone that has a BSUID: its identity, no money', () => {
    const a = known(ID.a, { bsuid: BSUID, phone: PHONE });
    expect(resolveSpeaker({ phone: PHONE }, undefined, a)).toEqual({
      act: 'use',
      identityId: ID.a,
      mayMoveMoney: false,
    });
  });

  test('an unknown phone alone: new', () => {
    expect(resolveSpeaker({ phone: PHONE }, undefined, undefined)).toEqual({ act: 'create' });
  });

  test('nobody at all is a bug of ours', () => {
    expect(() => resolveSpeaker({}, undefined, undefined)).toThrow(Bug);
  });
});
