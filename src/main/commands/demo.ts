import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tellStory } from '../../simulator/story.ts';
import { openWorld } from '../../simulator/world.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { migrate } from '../migrate.ts';
import { openStores } from '../stores/stores.ts';

/** A story through signed webhooks on stores of its own; 0 only if every answer and the ledger are as expected. */
export const run = async ({ cacheDir, print }: CommandContext): Promise<number> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'vimbiso-demo-'));
  const stores = await openStores({ dataDir, cacheDir, allowMemoryRedis: true, note: print });
  try {
    await migrate({ databaseUrl: stores.databaseUrl, schema: 'bot' });
    await migrate({ databaseUrl: stores.databaseUrl, schema: 'ledger' });
    const redisUrl = stores.redis === 'memory' ? undefined : stores.redis.url;
    const world = await openWorld({ databaseUrl: stores.databaseUrl, redisUrl, prefix: 'demo' });
    try {
      await tellStory({ world, print });
      return EXIT.done;
    } catch (error) {
      print(`\nFAILED: ${error instanceof Error ? error.message : 'unknown'}`);
      return EXIT.failed;
    } finally {
      await world.close();
    }
  } finally {
    await stores.release();
    await rm(dataDir, { recursive: true, force: true });
  }
};
