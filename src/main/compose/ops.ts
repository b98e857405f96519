import type { CommandContext } from '../command.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { findMissing } from '../migrate.ts';
import { openOpsServer } from '../ops-server.ts';
import { createReadiness } from '../readiness.ts';
import type { MetricsJson } from '../supervisor-wire.ts';
import type { Ground } from './ground.ts';

type Tree = { readonly lifecycle: Lifecycle; readonly collectMetrics: () => Promise<readonly MetricsJson[]> };

/** Whether this installation can do its work. */
export const composeReadiness = ({ database, redis }: Ground): ReturnType<typeof createReadiness> =>
  createReadiness({
    askDatabase: () => database.query('SELECT 1'),
    findMissing: () => findMissing({ database, schema: 'bot' }),
    askRedis: () => (redis ? redis.ping() : Promise.resolve()),
  });

/** Health, readiness and metrics of a command's top process. */
export const openOps = async (
  { config, print }: CommandContext,
  ground: Ground,
  { lifecycle, collectMetrics }: Tree,
): Promise<void> => {
  const server = await openOpsServer({
    ...config.ops,
    isStrict: config.isStrict,
    readiness: composeReadiness(ground),
    registry: ground.metrics.registry,
    collectChildren: collectMetrics,
    note: print,
  });
  lifecycle.onStop(() => server.close());
};
