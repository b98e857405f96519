import { describe, expect, test } from 'vitest';
import { changeOf, envelopeOf, namedBy, textMessage, type Person } from '../../test/support/webhooks.ts';
import { readEnvelope } from './parse.ts';

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

const CONTEXT = { context: { from: '15550000001', id: 'wamid.OURS' } };
const MEDIA = { id: '1', mime_type: 'image/jpeg', sha256: 'aGFzaA==' };

describe('every type of message is kept whole', () => {
  test.each([
    ['text', { text: { body: 'hi' } }],
    ['button', { button: { payload: 'YES', text: 'Yes' }, ...CONTEXT }],
    ['button', { button: { payload: 'YES', text: 'Yes' } }],
    ['interactive', { interactive: { type: 'button_reply', button_reply: { id: 'ok:1', title: 'OK' } }, ...CONTEXT }],
    [
      'interactive',
      { interactive: { type: 'list_reply', list_reply: { id: 'row:1', title: 'One', description: 'd' } } },
    ],
    [
      'interactive',
      {
        interactive: {
          type: 'nfm_reply',
          nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"flow_token":"t"}' },
        },
      },
    ],
    ['interactive', { interactive: { type: 'call_permission_reply' } }],
    ['interactive', {}],
    ['image', { image: { ...MEDIA, caption: 'look' } }],
    ['video', { video: MEDIA }],
    ['document', { document: { ...MEDIA, filename: 'a.pdf' } }],
    ['audio', { audio: { ...MEDIA, voice: true } }],
    ['sticker', { sticker: { ...MEDIA, animated: false } }],
    ['location', { location: { latitude: -17.8, longitude: 31, name: 'Harare' } }],
    [
      'contacts',
      {
        contacts: [
          { name: { formatted_name: 'Farai' }, phones: [{ phone: '+263 77 000 0002', wa_id: '263770000002' }] },
        ],
      },
    ],
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
        {
          changes: [
            changeOf({ messages: [text('wamid.3', TARIRO), text('wamid.1', FARAI)] }),
            changeOf({ statuses: [{ id: 'wamid.out1', status: 'read', timestamp: '1795400001' }] }),
          ],
        },
        {
          changes: [
            changeOf({
              statuses: [{ id: 'wamid.out2', status: 'sent', timestamp: '1795400002' }],
              messages: [text('wamid.2', TARIRO)],
            }),
          ],
        },
      ],
    };
    const { messages, statuses } = readEnvelope(envelope, OURS);
    expect(messages.map(({ wamid }) => wamid)).toEqual(['wamid.3', 'wamid.1', 'wamid.2']);
    expect(statuses.map(({ wamid, status }) => [wamid, status])).toEqual([
      ['wamid.out1', 'read'],
      ['wamid.out2', 'sent'],
    ]);
  });

  test('of a thousand updates is read whole', () => {
    const messages = Array.from({ length: 500 }, (_, n) => text(`wamid.${n}`, TARIRO));
    const statuses = Array.from({ length: 500 }, (_, n) => ({
      id: `wamid.o${n}`,
      status: 'delivered',
      timestamp: '1',
    }));
    const read = readEnvelope(envelopeOf(changeOf({ messages, statuses })), OURS);
    expect([read.messages.length, read.statuses.length]).toEqual([500, 500]);
  });

  test('what is for another number, for a group, or of another kind is left out and counted', () => {
    const envelope = envelopeOf(
      changeOf(
        {
          messages: [text('wamid.1', TARIRO), text('wamid.2', TARIRO)],
          statuses: [{ id: 'x', status: 'sent', timestamp: '1' }],
        },
        '100000000000099',
      ),
      changeOf({ messages: [{ ...text('wamid.3', TARIRO), group_id: 'g' }, text('wamid.4', TARIRO)] }),
      { field: 'account_update', value: { event: 'x' } },
      { field: 'messages', value: 'x' },
      { value: {} },
    );
    const { messages, ignored } = readEnvelope(envelope, OURS);
    expect(messages.map(({ wamid }) => wamid)).toEqual(['wamid.4']);
    expect(ignored).toEqual({ other_number: 3, group: 1, other_field: 3 });
  });

  test.each([null, 1, 'x', true, [], {}, { object: 'instagram', entry: [] }, { entry: [] }])(
    '%j is no envelope of ours',
    (envelope) => {
      expect(readEnvelope(envelope, OURS)).toEqual({
        messages: [],
        statuses: [],
        unreadable: [],
        valueErrors: [],
        ignored: { other_object: 1 },
      });
    },
  );

  test.each([
    { entry: [] },
    { entry: {} },
    { entry: null },
    { entry: [null, 1, { changes: 'x' }, { changes: [null, []] }] },
    {},
  ])('an envelope with nothing in it is nothing: %j', (rest) => {
    const read = readEnvelope({ object: 'whatsapp_business_account', ...rest }, OURS);
    expect(read).toMatchObject({ messages: [], statuses: [], unreadable: [] });
  });

  test("errors of the account are told by their code, also another number's", () => {
    const errors = [{ code: 130429 }, { code: 'x' }, { title: 'none' }, null, 'x'];
    expect(readEnvelope(envelopeOf(changeOf({ errors })), OURS).valueErrors).toEqual([130429, 0, 0]);
    expect(readEnvelope(envelopeOf(changeOf({ errors: [{ code: 131031 }] }, '2')), OURS)).toMatchObject({
      valueErrors: [131031],
      ignored: {},
    });
  });
});

describe('statuses', () => {
  const read = (...statuses: readonly unknown[]) => readEnvelope(envelopeOf(changeOf({ statuses })), OURS);
  const status = (more: object) => ({
    id: 'wamid.o',
    status: 'sent',
    timestamp: '1795400000',
    recipient_id: '263770000001',
    ...more,
  });

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
    const odd = [
      null,
      1,
      [],
      {},
      status({ id: 5 }),
      status({ id: '' }),
      status({ id: 'w'.repeat(513) }),
      status({ status: 'played' }),
      status({ status: 'toString' }),
      status({ status: ['sent'] }),
      status({ timestamp: 5 }),
      status({ timestamp: '-5' }),
      status({ timestamp: '1e3' }),
    ];
    const { statuses, ignored } = read(...odd, status({}));
    expect(statuses).toHaveLength(1);
    expect(ignored).toEqual({ unknown_status: odd.length });
  });
});
