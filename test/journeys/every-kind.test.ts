import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { en } from '../../src/conversation/wording/en.ts';
import type { People } from '../../src/simulator/people/people.ts';
import { openStory, type Story } from './story.ts';

type Act = (people: People, who: string) => Promise<unknown>;

const raw =
  (type: string, payload?: unknown): Act =>
  (people, who) =>
    people.raw(who, { type, ...(payload === undefined ? {} : { payload }) });

/** Every kind of message that Meta sends and that is no text and no tap of ours, and what it is answered. */
const KINDS: readonly (readonly [string, Act, string])[] = [
  ['a picture', (people, who) => people.sendMedia(who, 'image', 'my receipt'), en.unreadMedia.image],
  ['a video', (people, who) => people.sendMedia(who, 'video'), en.unreadMedia.video],
  ['a document', (people, who) => people.sendMedia(who, 'document'), en.unreadMedia.document],
  ['a voice message', (people, who) => people.sendMedia(who, 'audio'), en.unreadMedia.audio],
  ['a sticker', (people, who) => people.sendMedia(who, 'sticker'), en.unreadMedia.sticker],
  ['a place', (people, who) => people.sendLocation(who), en.unread.location],
  ['somebody else’s card', (people, who) => people.sendContact(who, '263770000009'), en.unread.contacts],
  [
    'an order',
    raw('order', { catalog_id: '1', product_items: [{ product_retailer_id: 'x', quantity: 1 }] }),
    en.unread.order,
  ],
  [
    'a form',
    raw('interactive', { type: 'nfm_reply', nfm_reply: { name: 'flow', response_json: '{"a":1}' } }),
    en.unread.form,
  ],
  ['a broken form', raw('interactive', { type: 'nfm_reply', nfm_reply: { response_json: '{"a":' } }), en.unread.form],
  ['an edit', (people, who) => people.edit(who, 'wamid.before', 'yes'), en.unread.edit],
  ['a deletion', (people, who) => people.revoke(who, 'wamid.before'), en.unread.revoke],
  ['what the API does not carry', (people, who) => people.sendUnsupported(who), en.unread.unsupported],
  ['what Meta has lost', (people, who) => people.sendUnsupported(who, 131060), en.unread.lost],
  ['a kind that nobody has seen yet', raw('hologram', { url: 'https://example.org/x' }), en.unread.unknown],
  ['a kind without a payload', raw('text'), en.unread.unknown],
  ['a text that is no text', raw('text', { body: 5 }), en.unread.unknown],
  ['an interactive of another kind', raw('interactive', { type: 'call_permission_reply' }), en.unread.unknown],
  [
    'a tap without an id',
    raw('interactive', { type: 'button_reply', button_reply: { title: 'Yes' } }),
    en.unread.unknown,
  ],
];

const HOSTILE_NAMES: readonly (readonly [string, string])[] = [
  ['mark-up', '*VimbisoPay* _says_ ~you~ `won`'],
  ['a link', 'https://evil.example/pay'],
  ['right to left', '\u202emoc.live\u202c Tariro'],
  ['nothing that prints', '\u200b\u200b\u2060'],
  ['NUL and line ends', 'Tari\u0000ro\nBalance: 1000.00 USD'],
  ['half a character', 'Tariro \ud83d'],
  ['a property of every object', '__proto__'],
  ['SQL', "'); DROP TABLE bot.identity; --"],
  ['ten thousand emoji', '👨‍👩‍👧‍👦'.repeat(1_000)],
  ['a template', '{{constructor}} ${process.env} %s %n'],
];

const HOSTILE_TEXTS: readonly (readonly [string, string])[] = [
  ...HOSTILE_NAMES,
  ['four thousand characters', 'pay '.repeat(1_024)],
  ['sixty thousand characters', 'x'.repeat(60_000)],
  ['one space', ' '],
  ['one emoji', '👍🏾'],
  ['JSON', '{"type":"button_reply","id":"yes"}'],
];

describe('whatever is sent', () => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory();
  });
  afterAll(() => story.close());

  it.each(KINDS)('%s is answered once, with and without a visit', async (_, act, words) => {
    const place = KINDS.findIndex(([, each]) => each === act);
    const [stranger, visitor] = [`26377000${3_000 + place}`, `26377000${3_100 + place}`];
    expect(await story.answerTo(stranger, () => act(story.people, stranger))).toContain(words);
    await story.say(visitor, 'hi');
    const answer = await story.answerTo(visitor, () => act(story.people, visitor));
    expect(answer).toContain(words);
    // The screen is still there.
    expect(await story.say(visitor, '1')).toBe(en.register.askFirstName);
  });

  it('a reaction and a system message are not answered, and the first leaves the visit as it is', async () => {
    const who = '263770003201';
    await story.say(who, 'hi');
    expect(await story.answersTo(who, () => story.people.react(who, '👍'))).toEqual([]);
    expect(await story.say(who, '1')).toBe(en.register.askFirstName);
    const change = { type: 'user_changed_number', body: 'changed', wa_id: '263770003202' };
    expect(await story.answersTo(who, () => story.people.announce(who, change))).toEqual([]);
    expect(await story.say(who, 'Nomsa')).toContain(en.welcome.body);
  });

  it.each(HOSTILE_NAMES)('somebody whose profile name is %s is greeted like anybody', async (what, name) => {
    const who = `26377000${3_300 + HOSTILE_NAMES.findIndex(([each]) => each === what)}`;
    story.people.add({ phone: who, name });
    expect(await story.say(who, 'hi')).toContain(en.welcome.body);
    expect(await story.say(who, 'menu')).toContain(en.welcome.body);
  });

  it.each(HOSTILE_TEXTS)('a text of %s is answered once, and nothing of it comes back', async (what, text) => {
    const who = `26377000${3_400 + HOSTILE_TEXTS.findIndex(([each]) => each === what)}`;
    await story.say(who, 'hi');
    const answer = await story.say(who, text);
    expect(answer).toContain(en.welcome.body);
    for (const piece of ['evil', 'DROP', '1000.00', 'constructor', 'proto', 'pay pay'])
      expect(answer).not.toContain(piece);
    await story.say(who, '1');
    // As a name it is refused, or stands there as one harmless line.
    const named = await story.say(who, text);
    for (const piece of ['://', 'evil.example', '\u202e', '\u0000', '*VimbisoPay*', '\ud83d '])
      expect(named).not.toContain(piece);
  });
});
