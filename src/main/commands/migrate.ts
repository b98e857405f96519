import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { MIGRATED_SCHEMAS, migrate } from '../migrate.ts';

/**
 * Brings both schemas up to this version, under the role that may change them; the ledger's own database, where there is
 * one, under its own. Development without a database of its own migrates the embedded one.
 */
export const run = async ({ config, dataDir, cacheDir, print }: CommandContext): Promise<number> => {
  const { url, migrateUrl, ledgerUrl } = config.database;
  const given = (migrateUrl ?? url)?.reveal();
  const { openStores } = await import('../stores/stores.ts');
  const embedded =
    given === undefined
      ? await openStores({ dataDir, cacheDir, allowMemoryRedis: true, note: print, redisUrl: UNUSED_REDIS })
      : undefined;
  try {
    const databaseUrl = given ?? embedded?.databaseUrl ?? '';
    const applied: string[] = [];
    for (const schema of MIGRATED_SCHEMAS) {
      const itsUrl = schema === 'ledger' ? (ledgerUrl?.reveal() ?? databaseUrl) : databaseUrl;
      applied.push(...(await migrate({ databaseUrl: itsUrl, schema, note: print })));
    }
    print(applied.length === 0 ? 'nothing to apply' : `${applied.length} applied`);
    return EXIT.done;
  } finally {
    await embedded?.release();
  }
};

/** Given so that no Redis is started for a command that needs none. */
const UNUSED_REDIS = 'redis://127.0.0.1:0';
