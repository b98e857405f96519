import { checkLedger } from '../../ledger/check-store.ts';
import type { CommandContext } from '../command.ts';
import { onDatabase } from '../compose/one-database.ts';
import { EXIT } from '../exit-codes.ts';

/** A whole ledger may take a while to add up. */
const TIMEOUT_MS = 600_000;

/** Adds the ledger up: every invariant that does not hold, by row and never by amount or name; 0 only where all hold. */
export const run = (context: CommandContext): Promise<number> =>
  onDatabase(context, { schema: 'ledger', name: 'ledger check', timeoutMs: TIMEOUT_MS }, async (database) => {
    const problems = await checkLedger(database);
    for (const { invariant, row } of problems) context.print(`${invariant}: ${row}`);
    context.print(problems.length === 0 ? 'the ledger adds up' : `${String(problems.length)} invariants do not hold`);
    return problems.length === 0 ? EXIT.done : EXIT.failed;
  });
