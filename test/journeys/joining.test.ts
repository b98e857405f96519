import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { en } from '../../src/conversation/wording/en.ts';
import { openStory, type Story } from './story.ts';

describe('joining', () => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory();
  });
  afterAll(() => story.close());

  it('a newcomer joins by questions and is a member from then on', async () => {
    const nomsa = '263770001001';
    expect(await story.say(nomsa, 'hello')).toContain(en.welcome.body);
    expect(await story.tap(nomsa, 'Become a member')).toBe(en.register.askFirstName);
    expect(await story.say(nomsa, 'Nomsa')).toContain('Thank you, Nomsa.');
    expect(await story.say(nomsa, "O'Zulu-Dube")).toContain("Last name: O'Zulu-Dube");
    const joined = await story.tap(nomsa, 'Yes, join');
    expect(joined).toContain('Welcome, Nomsa! Your account is open.');
    expect(joined).toContain(`Handle: ${nomsa}`);
    expect(await story.say(nomsa, 'menu')).toContain("Nomsa O'Zulu-Dube Personal");
  });

  it('a newcomer whose name is refused is told why, corrects it, and changes both before saying yes', async () => {
    const rudo = '263770001002';
    await story.say(rudo, 'hi');
    await story.say(rudo, '1');
    expect(await story.say(rudo, 'Rud0')).toContain(en.register.refusedNames.has_digits);
    expect(await story.say(rudo, 'Ru*do')).toContain(en.register.refusedNames.has_symbols);
    expect(await story.say(rudo, '...')).toContain(en.register.refusedNames.empty);
    expect(await story.say(rudo, 'R'.repeat(51))).toContain(en.register.refusedNames.too_long);
    await story.say(rudo, 'Rude');
    expect(await story.say(rudo, 'Chuma')).toContain('First name: Rude');
    expect(await story.tap(rudo, 'Change')).toBe(en.register.askFirstName);
    await story.say(rudo, 'Rudo');
    expect(await story.say(rudo, 'Chuma')).toContain('First name: Rudo\nLast name: Chuma');
    expect(await story.say(rudo, 'maybe')).toContain(en.register.useButtons);
    expect(await story.say(rudo, 'yes')).toContain('Rudo Chuma Personal');
  });

  it('a newcomer cancels, nothing is kept, and comes back another day', async () => {
    const farai = '263770001003';
    await story.say(farai, 'hi');
    await story.tap(farai, 'Become a member');
    await story.say(farai, 'Farai');
    expect(await story.say(farai, 'cancel')).toContain(en.begin.cancelled);
    story.clock.advance(24 * 3_600_000);
    expect(await story.say(farai, 'hi')).toContain(en.welcome.body);
    await story.tap(farai, 'Become a member');
    await story.say(farai, 'Farai');
    expect(await story.say(farai, 'Dube')).toContain('Is this right?');
    expect(await story.tap(farai, 'Yes, join')).toContain('Farai Dube Personal');
  });

  it('yes tapped twice opens one account', async () => {
    const chipo = '263770001004';
    await story.say(chipo, 'hi');
    await story.tap(chipo, 'Become a member');
    await story.say(chipo, 'Chipo');
    await story.say(chipo, 'Banda');
    const yes = story.idOf(chipo, 'Yes, join');
    const answers = await story.answersTo(chipo, () =>
      Promise.all([story.people.tap(chipo, yes), story.people.tap(chipo, yes)]),
    );
    expect(answers).toHaveLength(2);
    expect(answers[0]).toContain('Welcome, Chipo!');
    expect(answers[1]).toContain(en.begin.oldButton);
  });

  it('somebody called Morning, and somebody called Tatenda, may join under their names', async () => {
    for (const [who, name] of [
      ['263770001005', 'Morning'],
      ['263770001006', 'Tatenda'],
    ] as const) {
      await story.say(who, 'hi');
      await story.say(who, '1');
      expect(await story.say(who, name)).toContain(`Thank you, ${name}.`);
    }
  });
});
