import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGatherer } from '../../src/base/gather.ts';

const tick = () => new Promise((resolve) => setImmediate(resolve));

test('whatever comes whenever: everyone gets their own answer, in order, within the bounds, and then it is idle', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ weight: fc.integer({ min: 1, max: 20 }), pause: fc.nat(2), fails: fc.boolean() }), {
        maxLength: 60,
      }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 30 }),
      async (items, itemsMax, weightMax) => {
        const runs: (readonly number[])[] = [];
        const weightOf = (index: number) => items[index]?.weight ?? 0;
        const gatherer = createGatherer<number, number>({
          itemsMax,
          weightMax,
          weigh: weightOf,
          run: async (indexes) => {
            runs.push(indexes);
            await tick();
            if (indexes.some((index) => items[index]?.fails)) throw new Error('refused');
            return indexes.map((index) => index * 2);
          },
        });
        const answers: Promise<number | 'refused'>[] = [];
        for (const [index, { pause }] of items.entries()) {
          answers.push(gatherer.add(index).catch(() => 'refused' as const));
          for (let turn = 0; turn < pause; turn += 1) await tick();
        }
        await gatherer.idle();
        expect(gatherer.size()).toBe(0);
        expect(runs.flat()).toEqual(items.map((_, index) => index));
        for (const run of runs) {
          expect(run.length).toBeLessThanOrEqual(itemsMax);
          if (run.length > 1)
            expect(run.reduce((sum, index) => sum + weightOf(index), 0)).toBeLessThanOrEqual(weightMax);
        }
        const failed = new Set(runs.filter((run) => run.some((index) => items[index]?.fails)).flat());
        expect(await Promise.all(answers)).toEqual(
          items.map((_, index) => (failed.has(index) ? 'refused' : index * 2)),
        );
      },
    ),
    { numRuns: 60 },
  );
});
