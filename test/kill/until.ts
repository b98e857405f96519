const POLL_MS = 20;

/** Asks until the answer is yes; rejects after `withinMs`. Resolves with the milliseconds it took. */
export const until = async (
  what: string,
  isSo: () => Promise<boolean> | boolean,
  withinMs: number,
): Promise<number> => {
  const startedAt = performance.now();
  for (;;) {
    if (await isSo()) return performance.now() - startedAt;
    if (performance.now() - startedAt > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};

/** What a run found, for whoever reads the output. */
export const tell = (line: string): void => void process.stdout.write(`  ${line}\n`);
