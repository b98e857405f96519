// Meta's GET, once for each address that it is given.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestDoor, VERIFY_TOKEN, type TestDoor } from '../support/doors.ts';
import { expectRefusal, HEADERS } from '../support/refusals.ts';
import { openTestStores, type TestStores } from '../support/stores.ts';

let stores: TestStores;
let door: TestDoor;

beforeAll(async () => {
  stores = await openTestStores();
  door = await openTestDoor(stores);
});
afterAll(async () => {
  await door?.close();
  await stores?.release();
});
beforeEach(() => {
  door.events.length = 0;
});

const reasons = () => door.events.map(({ event, fields }) => `${event} ${String(fields['reason'])}`);

describe('the handshake (S98)', () => {
  const asked = (more: Readonly<Record<string, string>> = {}) =>
    `/bot/webhook?${new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.challenge': '1158201444', 'hub.verify_token': VERIFY_TOKEN, ...more }).toString()}`;

  test('answers the challenge as plain text', async () => {
    const answer = await door.ask({ path: asked() });
    expect(answer).toMatchObject({ status: 200, body: '1158201444' });
    expect(answer.headers).toMatchObject({ ...HEADERS, 'content-type': 'text/plain; charset=utf-8' });
  });

  test.each(['<script>alert(1)</script>', '{"a":1}', '\ufeff<html>', '\r\nSet-Cookie: a=b'])(
    'never answers a challenge as HTML, whatever the client accepts: %j (A04)',
    async (challenge) => {
      const answer = await door.ask({ path: asked({ 'hub.challenge': challenge }), headers: { Accept: 'text/html' } });
      expect(answer).toMatchObject({ status: 200, body: challenge });
      expect(answer.headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
      });
      expect(answer.headers['set-cookie']).toBeUndefined();
    },
  );

  test.each([
    ['a wrong token', asked({ 'hub.verify_token': 'wrong' })],
    ['an empty token', asked({ 'hub.verify_token': '' })],
    ['the token in capitals', asked({ 'hub.verify_token': VERIFY_TOKEN.toUpperCase() })],
    ['another mode', asked({ 'hub.mode': 'unsubscribe' })],
    ['an endless challenge', asked({ 'hub.challenge': '1'.repeat(1_025) })],
    ['no parameters', '/bot/webhook'],
    ['the good token, then a bad one', `${asked()}&hub.verify_token=bad`],
    ['a bad token, then the good one', `/bot/webhook?hub.verify_token=bad&${asked().split('?')[1]}`],
    ['the good token twice', `${asked()}&hub.verify_token=${VERIFY_TOKEN}`],
    ['the mode twice', `${asked()}&hub.mode=subscribe`],
    ['a token in brackets', `/bot/webhook?hub.mode=subscribe&hub.challenge=1&hub[verify_token]=${VERIFY_TOKEN}`],
    ['a token as a list', `/bot/webhook?hub.mode=subscribe&hub.challenge=1&hub.verify_token[]=${VERIFY_TOKEN}`],
    ['names with underscores', `/bot/webhook?hub_mode=subscribe&hub_challenge=1&hub_verify_token=${VERIFY_TOKEN}`],
    ['names of Object.prototype', `/bot/webhook?__proto__=1&constructor=2&hub.mode=subscribe`],
    ['a broken escape', '/bot/webhook?hub.mode=subscribe&hub.challenge=%E0%A4&hub.verify_token=%zz'],
  ])('refuses %s (A05)', async (_what, path) => {
    expectRefusal(await door.ask({ path }), 403, 'forbidden');
    expect(reasons()).toEqual([expect.stringMatching(/^intake.handshake_refused wrong_(token|shape)$/)]);
  });

  test('HEAD and a body change no rule (A08)', async () => {
    expect(await door.ask({ method: 'HEAD', path: asked() })).toMatchObject({ status: 200, body: '' });
    expect(await door.ask({ method: 'HEAD', path: asked({ 'hub.verify_token': 'wrong' }) })).toMatchObject({
      status: 403,
      body: '',
    });
    expect(
      await door.ask({ path: asked(), body: Buffer.from('x'), headers: { 'Content-Type': 'application/json' } }),
    ).toMatchObject({ status: 200, body: '1158201444' });
    expectRefusal(
      await door.ask({
        path: asked({ 'hub.verify_token': 'wrong' }),
        body: Buffer.from('{}'),
        headers: { 'Content-Type': 'application/json' },
      }),
      403,
      'forbidden',
    );
  });
});
