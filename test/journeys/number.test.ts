import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { en } from '../../src/conversation/wording/en.ts';
import { openStory, type Story } from './story.ts';

const [TARIRO, RUDO] = ['263770000001', '263770000003'];
const asks = '[asks for the phone number';

describe('somebody whose number WhatsApp does not show', () => {
  let story: Story;
  let made = 0;
  beforeAll(async () => {
    story = await openStory();
  });
  afterAll(() => story.close());

  /** Somebody of whom Meta gives a BSUID alone, already asked for the number. */
  const askedPerson = async (): Promise<string> => {
    made += 1;
    const { who } = story.people.add({
      bsuid: `ZW.2637700000000000${String(made).padStart(4, '0')}`,
      name: 'Somebody',
    });
    expect(await story.say(who, 'hi')).toContain(asks);
    return who;
  };
  const card = (origin: string | undefined, ...phones: readonly object[]) => [
    { ...(origin === undefined ? {} : { origin }), name: { formatted_name: 'Me' }, phones },
  ];
  const sendCards = (who: string, cards: unknown) =>
    story.answerTo(who, () => story.people.raw(who, { type: 'contacts', payload: cards }));

  it('is asked for it once, and again only when they wish it', async () => {
    const who = await askedPerson();
    expect(await story.say(who, 'hello?')).toBe(en.number.askedBefore);
    expect(await story.say(who, 'help')).toContain(en.help);
    expect(await story.say(who, 'Number')).toContain(asks);
    expect(await story.answerTo(who, () => story.people.sendMedia(who, 'image'))).toBe(en.number.askedBefore);
  });

  it('shares the number of a member whom nobody has met here, and is that member from then on', async () => {
    const who = await askedPerson();
    const answer = await story.answerTo(who, () => story.people.shareNumber(who, RUDO));
    expect(answer).toContain('Rudo Ncube Personal');
    expect(await story.say(who, 'menu')).toContain('Rudo Ncube Personal');
  });

  it('shares a number that nobody has, and may join', async () => {
    const who = await askedPerson();
    expect(await story.answerTo(who, () => story.people.shareNumber(who, '263770004001'))).toContain(en.welcome.body);
    await story.tap(who, 'Become a member');
    await story.say(who, 'Anesu');
    await story.say(who, 'Dewa');
    expect(await story.tap(who, 'Yes, join')).toContain('Handle: 263770004001');
  });

  it.each([
    ['somebody else’s card', card('other', { wa_id: RUDO })],
    ['a card without an origin', card(undefined, { wa_id: RUDO })],
    ['two cards', [...card('contact_request', { wa_id: RUDO }), ...card('contact_request', { wa_id: TARIRO })]],
    ['a card with two numbers', card('contact_request', { wa_id: RUDO }, { wa_id: TARIRO })],
    ['a card with no number', card('contact_request')],
    ['a card whose number is none', card('contact_request', { wa_id: 'rudo' })],
    ['a card whose number is written in other digits', card('contact_request', { phone: '٢٦٣٧٧٠٠٠٠٠٠٣' })],
    ['no card at all', []],
    ['what is no list', { origin: 'contact_request', phones: [{ wa_id: RUDO }] }],
  ])('is not let in by %s', async (_, cards) => {
    const who = await askedPerson();
    expect(await sendCards(who, cards)).toBe(en.number.othersCard);
    expect(await story.say(who, 'balance')).toBe(en.number.askedBefore);
  });

  it('who shares the number of a member with another WhatsApp opens nobody’s account, and that account is locked', async () => {
    await story.say(TARIRO, 'hi');
    const thief = await askedPerson();
    expect(await story.answerTo(thief, () => story.people.shareNumber(thief, TARIRO))).toBe(en.standing.contested);
    expect(await story.say(thief, 'balance')).toBe(en.standing.contested);
    expect(await story.say(TARIRO, 'balance')).toBe(en.standing.frozen);
    expect(await story.say(TARIRO, 'help')).toContain(en.help);
  });

  it('who sends a card before anybody asked opens nobody’s account with it, and is asked', async () => {
    const { who } = story.people.add({ bsuid: 'ZW.26377000000000009999', name: 'Somebody' });
    const cards = card('contact_request', { wa_id: '263770000004' });
    expect(await sendCards(who, cards)).toContain(asks);
    expect(await story.say(who, 'balance')).toBe(en.number.askedBefore);
    expect(await story.say('263770000004', 'hi')).toContain('Tendai Sibanda Personal');
  });

  it('who has shared a number keeps it: a second one changes nothing', async () => {
    const who = await askedPerson();
    await story.answerTo(who, () => story.people.shareNumber(who, '263770004002'));
    await story.answerTo(who, () => story.people.shareNumber(who, '263770000005'));
    expect(await story.say(who, 'menu')).not.toContain('Chipo');
  });
});
