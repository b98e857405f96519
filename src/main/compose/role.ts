import { systemClock } from '../../base/clock.ts';
import { initLedger, seedDemo } from '../../ledger/seed.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { beginLifecycle, type Lifecycle } from '../lifecycle.ts';
import { migrate, type Schema } from '../migrate.ts';
import { openStores } from '../stores/stores.ts';
import { createGround, type Ground } from './ground.ts';
import { openOps } from './ops.ts';

export type Role = { readonly ground: Ground; readonly lifecycle: Lifecycle };

export type RoleOptions = {
  readonly role: string;
  /** Only a command that is all of the program in one process may do without a Redis. */
  readonly allowMemoryRedis?: boolean;
};

/** Stores, migrations (development and test only) and the ground of one process, closed in the order they need. */
export const openRole = async (
  context: CommandContext,
  { role, allowMemoryRedis = false }: RoleOptions,
): Promise<Role> => {
  const { config, dataDir, cacheDir, print, log, parent, snapshot } = context;
  const databaseUrl = config.database.url?.reveal();
  const redisUrl = config.redis.url?.reveal();
  const stores = await openStores({
    dataDir,
    cacheDir,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(redisUrl === undefined ? {} : { redisUrl }),
    allowMemoryRedis: allowMemoryRedis && config.environment === 'development',
    note: parent ? () => undefined : print,
  });
  const ground = createGround({
    config,
    clock: systemClock,
    log,
    role,
    databaseUrl: stores.databaseUrl,
    ledgerDatabaseUrl: config.database.ledgerUrl?.reveal() ?? stores.databaseUrl,
    redisUrl: stores.redis === 'memory' ? undefined : stores.redis.url,
  });
  const lifecycle = beginLifecycle({ role, log, noteEvent: ground.noteEvent, parent, isRunByNpm: snapshot.isRunByNpm });
  lifecycle.onStop(() => stores.release());
  lifecycle.onStop(() => ground.close());
  parent?.answerMetrics(() => ground.metrics.registry.getMetricsAsJSON());
  if (!config.isStrict) await prepareDatabase(ground, context, stores.databaseUrl);
  return { ground, lifecycle };
};

const prepareDatabase = async (ground: Ground, { config }: CommandContext, databaseUrl: string): Promise<void> => {
  const urls: Readonly<Record<Schema, string>> = {
    bot: databaseUrl,
    ledger: config.database.ledgerUrl?.reveal() ?? databaseUrl,
  };
  await migrate({ databaseUrl: urls.bot, schema: 'bot' });
  await migrate({ databaseUrl: urls.ledger, schema: 'ledger' });
  if (config.core.url === 'embedded') await prepareLedger(ground);
};

const seedDeps = ({ ledgerDatabase, config, clock }: Ground): Parameters<typeof seedDemo>[0] => ({
  database: ledgerDatabase,
  ring: config.keyRing,
  clock,
});

/** The first day, the foundation and the operations account; does nothing where they are. */
export const prepareLedger = (ground: Ground): Promise<void> => initLedger(seedDeps(ground));

/** The demo members, for `start` and `demo`; does nothing where they are. */
export const seedDemoMembers = (ground: Ground): Promise<void> => seedDemo(seedDeps(ground));

/** Runs until something stops it: what every serving command does after it has opened its parts. */
export const serveUntilStopped = async (
  context: CommandContext,
  options: RoleOptions,
  open: (role: Role) => Promise<Readonly<Record<string, string>>>,
): Promise<number> => {
  const role = await openRole(context, options);
  try {
    const urls = await open(role);
    if (!context.parent)
      await openOps(context, role.ground, { lifecycle: role.lifecycle, collectMetrics: () => Promise.resolve([]) });
    if (context.parent) context.parent.sayReady(urls);
    else for (const [name, url] of Object.entries(urls)) context.print(`${name}: ${url}`);
  } catch (error) {
    role.lifecycle.stop(EXIT.failed);
    await role.lifecycle.ended;
    throw error;
  }
  return role.lifecycle.ended;
};
