import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFakeBot, type FakeBot } from '../../test/browser/fake-bot.ts';
import { systemClock } from '../base/clock.ts';
import { createSecret } from '../security/secret.ts';
import { runChat } from './chat.ts';
import { createSimulator, type Simulator } from './simulator.ts';

const MENU = {
  type: 'interactive',
  interactive: {
    type: 'list',
    body: { text: 'What now?' },
    action: {
      button: 'Menu',
      sections: [{ title: 'Pay', rows: [{ id: 'offer', title: 'Offer', description: 'Promise to pay' }] }],
    },
  },
};
const GREETING = {
  type: 'interactive',
  interactive: {
    type: 'button',
    body: { text: 'Hello\u001b[2J\u202e' },
    action: { buttons: [{ type: 'reply', reply: { id: 'menu', title: 'Menu' } }] },
  },
};

let bot: FakeBot;
let simulator: Simulator;
let lines: string[];
const chat = (message: string, phone = '263770000001', simulatorUrl = simulator.url) => {
  lines = [];
  return runChat({ simulatorUrl, phone, message, write: (line) => lines.push(line) });
};

beforeEach(async () => {
  bot = await createFakeBot(({ tapped }) =>
    tapped === 'menu' ? MENU : tapped === '' ? GREETING : { type: 'text', text: { body: `You tapped ${tapped}` } },
  );
  simulator = await createSimulator({
    host: '127.0.0.1',
    port: 0,
    webhookUrls: [bot.url],
    appSecret: createSecret('secret'),
    accessToken: createSecret('token'),
    verifyToken: createSecret('verify'),
    phoneNumberId: '1000',
    businessId: '2000',
    displayPhoneNumber: '15550001000',
    clock: systemClock,
  });
  bot.listenTo(simulator.url);
});
afterEach(async () => {
  await simulator.close();
  await bot.close();
});

test('prints the reply with what can be tapped, and taps it', async () => {
  expect(await chat('hi', '+263 77 000 0001')).toBe(0);
  expect(lines).toEqual(['Hello[2J', '[button:menu] Menu']);
  expect(await chat('button:menu')).toBe(0);
  expect(lines).toEqual(['What now?', '[list:offer] Offer — Promise to pay']);
  expect(await chat('list:offer')).toBe(0);
  expect(lines).toEqual(['You tapped offer']);
});

test.each([
  ['what is not on the screen', 'button:none', 'Nothing on this screen'],
  ['a form that is no JSON object', 'flow:5', 'Nothing to send'],
  ['nothing', '  ', 'Nothing to send'],
])('refuses %s', async (_what, message, why) => {
  expect(await chat(message)).toBe(1);
  expect(lines.join()).toContain(why);
});

test('refuses what is no phone number', async () => {
  expect(await chat('hi', 'Tariro')).toBe(1);
  expect(lines.join()).toContain('not a phone number');
});

test('says so when the simulator is not running', async () => {
  await simulator.close();
  expect(await chat('hi')).toBe(1);
  expect(lines.join()).toContain('not running');
});
