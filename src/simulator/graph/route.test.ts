import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  accessToken,
  appSecret,
  FARAI,
  NYASHA,
  openSimulator,
  TARIRO,
  type SimulatorFixture,
} from '../../../test/support/simulator-fixture.ts';
import { checkSignature, proveAppSecret } from '../../security/signature.ts';

const HOUR_MS = 3_600_000;
let world: SimulatorFixture;
afterEach(() => world.close());

describe('who may send', () => {
  beforeEach(async () => void (world = await openSimulator({ windowMs: Infinity })));

  test.each([
    { why: 'another token', path: '/v25.0/1000/messages', authorization: 'Bearer other', code: 190 },
    { why: 'another number', path: '/v25.0/9999/messages', code: 100, subcode: 33 },
    { why: 'a version that is none', path: '/v/1000/messages', code: 2500 },
    { why: 'another path', path: '/v25.0/1000/else', code: 2500 },
  ])('refuses $why', async ({ path, authorization = 'Bearer token', code, subcode }) => {
    const { body } = await world.post(path, { messaging_product: 'whatsapp' }, { authorization });
    expect(body.error).toMatchObject({ code, ...(subcode ? { error_subcode: subcode } : {}) });
    expect(body.error.fbtrace_id).toMatch(/^[\w-]{8,}$/);
  });

  test('refuses what is no JSON', async () => {
    expect((await world.post('/v25.0/1000/messages', '{"to":')).body.error.code).toBe(100);
  });

  test('refuses a wrong proof of the app secret, and accepts the right one', async () => {
    const proof = proveAppSecret(accessToken, appSecret);
    const message = { messaging_product: 'whatsapp', to: `+${TARIRO}`, text: { body: 'Hello' } };
    const withProof = (given: string) => world.post(`/v25.0/1000/messages?appsecret_proof=${given}`, message);
    expect((await withProof(proof.replace(/^./, 'g'))).body.error.code).toBe(100);
    expect((await withProof(proof)).status).toBe(200);
  });

  test('requires the proof where it is configured', async () => {
    await world.close();
    world = await openSimulator({ windowMs: Infinity, requireAppSecretProof: true });
    expect((await world.errorOf(world.send())).error_data.details).toContain('appsecret_proof');
  });
});

describe('an accepted send', () => {
  beforeEach(async () => void (world = await openSimulator({ windowMs: Infinity, statuses: 'read' })));

  test('is answered as Meta answers, with an id that holds the number', async () => {
    const { body } = await world.send();
    expect(body).toMatchObject({ messaging_product: 'whatsapp', contacts: [{ input: `+${TARIRO}`, wa_id: TARIRO }] });
    const wamid = String(body.messages[0].id);
    expect(Buffer.from(wamid.slice('wamid.'.length), 'base64').toString('latin1')).toContain(TARIRO);
    expect(world.simulator.people.inbox(TARIRO)).toMatchObject([{ wamid, content: { kind: 'text', body: 'Hello' } }]);
  });

  test('is followed by signed statuses in order, with the reference and the price', async () => {
    await world.send({ biz_opaque_callback_data: 'outbox-1' });
    await world.simulator.webhooks.idle();
    expect(world.statuses().map(({ status }) => status)).toEqual(['sent', 'delivered', 'read']);
    expect(world.statuses()[0]).toMatchObject({
      biz_opaque_callback_data: 'outbox-1',
      recipient_id: TARIRO,
      pricing: { billable: true, category: 'service' },
    });
    for (const { raw, headers } of world.hooks)
      expect(checkSignature(headers['x-hub-signature-256'], raw, [appSecret])).toBeUndefined();
    expect(world.simulator.sent.withReference('outbox-1')).toHaveLength(1);
  });

  test('to a BSUID names the BSUID and no number', async () => {
    const { body } = await world.send({ to: undefined, recipient: NYASHA });
    expect(body.contacts).toEqual([{ input: NYASHA, user_id: NYASHA }]);
    await world.simulator.webhooks.idle();
    expect(world.statuses()[0]).toMatchObject({ recipient_user_id: NYASHA });
    expect(world.statuses()[0]).not.toHaveProperty('recipient_id');
  });

  test('goes to the number where both are given', async () => {
    await world.send({ recipient: NYASHA });
    expect(world.simulator.people.inbox(NYASHA)).toHaveLength(0);
    expect(world.simulator.people.inbox(TARIRO)).toHaveLength(1);
  });

  test('fails by status when the identity key has changed', async () => {
    world.simulator.people.add({ phone: TARIRO, identityKeyHash: 'new' });
    await world.send({ recipient_identity_key_hash: 'old' });
    await world.simulator.webhooks.idle();
    expect(world.statuses()).toMatchObject([{ status: 'failed', errors: [{ code: 137000 }] }]);
  });
});

test('statuses may come batched, twice and in reverse', async () => {
  world = await openSimulator({
    windowMs: Infinity,
    statuses: 'sent',
    statusesPerWebhook: 10,
    statusCopies: 2,
    statusesReversed: true,
  });
  await Promise.all(Array.from({ length: 20 }, () => world.send()));
  await world.simulator.webhooks.idle();
  expect(world.statuses()).toHaveLength(40);
  expect(world.hooks.length).toBeLessThan(40);
});

describe('the 24-hour window and the pair limit', () => {
  test('refuses whoever has not written for 24 hours, except by template', async () => {
    world = await openSimulator();
    expect((await world.errorOf(world.send())).code).toBe(131047);
    await world.simulator.people.write(TARIRO, 'hi');
    expect((await world.send()).status).toBe(200);
    world.clock.advance(24 * HOUR_MS + 1);
    expect((await world.errorOf(world.send())).code).toBe(131047);
    const parameters = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ];
    const template = {
      name: 'incoming_notification',
      language: { code: 'en_US' },
      components: [{ type: 'body', parameters }],
    };
    expect((await world.send({ type: 'template', template })).status).toBe(200);
  });

  test('refuses the send after the burst to that person only, as HTTP 400, until time has passed', async () => {
    world = await openSimulator({ windowMs: Infinity, pairLimit: { burst: 2, everyMs: 6000 } });
    expect((await world.send()).status).toBe(200);
    expect((await world.send()).status).toBe(200);
    expect(await world.send()).toMatchObject({ status: 400, body: { error: { code: 131056 } } });
    expect((await world.send({ to: `+${FARAI}` })).status).toBe(200);
    world.clock.advance(6001);
    expect((await world.send()).status).toBe(200);
  });
});

describe('trouble on order', () => {
  beforeEach(async () => void (world = await openSimulator({ windowMs: Infinity, statuses: 'sent' })));

  test.each([
    [130429, 429],
    [131056, 400],
    [190, 401],
    [131000, 500],
  ] as const)('code %d is answered so often as ordered, as HTTP %d', async (code, status) => {
    world.simulator.faults.set({ fault: { kind: 'error', code }, times: 2 });
    for (let time = 0; time < 2; time += 1)
      expect(await world.send()).toMatchObject({ status, body: { error: { code } } });
    expect((await world.send()).status).toBe(200);
    expect(world.simulator.sent.counts()).toMatchObject({ accepted: 1, refused: 2 });
  });

  test('meets only the person it was ordered for', async () => {
    world.simulator.faults.set({ fault: { kind: 'error', code: 131026 }, who: FARAI });
    expect((await world.send()).status).toBe(200);
    expect((await world.errorOf(world.send({ to: `+${FARAI}` }))).code).toBe(131026);
    world.simulator.faults.clear();
    expect((await world.send({ to: `+${FARAI}` })).status).toBe(200);
  });

  test.each([
    ['hang', 1],
    ['reset_after', 1],
    ['reset_before', 0],
  ] as const)('%s leaves the sender without an answer and the person with %d message', async (kind, count) => {
    world.simulator.faults.set({ fault: { kind }, times: 1 });
    const sent = fetch(`${world.simulator.url}/v25.0/1000/messages`, {
      method: 'POST',
      headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
      body: JSON.stringify({ messaging_product: 'whatsapp', to: TARIRO, text: { body: 'Hello' } }),
      signal: AbortSignal.timeout(300),
    });
    await expect(sent).rejects.toThrow();
    await world.simulator.webhooks.idle();
    expect(world.simulator.people.inbox(TARIRO)).toHaveLength(count);
    expect(world.statuses()).toHaveLength(count);
  });

  test('a late answer comes after the status', async () => {
    world.simulator.faults.set({ fault: { kind: 'late_answer', ms: 200 }, times: 1 });
    const sent = world.send();
    await vi.waitFor(() => expect(world.statuses()).toHaveLength(1));
    expect((await sent).status).toBe(200);
  });

  test('an undeliverable message is accepted and fails by status', async () => {
    world.simulator.faults.set({ fault: { kind: 'undeliverable', code: 131026 }, times: 1 });
    expect((await world.send()).status).toBe(200);
    await world.simulator.webhooks.idle();
    expect(world.statuses()).toMatchObject([{ status: 'failed', errors: [{ code: 131026 }] }]);
  });

  test('can be ordered and cleared by HTTP, and nothing but what exists', async () => {
    const { body } = await world.post('/_faults', { fault: { kind: 'error', code: 130429 } });
    expect((await world.errorOf(world.send())).code).toBe(130429);
    await fetch(`${world.simulator.url}/_faults/${String(body.id)}`, { method: 'DELETE' });
    expect((await world.send()).status).toBe(200);
    expect((await world.post('/_faults', { fault: { kind: 'error', code: 7 } })).status).toBe(400);
  });
});
