import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../settings.ts';
import { checkReadMark, checkSend } from './check-send.ts';

const { templates } = DEFAULT_SETTINGS;
const of = (length: number): string => 'x'.repeat(length);
const to = (message: object): object => ({ messaging_product: 'whatsapp', to: '+263770000001', ...message });
const check = (message: object) => checkSend(to(message), templates);

const text = (body: unknown) => ({ type: 'text', text: { body } });
const interactive = (type: string, action: object, more: object = {}) => ({
  type: 'interactive',
  interactive: { type, body: { text: 'Choose' }, action, ...more },
});
const button = (id: string, title: string) => ({ type: 'reply', reply: { id, title } });
const buttons = (list: readonly object[], more: object = {}) => interactive('button', { buttons: list }, more);
const oneButton = (id: string, title: string) => buttons([button(id, title)]);
const headed = (more: object) => buttons([button('a', 'A')], more);
const rows = (count: number, prefix = 'r') =>
  Array.from({ length: count }, (_, index) => ({ id: `${prefix}${String(index)}`, title: 'Row' }));
const list = (sections: readonly object[], label = 'Menu', more: object = {}) =>
  interactive('list', { button: label, sections }, more);
const oneRow = (row: object) => list([{ title: 'S', rows: [{ id: 'a', title: 'A', ...row }] }]);
const flow = (label: string) =>
  interactive('flow', { name: 'flow', parameters: { flow_message_version: '3', flow_id: '1', flow_cta: label } });
const link = (label: string) =>
  interactive('cta_url', { name: 'cta_url', parameters: { display_text: label, url: 'https://example.com' } });
const template = (name: string, parameters: number, code = 'en_US') => ({
  type: 'template',
  template: {
    name,
    language: { code },
    components: [{ type: 'body', parameters: rows(parameters).map(() => ({ type: 'text', text: 'x' })) }],
  },
});

type Limit = readonly [field: string, max: number, make: (size: number) => object];
const LIMITS: readonly Limit[] = [
  ['text.body', 4096, (size) => text(of(size))],
  ['interactive.body.text', 1024, (size) => headed({ body: { text: of(size) } })],
  [
    'interactive.body.text',
    1024,
    (size) => list([{ title: 'S', rows: rows(1) }], 'Menu', { body: { text: of(size) } }),
  ],
  ['interactive.header.text', 60, (size) => headed({ header: { type: 'text', text: of(size) } })],
  ['interactive.footer.text', 60, (size) => headed({ footer: { text: of(size) } })],
  ['interactive.action.buttons', 3, (size) => buttons(rows(size).map(({ id }) => button(id, id)))],
  ['reply.title', 20, (size) => oneButton('a', of(size))],
  ['reply.id', 256, (size) => oneButton(of(size), 'A')],
  ['interactive.action.button', 20, (size) => list([{ title: 'S', rows: rows(1) }], of(size))],
  ['interactive.action.sections', 10, (size) => list(rows(size).map(({ id }) => ({ title: 'S', rows: rows(1, id) })))],
  ['rows', 10, (size) => list([{ title: 'S', rows: rows(size) }])],
  ['sections[0].title', 24, (size) => list([{ title: of(size), rows: rows(1) }])],
  ['rows[0].title', 24, (size) => oneRow({ title: of(size) })],
  ['rows[0].description', 72, (size) => oneRow({ description: of(size) })],
  ['rows[0].id', 200, (size) => oneRow({ id: of(size) })],
  ['flow_cta', 30, (size) => flow(of(size))],
  ['display_text', 20, (size) => link(of(size))],
  ['image.caption', 1024, (size) => ({ type: 'image', image: { id: '1', caption: of(size) } })],
  [
    'contacts',
    5,
    (size) => ({ type: 'contacts', contacts: rows(size).map(() => ({ name: { formatted_name: 'A' } })) }),
  ],
  ['biz_opaque_callback_data', 512, (size) => ({ ...text('hi'), biz_opaque_callback_data: of(size) })],
];

describe.each(LIMITS)('%s of at most %d', (field, max, make) => {
  test('is accepted at the limit', () => {
    expect(check(make(max))).toBeUndefined();
  });

  test('is refused one beyond it, by name', () => {
    const refusal = check(make(max + 1));
    expect(refusal?.code).toBe(131009);
    expect(refusal?.details).toContain(field);
  });
});

test('refuses more than ten rows over all sections', () => {
  expect(
    check(
      list([
        { title: 'S', rows: rows(5, 'a') },
        { title: 'T', rows: rows(5, 'b') },
      ]),
    ),
  ).toBeUndefined();
  expect(
    check(
      list([
        { title: 'S', rows: rows(5, 'a') },
        { title: 'T', rows: rows(6, 'b') },
      ]),
    )?.details,
  ).toContain('11 rows');
});

test('counts UTF-16 units: an emoji is two', () => {
  expect(check(oneButton('a', '😀'.repeat(10)))).toBeUndefined();
  expect(check(oneButton('a', `${'😀'.repeat(10)}x`))?.code).toBe(131009);
});

type Wrong = readonly [why: string, code: number, field: string, body: unknown];
const WRONG: readonly Wrong[] = [
  ['a body that is no object', 100, 'body', []],
  ['no messaging_product', 100, 'messaging_product', { to: '263770000001', ...text('hi') }],
  ['another product', 131009, 'messaging_product', to({ messaging_product: 'sms', ...text('hi') })],
  ['nobody to send to', 100, 'to', { messaging_product: 'whatsapp', ...text('hi') }],
  ['a number that is none', 131009, 'to', to({ to: 'Tariro', ...text('hi') })],
  ['a number that is not text', 100, 'to', to({ to: 263770000001, ...text('hi') })],
  ['a BSUID that is none', 131009, 'recipient', { messaging_product: 'whatsapp', recipient: 'zw.1', ...text('hi') }],
  ['a group', 131009, 'recipient_type', to({ recipient_type: 'group', ...text('hi') })],
  ['a type that is none', 100, 'type', to({ type: 'hologram' })],
  ['a type with the name of a built-in', 100, 'type', to({ type: 'constructor' })],
  ['no text', 131008, 'text.body', to({ type: 'text', text: {} })],
  ['a text that is a number', 100, 'text.body', to(text(5))],
  ['a text of spaces', 131009, 'text.body', to(text('  '))],
  ['no interactive', 131008, 'interactive', to({ type: 'interactive' })],
  ['an interactive type that is none', 131009, 'interactive.type', to(interactive('toString', {}))],
  ['no buttons', 131008, 'interactive.action.buttons', to(interactive('button', {}))],
  ['buttons of the same id', 131009, 'reply.id', to(buttons([button('a', 'A'), button('a', 'B')]))],
  ['buttons of the same title', 131009, 'reply.title', to(buttons([button('a', 'A'), button('b', 'A')]))],
  ['an id that ends in a space', 131009, 'reply.id', to(oneButton('a ', 'A'))],
  [
    'rows of the same id',
    131009,
    'rows.id',
    to(
      list([
        { title: 'S', rows: rows(1) },
        { title: 'T', rows: rows(1) },
      ]),
    ),
  ],
  ['a section without title', 131008, 'sections[0].title', to(list([{ rows: rows(1) }]))],
  [
    'a picture above a list',
    131009,
    'header',
    to(list([{ title: 'S', rows: rows(1) }], 'M', { header: { type: 'image' } })),
  ],
  ['a number request by another name', 131009, 'action.name', to(interactive('contact_request', { name: 'phone' }))],
  [
    'a link that is script',
    131009,
    'url',
    to(interactive('cta_url', { name: 'cta_url', parameters: { display_text: 'A', url: 'javascript:1' } })),
  ],
  ['an unknown template', 132001, 'template.name', to(template('no_such', 2))],
  ['a template in another language', 132001, 'template', to(template('incoming_notification', 2, 'sn'))],
  ['a template with a parameter too few', 132000, 'template', to(template('incoming_notification', 1))],
];

test.each(WRONG.map(([why, code, field, body]) => ({ why, code, field, body })))(
  'refuses $why',
  ({ code, field, body }) => {
    const refusal = checkSend(body, templates);
    expect(refusal?.code).toBe(code);
    expect(refusal?.details).toContain(field);
  },
);

const RIGHT: readonly (readonly [string, object])[] = [
  ['a number request', interactive('contact_request', { name: 'request_contact_info' })],
  ['a template', template('incoming_notification', 2)],
  ['a reaction', { type: 'reaction', reaction: { message_id: 'wamid.A', emoji: '👍' } }],
  ['a location', { type: 'location', location: { latitude: 1, longitude: 2 } }],
  ['a document by link', { type: 'document', document: { link: 'https://example.com/a.pdf' } }],
  ['a number with spaces and dashes', { to: '+263 77 000-0001', ...text('hi') }],
];
test.each(RIGHT)('accepts %s', (_what, message) => {
  expect(check(message)).toBeUndefined();
});

test('an authentication template needs a number', () => {
  const secret = { name: 'code', language: 'en', bodyParameters: 0, category: 'authentication' } as const;
  const body = { messaging_product: 'whatsapp', recipient: 'ZW.1', ...template('code', 0, 'en') };
  expect(checkSend(body, [secret])?.code).toBe(131062);
});

test('a read mark may bring a typing indicator of type text, and nothing else', () => {
  const mark = { messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.A' };
  expect(checkReadMark(mark)).toBeUndefined();
  expect(checkReadMark({ ...mark, typing_indicator: { type: 'text' } })).toBeUndefined();
  expect(checkReadMark({ ...mark, typing_indicator: { type: 'voice' } })?.code).toBe(131009);
  expect(checkReadMark({ ...mark, status: 'unread' })?.code).toBe(131009);
});
