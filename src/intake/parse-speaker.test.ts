import { describe, expect, test } from 'vitest';
import { changeOf, contactOf, envelopeOf, namedBy, type Person } from '../../test/support/webhooks.ts';
import { readEnvelope } from './parse.ts';

const OURS = '100000000000001';
const AT_MS = 1_795_400_000_000;
const TARIRO = { phone: '263770000001', bsuid: 'ZW.10000000000000000001', name: 'Tariro' } satisfies Person;
const FARAI = { phone: '263770000002', bsuid: 'ZW.2', name: 'Farai' } satisfies Person;

const head = (type: string, wamid = 'wamid.1') => ({
  ...namedBy(TARIRO),
  id: wamid,
  timestamp: String(AT_MS / 1_000),
  type,
});
const speakerOf = (message: { readonly body: Buffer } | undefined) =>
  JSON.parse(message?.body.toString() ?? 'null')?.speaker;

describe('whose message it is', () => {
  const read = (message: object, ...contacts: readonly object[]) => {
    const { messages } = readEnvelope(
      envelopeOf(
        changeOf({
          contacts,
          messages: [{ ...head('text'), from: undefined, from_user_id: undefined, text: { body: 'hi' }, ...message }],
        }),
      ),
      OURS,
    );
    return messages.map((kept) => ({ phone: kept.phone, bsuid: kept.bsuid, name: speakerOf(kept)?.profileName }))[0];
  };
  const tariro = contactOf(TARIRO);
  const farai = contactOf(FARAI);

  test.each<readonly [string, object, readonly object[], Person]>([
    ['by the number, whichever place its contact has', { from: TARIRO.phone }, [farai, tariro], TARIRO],
    ['by the BSUID', { from_user_id: FARAI.bsuid }, [tariro, farai], FARAI],
    ['by both', namedBy(TARIRO), [farai, tariro], TARIRO],
    ['by a lone contact, where the message names nobody', {}, [tariro], TARIRO],
    [
      'by a lone contact, where the number is the empty text',
      { from: '' },
      [{ ...tariro, wa_id: '' }],
      { bsuid: TARIRO.bsuid, name: 'Tariro' },
    ],
    ['by a contact that is listed twice', { from: TARIRO.phone }, [tariro, farai, tariro], TARIRO],
  ])('%s', (...[, message, contacts, { phone, bsuid, name }]) => {
    expect(read(message, ...contacts)).toEqual({ phone, bsuid, name });
  });

  test('a lone contact of another person lends neither BSUID, number nor name', () => {
    expect(read({ from: TARIRO.phone }, farai)).toEqual({ phone: TARIRO.phone, bsuid: undefined, name: undefined });
    expect(read({ from_user_id: TARIRO.bsuid }, farai)).toEqual({
      phone: undefined,
      bsuid: TARIRO.bsuid,
      name: undefined,
    });
    expect(read(namedBy(TARIRO), farai)).toEqual({ phone: TARIRO.phone, bsuid: TARIRO.bsuid, name: undefined });
  });

  test("a number that two BSUIDs claim lends neither's", () => {
    const claimed = { ...farai, wa_id: TARIRO.phone };
    expect(read({ from: TARIRO.phone }, claimed, tariro)).toEqual({
      phone: TARIRO.phone,
      bsuid: undefined,
      name: undefined,
    });
    expect(read(namedBy(TARIRO), claimed, tariro)).toEqual({
      phone: TARIRO.phone,
      bsuid: TARIRO.bsuid,
      name: 'Tariro',
    });
    expect(read(namedBy(TARIRO), claimed)).toEqual({ phone: TARIRO.phone, bsuid: TARIRO.bsuid, name: undefined });
  });

  test.each([null, 5, true, []])('contacts and message that share the nonsense %j share nobody', (odd) => {
    expect(read({ from: odd }, { ...farai, wa_id: odd })).toBeUndefined();
    expect(read({ from_user_id: odd }, { ...farai, user_id: odd })).toBeUndefined();
  });

  test('people whose number is the empty text are not taken for each other', () => {
    const hidden = [FARAI, TARIRO].map((person) => ({ ...contactOf(person), wa_id: '' }));
    expect(read({ from: '', from_user_id: TARIRO.bsuid }, ...hidden)).toEqual({
      phone: undefined,
      bsuid: TARIRO.bsuid,
      name: 'Tariro',
    });
    expect(read({ from: '' }, ...hidden)).toBeUndefined();
  });

  describe('a number shared on our request', () => {
    const card = (
      more: object = {},
      phones: readonly object[] = [{ phone: '+263 77 000 0001', wa_id: '263770000001' }],
    ) => ({
      type: 'contacts',
      from_user_id: TARIRO.bsuid,
      contacts: [{ origin: 'contact_request', phones, ...more }],
    });

    test('is the speaker’s own', () => {
      expect(read(card())).toMatchObject({ phone: '263770000001', bsuid: TARIRO.bsuid });
      expect(read(card({}, [{ phone: '+263 77 000 0001' }]))).toMatchObject({ phone: '263770000001' });
    });

    test.each([
      ["is not, when it is somebody's card", card({ origin: 'other' })],
      ['is not, when nothing says where it is from', card({ origin: undefined })],
      ['is not, when there are two cards', { ...card(), contacts: [...card().contacts, ...card().contacts] }],
      ['is not, when the card has two numbers', card({}, [{ wa_id: '263770000001' }, { wa_id: '263770000002' }])],
      ['is not, when the card has none', card({}, [])],
      ['is not, when its number is no number', card({}, [{ wa_id: 'x', phone: '+263770000001' }])],
      ['is not, when the message is no card', { ...card(), type: 'text' }],
    ])('%s', (_what, message) => {
      expect(read(message)).toMatchObject({ phone: undefined, bsuid: TARIRO.bsuid });
    });

    test('never outweighs the number that WhatsApp itself gives', () => {
      expect(read({ ...card(), from: FARAI.phone })).toMatchObject({ phone: FARAI.phone });
    });

    test('is nobody’s word when no BSUID shared it', () => {
      expect(read({ ...card(), from_user_id: undefined })).toBeUndefined();
    });
  });

  test('a name and a key hash are cut, and only texts count', () => {
    const { messages } = readEnvelope(
      envelopeOf(
        changeOf({
          contacts: [{ wa_id: TARIRO.phone, profile: { name: 'x'.repeat(9_999) }, identity_key_hash: 'k'.repeat(999) }],
          messages: [{ ...head('text'), from_user_id: undefined }],
        }),
      ),
      OURS,
    );
    expect(speakerOf(messages[0])).toEqual({
      phone: TARIRO.phone,
      profileName: 'x'.repeat(256),
      identityKeyHash: 'k'.repeat(128),
    });
    expect(read({ from: TARIRO.phone }, { wa_id: TARIRO.phone, profile: { name: 5 } })).toMatchObject({
      name: undefined,
    });
    expect(read({ from: TARIRO.phone }, { wa_id: TARIRO.phone, profile: 'x' })).toMatchObject({ name: undefined });
  });
});
