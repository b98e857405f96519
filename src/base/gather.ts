import { monotonicMs } from './clock.ts';

/**
 * Group commit: what arrives while one run is under way is gathered and goes together in the next.
 * One run at a time, so that rows keep their order and a store sees few, large statements.
 */
export type Gatherer<Item, Answer> = {
  /** Resolves with this item's answer, or rejects with what its run threw. */
  readonly add: (item: Item) => Promise<Answer>;
  /** Items waiting or running. */
  readonly size: () => number;
  /** Resolves when nothing is waiting or running. */
  readonly idle: () => Promise<void>;
};

type Waiting<Item, Answer> = {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
};

export type GatherOptions<Item, Answer> = {
  /** One answer for each item, in the items' order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Answer[]>;
  readonly itemsMax: number;
  /** Weight of an item towards `weightMax` of a run (bytes, rows); 1 when left out. */
  readonly weigh?: (item: Item) => number;
  readonly weightMax?: number;
  /** Runs that may be under way at once: 1 keeps order. */
  readonly runsMax?: number;
  /** Least time between two runs' beginnings: under load it makes few, large runs; the first after a rest begins at once. */
  readonly restMs?: number;
};

export const createGatherer = <Item, Answer>(options: GatherOptions<Item, Answer>): Gatherer<Item, Answer> => {
  const { run, itemsMax, weigh = () => 1, weightMax = Infinity, runsMax = 1, restMs = 0 } = options;
  let waiting: Waiting<Item, Answer>[] = [];
  let running = 0;
  let runningItems = 0;
  let whenIdle: (() => void)[] = [];
  let restUntilMs = 0;
  let isResting = false;

  const take = (): Waiting<Item, Answer>[] => {
    let weight = 0;
    let count = 0;
    for (const { item } of waiting) {
      weight += weigh(item);
      if (count > 0 && (count >= itemsMax || weight > weightMax)) break;
      count += 1;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  };

  const runOne = async (): Promise<void> => {
    const taken = take();
    running += 1;
    runningItems += taken.length;
    try {
      const answers = await run(taken.map(({ item }) => item));
      for (const [index, { resolve }] of taken.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
    running -= 1;
    runningItems -= taken.length;
    start();
    if (running === 0 && waiting.length === 0) {
      for (const resolve of whenIdle) resolve();
      whenIdle = [];
    }
  };

  const rest = (ms: number): void => {
    isResting = true;
    setTimeout(() => {
      isResting = false;
      start();
    }, ms);
  };

  const start = (): void => {
    while (running < runsMax && waiting.length > 0 && !isResting) {
      const waitMs = restUntilMs - monotonicMs();
      if (waitMs > 0) return rest(waitMs);
      restUntilMs = monotonicMs() + restMs;
      void runOne();
    }
  };

  return Object.freeze({
    add: (item: Item) =>
      new Promise<Answer>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        // One turn of the event loop lets requests that were read together be kept together.
        if (waiting.length === 1) setImmediate(start);
      }),
    size: () => waiting.length + runningItems,
    idle: () =>
      running === 0 && waiting.length === 0
        ? Promise.resolve()
        : new Promise<void>((resolve) => whenIdle.push(resolve)),
  });
};
