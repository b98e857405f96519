/** Rests between two looks at a store. A wake-up that comes while nobody rests is kept for the next rest. */
export type Sleeper = { readonly sleep: (ms: number) => Promise<void>; readonly wake: () => void };

export const createSleeper = (): Sleeper => {
  let woken = false;
  let rouse: (() => void) | undefined;
  return Object.freeze({
    sleep: async (ms: number) => {
      if (!woken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          rouse = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rouse = undefined;
      woken = false;
    },
    wake: () => {
      woken = true;
      rouse?.();
    },
  });
};
