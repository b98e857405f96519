import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { en } from '../../src/conversation/wording/en.ts';
import { openStory, type Story } from './story.ts';

const MEMBER = '263770000002';

describe('over a limit', () => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory({ environment: { LIMIT_MEMBER_PER_MINUTE: '5', LIMIT_STRANGER_PER_DAY: '8' } });
  });
  afterAll(() => story.close());

  const silently = (who: string, words: string) => story.answersTo(who, () => story.people.write(who, words));

  it('one notice, then silence, while HELP and STOP still answer; a minute later everything does', async () => {
    for (let count = 0; count < 5; count += 1) await story.say(MEMBER, 'hi');
    expect(await story.say(MEMBER, 'hi')).toBe(en.overLimit);
    for (const words of ['hi', 'balance', 'hello?']) expect(await silently(MEMBER, words)).toEqual([]);
    expect(await story.say(MEMBER, 'help')).toContain(en.help);
    expect(await story.say(MEMBER, 'STOP')).toContain(en.stop);
    expect(await silently(MEMBER, 'hi')).toEqual([]);
    // Others are not concerned.
    expect(await story.say('263770000003', 'hi')).toContain('Rudo Ncube Personal');
    story.clock.advance(61_000);
    expect(await story.say(MEMBER, 'balance')).toContain('Farai Dube Personal');
  });

  it('a stranger’s day is shorter, and ends a day later', async () => {
    const who = '263770005001';
    for (let count = 0; count < 8; count += 1) {
      await story.say(who, 'hi');
      story.clock.advance(30_000);
    }
    expect(await story.say(who, 'hi')).toBe(en.overLimit);
    expect(await silently(who, 'hi')).toEqual([]);
    story.clock.advance(86_400_000);
    expect(await story.say(who, 'hi')).toContain(en.welcome.body);
  });
});
