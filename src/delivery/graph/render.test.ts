import { describe, expect, test } from 'vitest';
import type { OutboxId } from '../../base/id.ts';
import type { Bsuid, Phone } from '../../base/phone.ts';
import { fitText } from '../../base/fit-text.ts';
import type { Outgoing } from '../outgoing.ts';
import { renderMessage } from './render.ts';

const outboxId = 'f6f2c1a0-0000-4000-8000-000000000001' as OutboxId;
const phone = '263770000001' as Phone;
const bsuid = 'ZW.13491208655302741918' as Bsuid;
const common = { messaging_product: 'whatsapp', recipient_type: 'individual', biz_opaque_callback_data: outboxId };
const button = (id: string, title: string) => ({ id: fitText(id, 256), title: fitText(title, 20) });
const row = (id: string) => ({ id: fitText(id, 200), title: fitText(`Row ${id}`, 24) });
const list = (ids: readonly string[]): Outgoing => ({
  kind: 'list',
  body: fitText('Choose', 1024),
  button: fitText('Open', 20),
  sections: [{ title: fitText('All', 24), rows: ids.map(row) }],
});

describe('a message becomes the JSON of Meta', () => {
  test('a text goes to the number with its plus sign and carries the outbox id', () => {
    const message: Outgoing = { kind: 'text', body: fitText('Hello', 4096) };
    expect(renderMessage({ to: { phone, bsuid }, message, outboxId })).toEqual({
      ...common,
      to: '+263770000001',
      type: 'text',
      text: { preview_url: false, body: 'Hello' },
    });
  });

  test('a person without a number is addressed by BSUID', () => {
    const message: Outgoing = { kind: 'number_request', body: fitText('Your number, please', 1024) };
    expect(renderMessage({ to: { bsuid }, message, outboxId })).toEqual({
      ...common,
      recipient: bsuid,
      type: 'interactive',
      interactive: {
        type: 'contact_request',
        body: { text: 'Your number, please' },
        action: { name: 'request_contact_info' },
      },
    });
  });

  test('reply buttons', () => {
    const buttons = [button('yes', 'Yes'), button('no', 'No')];
    const message: Outgoing = {
      kind: 'buttons',
      body: fitText('Sure?', 1024),
      buttons,
      footer: fitText('Reply soon', 60),
    };
    expect(renderMessage({ to: { phone }, message, outboxId }).interactive).toEqual({
      type: 'button',
      body: { text: 'Sure?' },
      footer: { text: 'Reply soon' },
      action: {
        buttons: [
          { type: 'reply', reply: { id: 'yes', title: 'Yes' } },
          { type: 'reply', reply: { id: 'no', title: 'No' } },
        ],
      },
    });
  });

  test('a list', () => {
    expect(renderMessage({ to: { phone }, message: list(['a', 'b']), outboxId }).interactive).toEqual({
      type: 'list',
      body: { text: 'Choose' },
      action: {
        button: 'Open',
        sections: [
          {
            title: 'All',
            rows: [
              { id: 'a', title: 'Row a' },
              { id: 'b', title: 'Row b' },
            ],
          },
        ],
      },
    });
  });
});

describe('what Meta would refuse is a bug of ours', () => {
  const buttons = [button('1', 'One'), button('2', 'Two'), button('3', 'Three'), button('4', 'Four')];
  const wrong: readonly (readonly [string, Outgoing])[] = [
    ['no button', { kind: 'buttons', body: fitText('x', 1024), buttons: [] }],
    ['four buttons', { kind: 'buttons', body: fitText('x', 1024), buttons }],
    [
      'two buttons of one title',
      { kind: 'buttons', body: fitText('x', 1024), buttons: [button('1', 'A'), button('2', 'A')] },
    ],
    ['eleven rows', list(Array.from({ length: 11 }, (_, index) => `r${index}`))],
    ['two rows of one id', list(['a', 'a'])],
  ];
  test.each(wrong)('%s', (_, message) => {
    expect(() => renderMessage({ to: { phone }, message, outboxId })).toThrow();
  });
  test('nobody to send to', () => {
    expect(() => renderMessage({ to: {}, message: list(['a']), outboxId })).toThrow();
  });
});
