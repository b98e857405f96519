import { describe, expect, test } from 'vitest';
import { understandMessage } from './understand.ts';

const common = { from: '263770000001', id: 'wamid.T1', timestamp: '1795400000' };
const message = (type: string, rest: object = {}): unknown => ({ ...common, type, ...rest });
const text = (body: unknown): unknown => message('text', { text: { body } });
const ownCard = (card: object): unknown => message('contacts', { contacts: [{ origin: 'contact_request', ...card }] });

describe('understandMessage', () => {
  test.each([
    ['a text', text('Hi'), { kind: 'text', text: 'Hi' }],
    [
      'a quick reply of a template',
      message('button', { button: { payload: 'n1:join', text: 'Join' } }),
      { kind: 'tap', via: 'button', id: 'n1:join' },
    ],
    [
      'a reply button, with the prompt it answers',
      message('interactive', {
        context: { from: '15550000001', id: 'wamid.P1' },
        interactive: { type: 'button_reply', button_reply: { id: 'n1:yes', title: 'anything' } },
      }),
      { kind: 'tap', via: 'button_reply', id: 'n1:yes', promptWamid: 'wamid.P1' },
    ],
    [
      'a list row',
      message('interactive', { interactive: { type: 'list_reply', list_reply: { id: 'n1:about', title: 'x' } } }),
      { kind: 'tap', via: 'list_reply', id: 'n1:about' },
    ],
    [
      'a form',
      message('interactive', {
        interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', response_json: '{"flow_token":"t1","n":2}' } },
      }),
      { kind: 'form', response: { flow_token: 't1', n: 2 } },
    ],
    ['a picture', message('image', { image: { id: '1' } }), { kind: 'media', media: 'image' }],
    ['a video', message('video'), { kind: 'media', media: 'video' }],
    ['a document', message('document'), { kind: 'media', media: 'document' }],
    ['a voice message', message('audio'), { kind: 'media', media: 'audio' }],
    ['a sticker', message('sticker'), { kind: 'media', media: 'sticker' }],
    ['a place', message('location'), { kind: 'location' }],
    ['an order', message('order'), { kind: 'order' }],
    ['a reaction', message('reaction', { reaction: { emoji: '👍' } }), { kind: 'reaction' }],
    ['an edit, without its new content', message('edit', { edit: { message: text('Send 500') } }), { kind: 'edit' }],
    ['a deletion', message('revoke'), { kind: 'revoke' }],
    [
      'a changed number',
      message('system', { system: { type: 'user_changed_number', body: 'x' } }),
      { kind: 'system', change: 'user_changed_number' },
    ],
    ['another notice of the system', message('system', { system: { type: 'x' } }), { kind: 'system', change: 'other' }],
    [
      'an unsupported type',
      message('unsupported', { errors: [{ code: 131051 }] }),
      { kind: 'unsupported', lost: false },
    ],
    ['a lost message', message('unsupported', { errors: [{ code: 131060 }] }), { kind: 'unsupported', lost: true }],
    ['a type nobody has seen yet', message('hologram'), { kind: 'unknown' }],
    [
      'a call permission, which nobody asked for',
      message('interactive', { interactive: { type: 'call_permission_reply' } }),
      { kind: 'unknown' },
    ],
  ])('reads %s', (_, raw, expected) => {
    expect(understandMessage(raw)).toEqual(expected);
  });

  test.each([
    [
      'the number shared on our request',
      ownCard({ phones: [{ phone: '+263 77 000 0001', wa_id: '263770000001' }] }),
      '263770000001',
    ],
    ['the same without a WhatsApp id', ownCard({ phones: [{ phone: '+263 77 000 0001' }] }), '263770000001'],
    [
      'a card of somebody else',
      message('contacts', { contacts: [{ origin: 'other', phones: [{ wa_id: '263770000001' }] }] }),
      undefined,
    ],
    [
      'a card without an origin',
      message('contacts', { contacts: [{ phones: [{ wa_id: '263770000001' }] }] }),
      undefined,
    ],
    ['two phones', ownCard({ phones: [{ wa_id: '263770000001' }, { wa_id: '263770000002' }] }), undefined],
    [
      'two cards',
      message('contacts', { contacts: [{ origin: 'contact_request', phones: [{ wa_id: '263770000001' }] }, {}] }),
      undefined,
    ],
    ['letters', ownCard({ phones: [{ wa_id: '26377000000x' }] }), undefined],
    [
      'an id of another type beside a good phone',
      ownCard({ phones: [{ wa_id: 263770000001, phone: '263770000001' }] }),
      undefined,
    ],
    ['Arabic digits', ownCard({ phones: [{ phone: '+٢٦٣٧٧٠٠٠٠٠٠١' }] }), undefined],
    ['no phone', ownCard({}), undefined],
  ])('S16: takes as the own number, of contacts: %s', (_, raw, ownPhone) => {
    expect(understandMessage(raw)).toEqual(
      ownPhone === undefined ? { kind: 'contacts' } : { kind: 'contacts', ownPhone },
    );
  });

  test.each([
    ['spaces and line breaks', '  hi \n\t there  ', 'hi there'],
    ['zero-width and bidi characters', '\u200bh\u202ei\u2066\ufeff', 'hi'],
    ['control characters, NUL included', 'a\u0000b', 'a b'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['a decomposed accent', 'Jose\u0301', 'José'],
    ['blank letters', '\u3164\u2800', ''],
  ])('S74: normalises %s', (_, body, expected) => {
    expect(understandMessage(text(body))).toEqual({ kind: 'text', text: expected });
  });

  test('looks at no more of a text than WhatsApp sends', () => {
    const long = understandMessage(text('\u0958'.repeat(100_000)));
    expect(long.kind === 'text' && long.text.length).toBe(4_096);
  });

  test.each([
    null,
    undefined,
    'text',
    5,
    true,
    [],
    {},
    { type: null },
    { type: 5 },
    { type: {} },
    { type: '__proto__' },
    { type: 'constructor' },
    { type: 'toString' },
    message('text'),
    text({}),
    text(5),
    text(null),
    message('text', { text: 'x' }),
    message('text', { text: [] }),
    message('interactive'),
    message('interactive', { interactive: [] }),
    message('interactive', { interactive: { type: 'button_reply' } }),
    message('interactive', { interactive: { type: 'button_reply', button_reply: { id: 7 } } }),
    message('interactive', { interactive: { type: 'list_reply', list_reply: { id: '' } } }),
    message('button', { button: { text: 'Yes' } }),
    message('button', { button: { payload: 'x'.repeat(1_000) } }),
    JSON.parse('{"type":"text","text":{"__proto__":{"body":"hi"}}}'),
  ])('D12: finds nothing to act on in %j', (raw) => {
    expect(understandMessage(raw)).toEqual({ kind: 'unknown' });
  });

  test.each([
    ['no JSON', '{'],
    ['a list', '[1]'],
    ['null', 'null'],
    ['too much', `{"a":"${'x'.repeat(20_000)}"}`],
    ['a deep nest', `${'['.repeat(100_000)}`],
    ['another type', 7],
  ])('a form that holds %s is an empty form', (_, response) => {
    const raw = message('interactive', { interactive: { type: 'nfm_reply', nfm_reply: { response_json: response } } });
    expect(understandMessage(raw)).toEqual({ kind: 'form', response: {} });
  });

  test('D04: a form pollutes nothing and keeps no objects', () => {
    const json = '{"__proto__":{"admin":true},"constructor":"c","nested":{"a":1},"ok":"yes"}';
    const raw = message('interactive', { interactive: { type: 'nfm_reply', nfm_reply: { response_json: json } } });
    const form = understandMessage(raw);
    expect(form).toEqual({ kind: 'form', response: { constructor: 'c', ok: 'yes' } });
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });
});
