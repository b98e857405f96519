/** What a run of tests came to. `failed` also counts what failed outside a test: a file that does not load, a gate part. */
export type Tally = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly SkippedTest[];
};

export type SkippedTest = { readonly name: string; readonly reason: string };

export const EMPTY_TALLY: Tally = { passed: 0, failed: 0, skipped: [] };

export function addTallies(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (sum, next) => ({
      passed: sum.passed + next.passed,
      failed: sum.failed + next.failed,
      skipped: [...sum.skipped, ...next.skipped],
    }),
    EMPTY_TALLY,
  );
}

/** The closing line that programs read: `N passed, N failed` and, where there are any, `, N skipped`. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`;
}
