import { describe, expect, test, vi } from 'vitest';
import { createGatherer, type GatherOptions } from './gather.ts';

/** Runs that end when told to. */
const createHeldRuns = () => {
  const batches: {
    readonly items: readonly number[];
    readonly end: () => void;
    readonly fail: (error: unknown) => void;
  }[] = [];
  const run = (items: readonly number[]): Promise<readonly string[]> => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    batches.push({ items, end: () => resolve(items.map((item) => `kept ${item}`)), fail: reject });
    return promise;
  };
  const seen = async (count: number): Promise<readonly (readonly number[])[]> => {
    await vi.waitFor(() => expect(batches.length).toBeGreaterThanOrEqual(count));
    return batches.map(({ items }) => items);
  };
  return { batches, run, seen };
};

const make = (options: Partial<GatherOptions<number, string>> = {}) => {
  const held = createHeldRuns();
  return { ...held, gatherer: createGatherer<number, string>({ run: held.run, itemsMax: 100, ...options }) };
};

describe('group commit', () => {
  test('what is added in one turn of the event loop goes in one run, and what comes meanwhile in the next', async () => {
    const { gatherer, batches, seen } = make();
    const first = [1, 2, 3].map((item) => gatherer.add(item));
    await seen(1);
    const second = [4, 5].map((item) => gatherer.add(item));
    expect(gatherer.size()).toBe(5);
    batches[0]?.end();
    expect(await Promise.all(first)).toEqual(['kept 1', 'kept 2', 'kept 3']);
    expect(await seen(2)).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    batches[1]?.end();
    expect(await Promise.all(second)).toEqual(['kept 4', 'kept 5']);
    expect(gatherer.size()).toBe(0);
  });

  test('what comes within the rest after a beginning waits for its end and goes together; after a rest one goes at once', async () => {
    const { gatherer, batches, seen } = make({ restMs: 300 });
    const first = gatherer.add(1);
    await seen(1);
    batches[0]?.end();
    await first;
    const second = gatherer.add(2);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const third = gatherer.add(3);
    expect(batches.length).toBe(1);
    expect((await seen(2))[1]).toEqual([2, 3]);
    batches[1]?.end();
    expect(await Promise.all([second, third])).toEqual(['kept 2', 'kept 3']);
    await gatherer.idle();
  });

  test('one run at a time, so that items keep their order', async () => {
    let running = 0;
    let runningMax = 0;
    const order: number[] = [];
    const gatherer = createGatherer<number, number>({
      itemsMax: 7,
      run: async (items) => {
        running += 1;
        runningMax = Math.max(runningMax, running);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(...items);
        running -= 1;
        return items;
      },
    });
    const added: Promise<number>[] = [];
    for (let item = 0; item < 200; item += 1) {
      added.push(gatherer.add(item));
      if (item % 11 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await Promise.all(added)).toEqual(order);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(runningMax).toBe(1);
  });

  test('a run takes at most so many items', async () => {
    const { gatherer, seen, batches } = make({ itemsMax: 2 });
    const added = [1, 2, 3, 4, 5].map((item) => gatherer.add(item));
    for (let count = 1; count <= 3; count += 1) {
      await seen(count);
      batches[count - 1]?.end();
    }
    await Promise.all(added);
    expect(await seen(3)).toEqual([[1, 2], [3, 4], [5]]);
  });

  test('a run takes at most so much weight, but never nothing: an item heavier than that goes alone', async () => {
    const { gatherer, seen, batches } = make({ weigh: (item) => item, weightMax: 10 });
    const added = [4, 6, 1, 99, 2].map((item) => gatherer.add(item));
    for (let count = 1; count <= 4; count += 1) {
      await seen(count);
      batches[count - 1]?.end();
    }
    await Promise.all(added);
    expect(await seen(4)).toEqual([[4, 6], [1], [99], [2]]);
  });

  test('what a run throws reaches everyone in it and nobody else', async () => {
    const { gatherer, seen, batches } = make();
    const first = [1, 2].map((item) => gatherer.add(item).catch((error: Error) => error.message));
    await seen(1);
    const second = gatherer.add(3);
    batches[0]?.fail(new Error('away'));
    expect(await Promise.all(first)).toEqual(['away', 'away']);
    await seen(2);
    batches[1]?.end();
    expect(await second).toBe('kept 3');
  });

  test('as many runs at once as are allowed', async () => {
    const { gatherer, seen, batches } = make({ itemsMax: 1, runsMax: 2 });
    const added = [1, 2, 3].map((item) => gatherer.add(item));
    await seen(2);
    expect(batches).toHaveLength(2);
    batches[1]?.end();
    await seen(3);
    batches[0]?.end();
    batches[2]?.end();
    expect(await Promise.all(added)).toEqual(['kept 1', 'kept 2', 'kept 3']);
  });

  test('is idle only when nothing waits and nothing runs, also after a failure', async () => {
    const { gatherer, seen, batches } = make({ itemsMax: 1 });
    await gatherer.idle();
    const added = [1, 2].map((item) => gatherer.add(item).catch(() => 'lost'));
    let isIdle = false;
    const idle = gatherer.idle().then(() => (isIdle = true));
    await seen(1);
    batches[0]?.fail(new Error('away'));
    await seen(2);
    expect(isIdle).toBe(false);
    batches[1]?.end();
    await idle;
    expect(await Promise.all(added)).toEqual(['lost', 'kept 2']);
  });
});
