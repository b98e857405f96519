import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { en } from '../../src/conversation/wording/en.ts';
import { openStory, type Story } from './story.ts';

const TARIRO = '263770000001';
const FARAI = '263770000002';

describe('a visit', () => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory({ doors: 2, workers: 2 });
  });
  afterAll(() => story.close());

  /** Somebody new on the second question. */
  const beginJoining = async (who: string): Promise<void> => {
    await story.say(who, 'hi');
    await story.say(who, '1');
    await story.say(who, 'Nomsa');
  };

  it('Tariro greets and sees her balance', async () => {
    const answer = await story.say(TARIRO, 'mhoro');
    for (const piece of ['Tariro Moyo Personal', '12.00 USD', '6.50 USD', '1 offer waits'])
      expect(answer).toContain(piece);
  });

  it('Tariro and Farai talk side by side, and each sees what is theirs', async () => {
    const [tariro, farai] = await Promise.all([
      story.people.ask(TARIRO, 'balance'),
      story.people.ask(FARAI, 'balance'),
    ]);
    expect(JSON.stringify(tariro)).toContain('Tariro Moyo Personal');
    expect(JSON.stringify(farai)).toContain('Farai Dube Personal');
    expect(JSON.stringify(farai)).not.toContain('Tariro Moyo Personal');
    await story.settle();
  });

  it('goes on after 299 quiet seconds', async () => {
    const who = '263770002001';
    await beginJoining(who);
    story.clock.advance(299_000 - 2_000);
    expect(await story.say(who, 'Dube')).toContain('Is this right?');
  });

  it('is over after 301 quiet seconds, says so, does nothing with the message, and begins anew', async () => {
    const who = '263770002002';
    await beginJoining(who);
    story.clock.advance(301_000);
    const answer = await story.say(who, 'Dube');
    expect(answer.startsWith(en.begin.expired)).toBe(true);
    expect(answer).toContain('Become a member');
    expect(await story.say(who, 'Dube')).toContain(en.begin.unknownText);
  });

  it('that is over is not explained to whoever greets anyhow', async () => {
    await story.say(TARIRO, 'hi');
    story.clock.advance(301_000);
    expect(await story.say(TARIRO, 'hi')).not.toContain(en.begin.expired);
  });

  it('MENU, CANCEL and HELP are answered on every screen', async () => {
    const who = '263770002003';
    const screens: readonly (readonly string[])[] = [[], ['1'], ['1', 'Nomsa'], ['1', 'Nomsa', 'Dube']];
    for (const [index, path] of screens.entries()) {
      for (const word of ['HELP', 'Menu', 'cancel!']) {
        await story.say(who, 'hi');
        for (const words of path) await story.say(who, words);
        const answer = await story.say(who, word);
        const cancelled = index === 0 ? en.begin.nothingToCancel : en.begin.cancelled;
        expect(answer).toContain({ HELP: en.help, Menu: 'Become a member', 'cancel!': cancelled }[word]);
      }
    }
    await story.say(TARIRO, 'hi');
    expect(await story.say(TARIRO, 'help')).toContain(en.help);
    expect(await story.say(TARIRO, 'cancel')).toContain(en.begin.nothingToCancel);
    expect(await story.say(TARIRO, 'menu')).toContain('12.00 USD');
  });

  it('HELP leaves the question where it was', async () => {
    const who = '263770002004';
    await beginJoining(who);
    await story.say(who, 'help');
    expect(await story.say(who, 'Dube')).toContain('First name: Nomsa\nLast name: Dube');
  });

  it('a text that nobody understands is answered with what can be done', async () => {
    await story.say(TARIRO, 'hi');
    const answer = await story.say(TARIRO, 'please send my money to the moon');
    for (const piece of [en.begin.unknownText, 'Balances', 'Help']) expect(answer).toContain(piece);
  });

  it('a button of an earlier screen does nothing, is answered kindly, and shows where one is', async () => {
    const who = '263770002005';
    await beginJoining(who);
    await story.say(who, 'Dube');
    const yes = story.idOf(who, 'Yes, join');
    await story.say(who, 'cancel');
    const answer = await story.answerTo(who, () => story.people.tap(who, yes));
    expect(answer.startsWith(en.begin.oldButton)).toBe(true);
    expect(answer).toContain('Become a member');
    expect(await story.say(who, 'menu')).toContain(en.welcome.body);
  });

  it.each(['nonsense', `${'x'.repeat(1_000)}`, '__proto__:yes', 'undefined:join', ':join'])(
    'a button that nobody offered (%j) does nothing and is answered',
    async (id) => {
      const who = '263770002006';
      await story.say(who, 'hi');
      const payload = { type: 'button_reply', button_reply: { id, title: 'Become a member' } };
      const answer = await story.answerTo(who, () => story.people.raw(who, { type: 'interactive', payload }));
      expect(answer).toContain('Become a member');
      expect(answer).not.toContain('first name');
    },
  );

  it('a hundred messages of one person are answered in their order', async () => {
    const who = '263770002007';
    const replies = { help: en.help, about: en.about, stop: en.stop, start: en.start, thanks: en.thanks };
    const words = Object.keys(replies) as (keyof typeof replies)[];
    await story.say(who, 'hi');
    const said = Array.from({ length: 100 }, (_, index) => words[(index * index) % words.length]!);
    const answers = await story.answersTo(who, () =>
      story.people.together(
        said.map((body) => ({ who, message: { type: 'text', payload: { body } } })),
        { entries: 5 },
      ),
    );
    expect(answers.map((answer) => words.find((word) => answer.startsWith(replies[word])))).toEqual(said);
  });

  it('a message that was ten minutes on its way is not acted on; a greeting still is', async () => {
    const who = '263770002008';
    await story.say(who, 'hi');
    const old = { timestamp: String(Math.floor(story.clock.now() / 1_000) - 660) };
    const sendOld = (body: string) => () => story.people.raw(who, { type: 'text', payload: { body }, over: old });
    expect(await story.answerTo(who, sendOld('1'))).toBe(en.late);
    expect(await story.answerTo(who, sendOld('hi'))).toContain(en.welcome.body);
    expect(await story.say(who, '1')).toBe(en.register.askFirstName);
  });
});
