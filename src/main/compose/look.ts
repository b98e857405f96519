import { checkLedger } from '../../ledger/check-store.ts';
import { countReady } from '../../queue/store.ts';
import type { Ground } from './ground.ts';

/** Inputs that are ready and not yet answered. */
export const countUnanswered = ({ database, clock }: Ground): Promise<number> => countReady(database, clock.offsetMs());

/** Invariants of the ledger that do not hold, each with the row that breaks it; never an amount or a name. */
export const findLedgerProblems = async ({ ledgerDatabase }: Ground): Promise<readonly string[]> =>
  (await checkLedger(ledgerDatabase)).map(({ invariant, row }) => `${invariant}: ${row}`);
