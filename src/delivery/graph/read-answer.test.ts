import { describe, expect, test } from 'vitest';
import { readAnswer } from './read-answer.ts';

const read = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  readAnswer({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
const error = (code: unknown) => ({ error: { message: 'no', type: 'OAuthException', code } });

describe("Graph's answer", () => {
  test('a message id is an acceptance', () => {
    const body = {
      messaging_product: 'whatsapp',
      contacts: [{ wa_id: '263770000001' }],
      messages: [{ id: 'wamid.X' }],
    };
    expect(read(200, body)).toEqual({ outcome: 'accepted', wamid: 'wamid.X' });
  });

  test.each([
    ['a 200 that is no JSON', 200, '<html>'],
    ['a 200 without a message', 200, {}],
    ['a 200 with an empty id', 200, { messages: [{ id: '' }] }],
    ['a 500 that is no JSON', 500, 'oops'],
    ['a 502 of a proxy', 502, '<html>'],
    ['a 504 without a body', 504, ''],
  ])('%s leaves open whether the message was accepted', (_, status, body) => {
    expect(read(status, body).outcome).toBe('ambiguous');
  });

  test('an error object is a refusal, by its code', () => {
    expect(read(400, error(131056))).toEqual({ outcome: 'refused', code: 131056, retryClass: 'recipient_throttle' });
    expect(read(500, error(131000))).toMatchObject({ outcome: 'refused', retryClass: 'transient' });
    expect(read(200, error(190))).toMatchObject({ outcome: 'refused', retryClass: 'auth' });
    expect(read(400, error('131056'))).toMatchObject({ outcome: 'refused', code: undefined, retryClass: 'doubtful' });
  });

  test('what says that nothing was handled is a refusal without a code', () => {
    expect(read(503, 'busy')).toMatchObject({ outcome: 'refused', retryClass: 'transient' });
    expect(read(429, 'slow')).toMatchObject({ outcome: 'refused', retryClass: 'transient' });
    expect(read(307, '')).toMatchObject({ outcome: 'refused', retryClass: 'auth' });
  });

  test('the wait that Meta asks for is read from either header', () => {
    expect(read(400, error(130429), { 'retry-after': '3' })).toMatchObject({ retryAfterMs: 3_000 });
    const usage = JSON.stringify({ '1': [{ type: 'messages', estimated_time_to_regain_access: 2 }] });
    expect(read(400, error(80007), { 'x-business-use-case-usage': usage })).toMatchObject({ retryAfterMs: 120_000 });
    expect(read(400, error(80007), { 'x-business-use-case-usage': 'x', 'retry-after': 'soon' })).not.toHaveProperty(
      'retryAfterMs',
    );
  });
});
