import { describe, expect, test } from 'vitest';
import { changeOf, contactOf, envelopeOf, namedBy, textMessage, type Person } from '../../test/support/webhooks.ts';
import { parseBody, readEnvelope } from './parse.ts';

const OURS = '100000000000001';
const AT_MS = 1_795_400_000_000;
const TARIRO: Person = { phone: '263770000001', bsuid: 'ZW.10000000000000000001', name: 'Tariro' };
const FARAI: Person = { phone: '263770000002', bsuid: 'ZW.2', name: 'Farai' };

const text = (wamid: string, from: Person, body = 'hi') => textMessage({ wamid, atMs: AT_MS, from, text: body });
const head = (type: string, wamid = 'wamid.1') => ({
  ...namedBy(TARIRO),
  id: wamid,
  timestamp: String(AT_MS / 1_000),
  type,
});
const readMessages = (...messages: readonly unknown[]) => readEnvelope(envelopeOf(changeOf({ messages })), OURS);
/** As the door does it: by way of the bytes. */
const readText = (json: string) => readEnvelope(parseBody(Buffer.from(json)), OURS);

describe('wrong types (D12)', () => {
  test.each([123, {}, [], true, null, '', 'x', '+263770000001', '26377000\ufffd001'])(
    'a `from` that is %j: the message is set aside, its siblings live',
    (from) => {
      const { messages, unreadable } = readMessages(
        { ...head('text'), from, from_user_id: undefined },
        text('wamid.2', FARAI),
      );
      expect(messages.map(({ wamid }) => wamid)).toEqual(['wamid.2']);
      expect(unreadable.map(({ reason }) => reason)).toEqual(['no_speaker']);
    },
  );

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

  test.each([{ type: 5 }, { type: undefined }, { text: 'x' }, { text: {} }, { text: [] }, { interactive: [] }])(
    'content that is %o is kept: the turn answers it',
    (content) => {
      expect(readMessages({ ...head('text'), ...content }).messages).toHaveLength(1);
    },
  );

  test.each([null, 'x', {}, 5])('lists that are %j are empty', (list) => {
    const { messages } = readEnvelope(
      envelopeOf(changeOf({ contacts: list, messages: [text('wamid.1', TARIRO)], statuses: list, errors: list })),
      OURS,
    );
    expect(messages).toHaveLength(1);
  });
});

describe('hostile JSON', () => {
  test('names of Object.prototype are data and change nothing (D04)', () => {
    const evil =
      '{"__proto__":{"polluted":1,"from":"263770000666","id":"wamid.evil"},"constructor":{"prototype":{"polluted":1}},"toString":1,"hasOwnProperty":1';
    const json = `${evil},"object":"whatsapp_business_account","entry":[${evil},"changes":[${evil},"field":"messages","value":${evil},"metadata":${evil},"phone_number_id":"${OURS}"},"contacts":[${evil},"wa_id":"__proto__","user_id":"constructor","profile":${evil},"name":"__proto__"}}],"messages":[${evil},"from":"263770000001","id":"toString","timestamp":"1","type":"text","text":${evil},"body":"__proto__"}}]}}]}]}`;
    const { messages } = readText(json);
    expect(messages).toMatchObject([{ wamid: 'toString', phone: '263770000001' }]);
    expect(messages[0]?.body.toString()).toContain('"body":"__proto__"');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.prototype.toString.call(1)).toBe('[object Number]');
  });

  test('an id only inherited is no id', () => {
    const { unreadable } = readText(
      `{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"${OURS}"},"messages":[{"__proto__":{"id":"wamid.1"},"from":"263770000001","timestamp":"1"}]}}]}]}`,
    );
    expect(unreadable).toMatchObject([{ reason: 'no_id' }]);
  });

  test.each([7_000, 100_000, 200_000])(
    '%i levels deep: set aside in bounded time, its siblings live (D06)',
    (depth) => {
      const deep = JSON.stringify({ ...head('text'), text: { body: 'DEEP' } }).replace(
        '"DEEP"',
        '['.repeat(depth) + ']'.repeat(depth),
      );
      const startedAt = performance.now();
      const { messages, unreadable } = readText(
        JSON.stringify(envelopeOf(changeOf({ messages: ['DEEP', text('wamid.2', FARAI)] }))).replace('"DEEP"', deep),
      );
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      expect(messages.at(-1)?.wamid).toBe('wamid.2');
      expect(messages.length + unreadable.length).toBe(2);
      if (depth === 200_000) expect(unreadable).toMatchObject([{ reason: 'too_deep' }]);
    },
  );

  test.each([
    [String.raw`a\u0000b`, 'a\u0000b'],
    [String.raw`\ud800`, '\ud800'],
    [String.raw`\udc00\ud800`, '\udc00\ud800'],
    [String.raw`\u202e\u200b\ufeff`, '\u202e\u200b\ufeff'],
  ])('NUL, lone surrogates and marks survive byte for byte: %s (D08, D09)', (escaped, body) => {
    const json = JSON.stringify(
      envelopeOf(
        changeOf({ contacts: [contactOf({ ...TARIRO, name: 'NAME' })], messages: [text('wamid.1', TARIRO, 'TEXT')] }),
      ),
    );
    const { messages } = readText(json.replace('TEXT', escaped).replace('NAME', escaped));
    const kept = JSON.parse(messages[0]?.body.toString() ?? '');
    expect(kept.message.text.body).toBe(body);
    expect(kept.speaker.profileName).toBe(body);
  });

  test('bytes that are not UTF-8 are no body at all, and U+FFFD becomes nobody (D10)', () => {
    const bytes = Buffer.from(
      JSON.stringify(envelopeOf(changeOf({ messages: [text('wamid.1', { phone: '26377000#001' })] }))),
    );
    bytes[bytes.indexOf('#')] = 0xff;
    expect(parseBody(bytes)).toBeUndefined();
    for (const broken of [
      [0xc3, 0x28],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xc0, 0xaf],
    ])
      expect(parseBody(Buffer.concat([Buffer.from('"'), Buffer.from(broken), Buffer.from('"')]))).toBeUndefined();
  });

  test('a byte order mark before it does no harm; anything that is no JSON is no body', () => {
    expect(parseBody(Buffer.from('\ufeff{"a":1}'))).toEqual({ a: 1 });
    for (const odd of ['', ' ', '{', '{"a":1}}', "{'a':1}", 'NaN', '{"a":1,}', '\ufeff\ufeff{}', '{"a":\u0000}'])
      expect(parseBody(Buffer.from(odd))).toBeUndefined();
  });
});
