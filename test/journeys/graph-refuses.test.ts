import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStory, type Story } from './story.ts';

const [TARIRO, FARAI] = ['263770000001', '263770000002'];
const WITHIN = { timeoutMs: 30_000 };

describe('while Graph refuses', () => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory();
  });
  afterEach(() => story.faults.clear());
  afterAll(() => story.close());

  const received = (who: string): number => story.people.inbox(who).length;

  it('131056 for one person: that one waits and is answered, others are not held up', async () => {
    const before = received(TARIRO);
    story.faults.set({ fault: { kind: 'error', code: 131056 }, who: TARIRO, times: 2 });
    const late = story.people.ask(TARIRO, 'hi', WITHIN);
    const startedAt = performance.now();
    await story.people.ask(FARAI, 'hi', WITHIN);
    const othersMs = performance.now() - startedAt;
    expect(JSON.stringify(await late)).toContain('Tariro Moyo Personal');
    // 1 s, then 4 s.
    expect(performance.now() - startedAt).toBeGreaterThan(4_500);
    expect(othersMs).toBeLessThan(4_000);
    await story.settle();
    expect(received(TARIRO) - before).toBe(1);
  });

  it.each([190, 131000, 2] as const)(
    '%s for everybody: nothing is lost, and all is sent, once and in order, when it takes messages again',
    async (code) => {
      const before = { [TARIRO]: received(TARIRO), [FARAI]: received(FARAI) };
      const id = story.faults.set({ fault: { kind: 'error', code } });
      for (const who of [TARIRO, FARAI]) for (const words of ['hi', 'help']) await story.people.write(who, words);
      const refused = story.sent.counts().refused;
      await expect.poll(() => story.sent.counts().refused, { timeout: 10_000 }).toBeGreaterThan(refused);
      expect([received(TARIRO), received(FARAI)]).toEqual([before[TARIRO], before[FARAI]]);
      story.faults.clear(id);
      for (const who of [TARIRO, FARAI]) {
        await expect.poll(() => received(who), { timeout: 30_000 }).toBe(before[who]! + 2);
        const [first, second] = story.people
          .inbox(who)
          .slice(-2)
          .map((message) => JSON.stringify(message));
        expect(first).toContain('Personal');
        expect(second).toContain('I am a computer program');
      }
      await story.settle();
      expect([received(TARIRO), received(FARAI)]).toEqual([before[TARIRO]! + 2, before[FARAI]! + 2]);
    },
  );

  it('one message can never be delivered: it is given up, visibly, and the next is sent', async () => {
    const before = received(FARAI);
    story.faults.set({ fault: { kind: 'error', code: 131026 }, who: FARAI, times: 1 });
    await story.people.write(FARAI, 'hi');
    await expect.poll(() => story.faults.list().length, { timeout: 10_000 }).toBe(0);
    expect(JSON.stringify(await story.people.ask(FARAI, 'help', WITHIN))).toContain('I am a computer program');
    await story.settle();
    expect(received(FARAI) - before).toBe(1);
  });
});
