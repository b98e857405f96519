import { createDatabase, type Database } from '../../base/database.ts';
import type { CommandContext } from '../command.ts';
import { openStores } from '../stores/stores.ts';

/** Given so that no Redis is started for a command that needs none. */
const UNUSED_REDIS = 'redis://127.0.0.1:0';

export type OneDatabase = { readonly schema: 'bot' | 'ledger'; readonly name: string; readonly timeoutMs: number };

/** For commands that look at or change one thing and end: the configured database, or the embedded one, on one connection. */
export const onDatabase = async <T>(
  { config, dataDir, cacheDir, print }: CommandContext,
  { schema, name, timeoutMs }: OneDatabase,
  act: (database: Database) => Promise<T>,
): Promise<T> => {
  const databaseUrl = config.database.url?.reveal();
  const stores = await openStores({
    dataDir,
    cacheDir,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    redisUrl: UNUSED_REDIS,
    allowMemoryRedis: true,
    note: print,
  });
  const ledgerUrl = schema === 'ledger' ? config.database.ledgerUrl?.reveal() : undefined;
  const database = createDatabase({
    url: ledgerUrl ?? stores.databaseUrl,
    connectionsMax: 1,
    applicationName: name,
    timeoutMs,
  });
  try {
    return await act(database);
  } finally {
    await database.close();
    await stores.release();
  }
};
