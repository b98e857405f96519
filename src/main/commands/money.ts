import { systemClock } from '../../base/clock.ts';
import { createDatabase } from '../../base/database.ts';
import { controlMoney } from '../../payment/operate.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { openStores } from '../stores/stores.ts';

const TIMEOUT_MS = 10_000;
/** Given so that no Redis is started for a command that needs none. */
const UNUSED_REDIS = 'redis://127.0.0.1:0';

const control = async (context: CommandContext, stopped: boolean): Promise<number> => {
  const { config, dataDir, cacheDir, print } = context;
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
    url: stores.databaseUrl,
    connectionsMax: 1,
    applicationName: 'money',
    timeoutMs: TIMEOUT_MS,
  });
  try {
    const changed = await controlMoney({ database, clock: systemClock }, { stopped, actor: 'operator' });
    const state = stopped ? 'stopped' : 'started';
    print(changed ? `money is ${state}` : `money was ${state} already`);
    return EXIT.done;
  } finally {
    await database.close();
    await stores.release();
  }
};

/** No payment is sent until it is started again; members who try are told so. */
export const stop = { run: (context: CommandContext): Promise<number> => control(context, true) };
export const start = { run: (context: CommandContext): Promise<number> => control(context, false) };
