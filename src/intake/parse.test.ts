import { describe, expect, test } from 'vitest';
import { changeOf, contactOf, envelopeOf, namedBy, textMessage, type Person } from '../../test/support/webhooks.ts';
import { parseBody, readEnvelope } from './parse.ts';

const OURS = '100000000000001';
const AT_MS = 1_795_400_000_000;
const TARIRO: Person = { phone: '263770000001', bsuid: 'ZW.10000000000000000001', name: 'Tariro' };
const FARAI: Person = { phone: '263770000002', bsuid: 'ZW.2', name: 'Farai' };

const text = (wamid: string, from: Person, body = 'hi') => textMessage({ wamid, atMs: AT_MS, from, text: body });
const head = (type: string, wamid = 'wamid.1') => ({ ...namedBy(TARIRO), id: wamid, timestamp: String(AT_MS / 1_000), type });
const readMessages = (...messages: readonly unknown[]) => readEnvelope(envelopeOf(changeOf({ messages })), OURS);
/** As the door does it: by way of the bytes. */
const readText = (json: string) => readEnvelope(parseBody(Buffer.from(json)), OURS);
const speakerOf = (message: { readonly body: Buffer } | undefined) => JSON.parse(message?.body.toString() ?? 'null')?.speaker;

const CONTEXT = { context: { from: '15550000001', id: 'wamid.OURS' } };
const MEDIA = { id: '1', mime_type: 'image/jpeg', sha256: 'aGFzaA==' };

describe('every type of message is kept whole', () => {
  test.each([
    ['text', { text: { body: 'hi' } }],
    ['button', { button: { payload: 'YES', text: 'Yes' }, ...CONTEXT }],
    ['button', { button: { payload: 'YES', text: 'Yes' } }],
    ['interactive', { interactive: { type: 'button_reply', button_reply: { id: 'ok:1', title: 'OK' } }, ...CONTEXT }],
    ['interactive', { interactive: { type: 'list_reply', list_reply: { id: 'row:1', title: 'One', description: 'd' } } }],
    ['interactive', { interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"flow_token":"t"}' } } }],
    ['interactive', { interactive: { type: 'call_permission_reply' } }],
    ['interactive', {}],
    ['image', { image: { ...MEDIA, caption: 'look' } }],
    ['video', { video: MEDIA }],
    ['document', { document: { ...MEDIA, filename: 'a.pdf' } }],
    ['audio', { audio: { ...MEDIA, voice: true } }],
    ['sticker', { sticker: { ...MEDIA, animated: false } }],
    ['location', { location: { latitude: -17.8, longitude: 31, name: 'Harare' } }],
    ['contacts', { contacts: [{ name: { formatted_name: 'Farai' }, phones: [{ phone: '+263 77 000 0002', wa_id: '263770000002' }] }] }],
    ['order', { order: { catalog_id: '1', product_items: [] } }],
    ['reaction', { reaction: { message_id: 'wamid.OURS', emoji: '👍' } }],
    ['reaction', { reaction: { message_id: 'wamid.OURS' } }],
    ['system', { system: { body: 'changed', type: 'user_changed_number', new_wa_id: '263770000009' } }],
    ['edit', { edit: { original_message_id: 'wamid.0', message: { type: 'text', text: { body: 'Send 500' } } } }],
    ['revoke', { revoke: { original_message_id: 'wamid.0' } }],
    ['unsupported', { errors: [{ code: 131051, title: 'unsupported' }], unsupported: { type: 'poll' } }],
    ['unsupported', { errors: [{ code: 131060, title: 'unavailable' }] }],
    ['hologram', { hologram: { depth: [1, 2, 3] } }],
    ['text', { text: { body: 'hi' }, context: { forwarded: true }, referral: { source_id: 'ad' } }],
  ])('%s %o', (type, content) => {
    const message = { ...head(type), ...content };
    const { messages, unreadable, ignored } = readMessages(message);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({ wamid: 'wamid.1', sentAtMs: AT_MS, phone: TARIRO.phone, bsuid: TARIRO.bsuid });
    expect(JSON.parse(messages[0]?.body.toString() ?? '').message).toEqual(message);
    expect({ unreadable, ignored }).toEqual({ unreadable: [], ignored: {} });
  });
});

describe('a batch', () => {
  test('is read to its last entry, change, message and status, whatever their order', () => {
    const envelope = {
      object: 'whatsapp_business_account',
      entry: [
        { changes: [changeOf({ messages: [text('wamid.3', TARIRO), text('wamid.1', FARAI)] }), changeOf({ statuses: [{ id: 'wamid.out1', status: 'read', timestamp: '1795400001' }] })] },
        { changes: [changeOf({ statuses: [{ id: 'wamid.out2', status: 'sent', timestamp: '1795400002' }], messages: [text('wamid.2', TARIRO)] })] },
      ],
    };
    const { messages, statuses } = readEnvelope(envelope, OURS);
    expect(messages.map(({ wamid }) => wamid)).toEqual(['wamid.3', 'wamid.1', 'wamid.2']);
    expect(statuses.map(({ wamid, status }) => [wamid, status])).toEqual([['wamid.out1', 'read'], ['wamid.out2', 'sent']]);
  });

  test('of a thousand updates is read whole', () => {
    const messages = Array.from({ length: 500 }, (_, n) => text(`wamid.${n}`, TARIRO));
    const statuses = Array.from({ length: 500 }, (_, n) => ({ id: `wamid.o${n}`, status: 'delivered', timestamp: '1' }));
    const read = readEnvelope(envelopeOf(changeOf({ messages, statuses })), OURS);
    expect([read.messages.length, read.statuses.length]).toEqual([500, 500]);
  });

  test('what is for another number, for a group, or of another kind is left out and counted', () => {
    const envelope = envelopeOf(
      changeOf({ messages: [text('wamid.1', TARIRO), text('wamid.2', TARIRO)], statuses: [{ id: 'x', status: 'sent', timestamp: '1' }] }, '100000000000099'),
      changeOf({ messages: [{ ...text('wamid.3', TARIRO), group_id: 'g' }, text('wamid.4', TARIRO)] }),
      { field: 'account_update', value: { event: 'x' } },
      { field: 'messages', value: 'x' },
      { value: {} },
    );
    const { messages, ignored } = readEnvelope(envelope, OURS);
    expect(messages.map(({ wamid }) => wamid)).toEqual(['wamid.4']);
    expect(ignored).toEqual({ other_number: 3, group: 1, other_field: 3 });
  });

  test.each([null, 1, 'x', true, [], {}, { object: 'instagram', entry: [] }, { entry: [] }])('%j is no envelope of ours', (envelope) => {
    expect(readEnvelope(envelope, OURS)).toEqual({ messages: [], statuses: [], unreadable: [], valueErrors: [], ignored: { other_object: 1 } });
  });

  test.each([{ entry: [] }, { entry: {} }, { entry: null }, { entry: [null, 1, { changes: 'x' }, { changes: [null, []] }] }, {}])('an envelope with nothing in it is nothing: %j', (rest) => {
    const read = readEnvelope({ object: 'whatsapp_business_account', ...rest }, OURS);
    expect(read).toMatchObject({ messages: [], statuses: [], unreadable: [] });
  });

  test("errors of the account are told by their code, also another number's", () => {
    const errors = [{ code: 130429 }, { code: 'x' }, { title: 'none' }, null, 'x'];
    expect(readEnvelope(envelopeOf(changeOf({ errors })), OURS).valueErrors).toEqual([130429, 0, 0]);
    expect(readEnvelope(envelopeOf(changeOf({ errors: [{ code: 131031 }] }, '2')), OURS)).toMatchObject({ valueErrors: [131031], ignored: {} });
  });
});

describe('statuses', () => {
  const read = (...statuses: readonly unknown[]) => readEnvelope(envelopeOf(changeOf({ statuses })), OURS);
  const status = (more: object) => ({ id: 'wamid.o', status: 'sent', timestamp: '1795400000', recipient_id: '263770000001', ...more });

  test('carry our own id and the first error where Meta gives them', () => {
    expect(
      read(
        status({}),
        status({ status: 'delivered', biz_opaque_callback_data: '0c0ffee0-0000-4000-8000-000000000000' }),
        status({ status: 'failed', errors: [{ code: 131026 }, { code: 1 }] }),
        status({ status: 'read', errors: [{ code: 'x' }], biz_opaque_callback_data: 5 }),
      ).statuses,
    ).toEqual([
      { wamid: 'wamid.o', status: 'sent', atMs: AT_MS },
      { wamid: 'wamid.o', status: 'delivered', atMs: AT_MS, outboxId: '0c0ffee0-0000-4000-8000-000000000000' },
      { wamid: 'wamid.o', status: 'failed', atMs: AT_MS, errorCode: 131026 },
      { wamid: 'wamid.o', status: 'read', atMs: AT_MS },
    ]);
  });

  test('that are off are left out and counted, the others live', () => {
    const odd = [null, 1, [], {}, status({ id: 5 }), status({ id: '' }), status({ id: 'w'.repeat(513) }), status({ status: 'played' }), status({ status: 'toString' }), status({ status: ['sent'] }), status({ timestamp: 5 }), status({ timestamp: '-5' }), status({ timestamp: '1e3' })];
    const { statuses, ignored } = read(...odd, status({}));
    expect(statuses).toHaveLength(1);
    expect(ignored).toEqual({ unknown_status: odd.length });
  });
});

describe('wrong types (D12)', () => {
  test.each([123, {}, [], true, null, '', 'x', '+263770000001', '26377000\ufffd001'])('a `from` that is %j: the message is set aside, its siblings live', (from) => {
    const { messages, unreadable } = readMessages({ ...head('text'), from, from_user_id: undefined }, text('wamid.2', FARAI));
    expect(messages.map(({ wamid }) => wamid)).toEqual(['wamid.2']);
    expect(unreadable.map(({ reason }) => reason)).toEqual(['no_speaker']);
  });

  test.each([
    ['no_id', { id: null }],
    ['no_id', { id: 5 }],
    ['no_id', { id: '' }],
    ['no_id', { id: ['wamid.1'] }],
    ['no_id', { id: 'w'.repeat(513) }],
    ['no_time', { timestamp: AT_MS }],
    ['no_time', { timestamp: '' }],
    ['no_time', { timestamp: '-1' }],
    ['no_time', { timestamp: '1795400000.5' }],
    ['no_time', { timestamp: '1795400000\n' }],
    ['no_time', { timestamp: '9'.repeat(12) }],
    ['no_time', { timestamp: undefined }],
  ])('%s: %o', (reason, more) => {
    const { messages, unreadable } = readMessages({ ...head('text'), ...more }, text('wamid.2', FARAI));
    expect(messages.map(({ wamid }) => wamid)).toEqual(['wamid.2']);
    expect(unreadable).toMatchObject([{ reason }]);
    expect(JSON.parse(unreadable[0]?.body.toString() ?? '')).toMatchObject({ type: 'text' });
  });

  test.each([null, 1, 'x', true, []])('a message that is %j is set aside, its siblings live', (message) => {
    const { messages, unreadable } = readMessages(message, text('wamid.2', FARAI), message);
    expect(messages).toHaveLength(1);
    expect(unreadable.map(({ reason }) => reason)).toEqual(['wrong_shape', 'wrong_shape']);
  });

  test.each([{ type: 5 }, { type: undefined }, { text: 'x' }, { text: {} }, { text: [] }, { interactive: [] }])('content that is %o is kept: the turn answers it', (content) => {
    expect(readMessages({ ...head('text'), ...content }).messages).toHaveLength(1);
  });

  test.each([null, 'x', {}, 5])('lists that are %j are empty', (list) => {
    const { messages } = readEnvelope(envelopeOf(changeOf({ contacts: list, messages: [text('wamid.1', TARIRO)], statuses: list, errors: list })), OURS);
    expect(messages).toHaveLength(1);
  });
});

describe('hostile JSON', () => {
  test('names of Object.prototype are data and change nothing (D04)', () => {
    const evil = '{"__proto__":{"polluted":1,"from":"263770000666","id":"wamid.evil"},"constructor":{"prototype":{"polluted":1}},"toString":1,"hasOwnProperty":1';
    const json = `${evil},"object":"whatsapp_business_account","entry":[${evil},"changes":[${evil},"field":"messages","value":${evil},"metadata":${evil},"phone_number_id":"${OURS}"},"contacts":[${evil},"wa_id":"__proto__","user_id":"constructor","profile":${evil},"name":"__proto__"}}],"messages":[${evil},"from":"263770000001","id":"toString","timestamp":"1","type":"text","text":${evil},"body":"__proto__"}}]}}]}]}`;
    const { messages } = readText(json);
    expect(messages).toMatchObject([{ wamid: 'toString', phone: '263770000001' }]);
    expect(messages[0]?.body.toString()).toContain('"body":"__proto__"');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.prototype.toString.call(1)).toBe('[object Number]');
  });

  test('an id only inherited is no id', () => {
    const { unreadable } = readText(`{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"${OURS}"},"messages":[{"__proto__":{"id":"wamid.1"},"from":"263770000001","timestamp":"1"}]}}]}]}`);
    expect(unreadable).toMatchObject([{ reason: 'no_id' }]);
  });

  test.each([7_000, 100_000, 200_000])('%i levels deep: set aside in bounded time, its siblings live (D06)', (depth) => {
    const deep = JSON.stringify({ ...head('text'), text: { body: 'DEEP' } }).replace('"DEEP"', '['.repeat(depth) + ']'.repeat(depth));
    const startedAt = performance.now();
    const { messages, unreadable } = readText(JSON.stringify(envelopeOf(changeOf({ messages: ['DEEP', text('wamid.2', FARAI)] }))).replace('"DEEP"', deep));
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(messages.at(-1)?.wamid).toBe('wamid.2');
    expect(messages.length + unreadable.length).toBe(2);
    if (depth === 200_000) expect(unreadable).toMatchObject([{ reason: 'too_deep' }]);
  });

  test.each([
    [String.raw`a\u0000b`, 'a\u0000b'],
    [String.raw`\ud800`, '\ud800'],
    [String.raw`\udc00\ud800`, '\udc00\ud800'],
    [String.raw`\u202e\u200b\ufeff`, '\u202e\u200b\ufeff'],
  ])('NUL, lone surrogates and marks survive byte for byte: %s (D08, D09)', (escaped, body) => {
    const json = JSON.stringify(envelopeOf(changeOf({ contacts: [contactOf({ ...TARIRO, name: 'NAME' })], messages: [text('wamid.1', TARIRO, 'TEXT')] })));
    const { messages } = readText(json.replace('TEXT', escaped).replace('NAME', escaped));
    const kept = JSON.parse(messages[0]?.body.toString() ?? '');
    expect(kept.message.text.body).toBe(body);
    expect(kept.speaker.profileName).toBe(body);
  });

  test('bytes that are not UTF-8 are no body at all, and U+FFFD becomes nobody (D10)', () => {
    const bytes = Buffer.from(JSON.stringify(envelopeOf(changeOf({ messages: [text('wamid.1', { phone: '26377000#001' })] }))));
    bytes[bytes.indexOf('#')] = 0xff;
    expect(parseBody(bytes)).toBeUndefined();
    for (const broken of [[0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc0, 0xaf]])
      expect(parseBody(Buffer.concat([Buffer.from('"'), Buffer.from(broken), Buffer.from('"')]))).toBeUndefined();
  });

  test('a byte order mark before it does no harm; anything that is no JSON is no body', () => {
    expect(parseBody(Buffer.from('\ufeff{"a":1}'))).toEqual({ a: 1 });
    for (const odd of ['', ' ', '{', '{"a":1}}', "{'a':1}", 'NaN', '{"a":1,}', '\ufeff\ufeff{}', '{"a":\u0000}']) expect(parseBody(Buffer.from(odd))).toBeUndefined();
  });
});

describe('whose message it is', () => {
  const read = (message: object, ...contacts: readonly object[]) => {
    const { messages } = readEnvelope(envelopeOf(changeOf({ contacts, messages: [{ ...head('text'), from: undefined, from_user_id: undefined, text: { body: 'hi' }, ...message }] })), OURS);
    return messages.map((kept) => ({ phone: kept.phone, bsuid: kept.bsuid, name: speakerOf(kept)?.profileName }))[0];
  };
  const tariro = contactOf(TARIRO);
  const farai = contactOf(FARAI);

  test.each<readonly [string, object, readonly object[], Person]>([
    ['by the number, whichever place its contact has', { from: TARIRO.phone }, [farai, tariro], TARIRO],
    ['by the BSUID', { from_user_id: FARAI.bsuid }, [tariro, farai], FARAI],
    ['by both', namedBy(TARIRO), [farai, tariro], TARIRO],
    ['by a lone contact, where the message names nobody', {}, [tariro], TARIRO],
    ['by a lone contact, where the number is the empty text', { from: '' }, [{ ...tariro, wa_id: '' }], { bsuid: TARIRO.bsuid, name: 'Tariro' }],
    ['by a contact that is listed twice', { from: TARIRO.phone }, [tariro, farai, tariro], TARIRO],
  ])('%s', (_what, message, contacts, { phone, bsuid, name }) => {
    expect(read(message, ...contacts)).toEqual({ phone, bsuid, name });
  });

  test("a lone contact of another person lends neither BSUID, number nor name", () => {
    expect(read({ from: TARIRO.phone }, farai)).toEqual({ phone: TARIRO.phone, bsuid: undefined, name: undefined });
    expect(read({ from_user_id: TARIRO.bsuid }, farai)).toEqual({ phone: undefined, bsuid: TARIRO.bsuid, name: undefined });
    expect(read(namedBy(TARIRO), farai)).toEqual({ phone: TARIRO.phone, bsuid: TARIRO.bsuid, name: undefined });
  });

  test("a number that two BSUIDs claim lends neither's", () => {
    const claimed = { ...farai, wa_id: TARIRO.phone };
    expect(read({ from: TARIRO.phone }, claimed, tariro)).toEqual({ phone: TARIRO.phone, bsuid: undefined, name: undefined });
    expect(read(namedBy(TARIRO), claimed, tariro)).toEqual({ phone: TARIRO.phone, bsuid: TARIRO.bsuid, name: 'Tariro' });
    expect(read(namedBy(TARIRO), claimed)).toEqual({ phone: TARIRO.phone, bsuid: TARIRO.bsuid, name: undefined });
  });

  test.each([null, 5, true, []])('contacts and message that share the nonsense %j share nobody', (odd) => {
    expect(read({ from: odd }, { ...farai, wa_id: odd })).toBeUndefined();
    expect(read({ from_user_id: odd }, { ...farai, user_id: odd })).toBeUndefined();
  });

  test('people whose number is the empty text are not taken for each other', () => {
    const hidden = [FARAI, TARIRO].map((person) => ({ ...contactOf(person), wa_id: '' }));
    expect(read({ from: '', from_user_id: TARIRO.bsuid }, ...hidden)).toEqual({ phone: undefined, bsuid: TARIRO.bsuid, name: 'Tariro' });
    expect(read({ from: '' }, ...hidden)).toBeUndefined();
  });

  describe('a number shared on our request', () => {
    const card = (more: object = {}, phones: readonly object[] = [{ phone: '+263 77 000 0001', wa_id: '263770000001' }]) => ({
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
    const { messages } = readEnvelope(envelopeOf(changeOf({ contacts: [{ wa_id: TARIRO.phone, profile: { name: 'x'.repeat(9_999) }, identity_key_hash: 'k'.repeat(999) }], messages: [text('wamid.1', { phone: TARIRO.phone ?? '' })] })), OURS);
    expect(speakerOf(messages[0])).toEqual({ phone: TARIRO.phone, profileName: 'x'.repeat(256), identityKeyHash: 'k'.repeat(128) });
    expect(read({ from: TARIRO.phone }, { wa_id: TARIRO.phone, profile: { name: 5 } })).toMatchObject({ name: undefined });
    expect(read({ from: TARIRO.phone }, { wa_id: TARIRO.phone, profile: 'x' })).toMatchObject({ name: undefined });
  });
});
