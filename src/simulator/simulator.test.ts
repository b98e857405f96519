import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FARAI, NYASHA, openSimulator, TARIRO, type SimulatorFixture } from '../../test/support/simulator-fixture.ts';

let world: SimulatorFixture;
afterEach(() => world.close());

describe('what people do', () => {
  beforeEach(async () => void (world = await openSimulator()));
  test('a message has the envelope of Meta, with number and BSUID, in ASCII', async () => {
    const { wamid, accepted } = await world.simulator.people.write(TARIRO, 'Ndeipi é 👋 a/b');
    expect(accepted).toBe(true);
    expect(world.lastValue()).toMatchObject({
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '15550001000', phone_number_id: '1000' },
      contacts: [{ profile: { name: 'Tariro' }, wa_id: TARIRO, user_id: expect.stringMatching(/^ZW\.\d+$/) }],
      messages: [{ from: TARIRO, id: wamid, type: 'text', text: { body: 'Ndeipi é 👋 a/b' } }],
    });
    expect(world.lastValue().messages[0].timestamp).toMatch(/^\d{10}$/);
    const raw = world.hooks.at(-1)?.raw.toString('latin1');
    expect(raw).toMatch(/^[\x20-\x7e]*$/);
    expect(raw).toContain(String.raw`\u00e9 \ud83d\udc4b a\/b`);
  });

  test('a person without a number is known by the BSUID alone', async () => {
    await world.simulator.people.write(NYASHA, 'hi');
    expect(world.lastValue().messages[0]).toMatchObject({ from_user_id: NYASHA });
    expect(world.lastValue().messages[0]).not.toHaveProperty('from');
    expect(world.lastValue().contacts[0]).not.toHaveProperty('wa_id');
  });

  test('a person of the time before BSUIDs has a number alone, and keeps it so', async () => {
    world.simulator.people.add({ phone: FARAI, bsuid: '' });
    world.simulator.people.add({ phone: FARAI, name: 'Farai' });
    await world.simulator.people.write(FARAI, 'hi');
    expect(world.lastValue().messages[0]).toMatchObject({ from: FARAI });
    expect(world.lastValue().messages[0]).not.toHaveProperty('from_user_id');
    expect(world.lastValue().contacts).toEqual([{ profile: { name: 'Farai' }, wa_id: FARAI }]);
  });

  test('a tap answers the prompt that offered it, and nothing that was not offered can be tapped', async () => {
    await world.simulator.people.write(TARIRO, 'hi');
    const action = { buttons: [{ type: 'reply', reply: { id: 'yes', title: 'Yes' } }] };
    const { body } = await world.send({
      type: 'interactive',
      interactive: { type: 'button', body: { text: 'Sure?' }, action },
    });
    await world.simulator.people.tap(TARIRO, 'yes');
    expect(world.lastValue().messages[0]).toMatchObject({
      context: { from: '15550001000', id: body.messages[0].id },
      interactive: { type: 'button_reply', button_reply: { id: 'yes', title: 'Yes' } },
    });
    await expect(world.simulator.people.tap(TARIRO, 'no')).rejects.toThrow('Nothing on this screen');
  });

  test('sharing the number says that it is one’s own', async () => {
    await world.simulator.people.write(NYASHA, 'hi');
    const action = { name: 'request_contact_info' };
    const interactive = { type: 'contact_request', body: { text: 'Your number?' }, action };
    await world.send({ to: undefined, recipient: NYASHA, type: 'interactive', interactive });
    await world.simulator.people.shareNumber(NYASHA, FARAI);
    expect(world.lastValue().messages[0].contacts).toMatchObject([
      { origin: 'contact_request', phones: [{ wa_id: FARAI }] },
    ]);
    await world.simulator.people.sendContact(NYASHA, TARIRO);
    expect(world.lastValue().messages[0].contacts).toMatchObject([{ origin: 'other' }]);
  });

  test('a system message comes without contacts', async () => {
    await world.simulator.people.announce(TARIRO, { type: 'user_changed_number', wa_id: FARAI });
    expect(world.lastValue()).not.toHaveProperty('contacts');
  });

  test('several may come in one webhook, in order', async () => {
    const write = (who: string, body: string) => ({ who, message: { type: 'text', payload: { body } } });
    await world.simulator.people.together([write(TARIRO, 'a'), write(FARAI, 'b'), write(TARIRO, 'c')], { entries: 2 });
    const entries = world.hooks[0]?.body.entry as {
      changes: { value: { messages: { text: { body: string } }[] } }[];
    }[];
    expect(entries.map(({ changes }) => changes.map(({ value }) => value.messages[0]?.text.body))).toEqual([
      ['a', 'b'],
      ['c'],
    ]);
  });

  test('is repeated until a door answers 200', async () => {
    world.answerWith(503);
    const posted = world.simulator.people.write(TARIRO, 'hi');
    await vi.waitFor(() => expect(world.refusedHooks()).toBeGreaterThan(1));
    world.answerWith(200);
    const { accepted, tries } = await posted;
    expect(accepted).toBe(true);
    expect(tries).toBeGreaterThan(2);
  });

  test('the reply can be waited for, before and after it came', async () => {
    const asked = world.simulator.people.ask(TARIRO, 'hi');
    await vi.waitFor(() => expect(world.hooks).toHaveLength(1));
    await world.send();
    expect((await asked).content).toEqual({ kind: 'text', body: 'Hello' });
    expect((await world.simulator.people.waitForReply(TARIRO)).content).toEqual({ kind: 'text', body: 'Hello' });
    await world.simulator.people.write(TARIRO, 'again');
    await expect(world.simulator.people.waitForReply(TARIRO, { timeoutMs: 20 })).rejects.toThrow('No reply');
  });

  test('a read mark turns the ticks of all messages before it', async () => {
    await world.simulator.people.write(TARIRO, 'one');
    const { wamid } = await world.simulator.people.write(TARIRO, 'two');
    const mark = { messaging_product: 'whatsapp', status: 'read', typing_indicator: { type: 'text' } };
    expect((await world.post('/v25.0/1000/messages', { ...mark, message_id: wamid })).body).toEqual({ success: true });
    expect(world.simulator.people.history(TARIRO).map(({ state }) => state)).toEqual(['read', 'read']);
    expect((await world.post('/v25.0/1000/messages', { ...mark, message_id: 'wamid.none' })).body.error.code).toBe(100);
  });
});

test('the handshake asks every door and tells whether it echoed the challenge', async () => {
  world = await openSimulator();
  expect(await world.simulator.webhooks.subscribe()).toBe(true);
  world.acceptHandshake(false);
  expect(await world.simulator.webhooks.subscribe()).toBe(false);
});

test('a foreign site or a foreign name cannot play with it', async () => {
  world = await openSimulator();
  const own = world.simulator.url;
  expect((await world.post('/_faults', {}, { origin: 'https://evil.example' })).status).toBe(403);
  expect((await world.post('/_people', { phone: FARAI }, { origin: own })).status).toBe(200);
  const renamed = await request(`${own}/_people`, { headers: { host: 'evil.example' } });
  expect(renamed.statusCode).toBe(403);
  await renamed.body.dump();
});
