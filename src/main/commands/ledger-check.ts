import { createDatabase } from '../../base/database.ts';
import { checkLedger } from '../../ledger/check-store.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { openStores } from '../stores/stores.ts';

/** A whole ledger may take a while to add up. */
const TIMEOUT_MS = 600_000;
const UNUSED_REDIS = 'redis://127.0.0.1:0';

/** Adds the ledger up: every invariant that does not hold, by row and never by amount or name; 0 only where all hold. */
export const run = async ({ config, dataDir, cacheDir, print }: CommandContext): Promise<number> => {
  const databaseUrl = config.database.url?.reveal();
  const stores = await openStores({
    dataDir,
    cacheDir,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    redisUrl: UNUSED_REDIS,
    allowMemoryRedis: true,
    note: print,
  });
  const database = createDatabase({
    url: config.database.ledgerUrl?.reveal() ?? stores.databaseUrl,
    connectionsMax: 1,
    applicationName: 'ledger check',
    timeoutMs: TIMEOUT_MS,
  });
  try {
    const problems = await checkLedger(database);
    for (const { invariant, row } of problems) print(`${invariant}: ${row}`);
    print(problems.length === 0 ? 'the ledger adds up' : `${String(problems.length)} invariants do not hold`);
    return problems.length === 0 ? EXIT.done : EXIT.failed;
  } finally {
    await database.close();
    await stores.release();
  }
};
