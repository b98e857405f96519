import { Fault } from '../../base/fault.ts';
import type { Control, Opened, Wants } from './keeper-wire.ts';
import type { Places } from './places.ts';
import { findPostgres } from './postgres-binaries.ts';
import { createPostgresLauncher, postgresUrl } from './postgres-launcher.ts';
import { findRedis } from './redis-binaries.ts';
import { askRedis, createRedisLauncher, redisUrl } from './redis-launcher.ts';
import type { RunAs } from './run-as.ts';
import { tendProgram, type TendedProgram } from './tended-program.ts';

type KeeperStoresDeps = {
  readonly places: Places;
  readonly as: RunAs | undefined;
  readonly note: (line: string) => void;
};

type Kept = { readonly tended: TendedProgram; readonly url: string; readonly version: string };
type StoreName = 'postgres' | 'redis';
type Finders = Readonly<Record<StoreName, (wants: Wants) => Promise<Kept>>>;

const createFinders = ({ places, as, note }: KeeperStoresDeps): Finders => ({
  postgres: async ({ postgres, cacheDir }) => {
    const from = postgres === 'none' ? 'any' : postgres;
    const binaries = await findPostgres({ from, as, home: places.home, cacheDir, note });
    note(`PostgreSQL ${binaries.version} from ${binaries.bin}, data in ${places.home}`);
    const launch = createPostgresLauncher({ binaries, places, as });
    const tended = tendProgram({ name: 'PostgreSQL', launch, note });
    return { tended, url: postgresUrl(places), version: binaries.version };
  },
  redis: async ({ redis, cacheDir }) => {
    const from = redis === 'none' ? 'any' : redis;
    const binary = await findRedis({ from, as, cacheDir, note });
    note(`Redis ${binary.version} from ${binary.file}`);
    const tended = tendProgram({ name: 'Redis', launch: createRedisLauncher({ binary, places }), note });
    return { tended, url: redisUrl(places), version: binary.version };
  },
});

/** What a keeper keeps: each store found and started when first wanted, and the same one for everybody after. */
export const createKeeperStores = ({ places, as, note }: KeeperStoresDeps) => {
  const kept: Partial<Record<StoreName, Promise<Kept>>> = {};

  const findOut = createFinders({ places, as, note });

  const keep = async (store: StoreName, wants: Wants): Promise<Pick<Kept, 'url' | 'version'>> => {
    const finding = (kept[store] ??= findOut[store](wants));
    try {
      const { tended, url, version } = await finding;
      await tended.start();
      return { url, version };
    } catch (error) {
      // The next to want it looks again: a program may have been installed since.
      if (kept[store] === finding && (await finding.catch(() => undefined)) === undefined) delete kept[store];
      throw error;
    }
  };

  const needKept = async (store: StoreName): Promise<Kept> => {
    const found = await kept[store];
    if (!found) throw new Fault('stores.not_kept', { retry: 'never', detail: `${store} is not embedded here` });
    return found;
  };

  const control = async (asked: Control): Promise<void> => {
    switch (asked.act) {
      case 'start':
        return (await needKept(asked.store)).tended.start();
      case 'stop':
        return (await needKept(asked.store)).tended.stop(asked.how);
      case 'flush_redis':
        await askRedis((await needKept('redis')).url, 'FLUSHALL');
        return;
      case 'look':
        return;
    }
  };

  const processes = async () => {
    const [postgres, redis] = [(await kept.postgres)?.tended.pid(), (await kept.redis)?.tended.pid()];
    return {
      keeper: process.pid,
      ...(postgres === undefined ? {} : { postgres }),
      ...(redis === undefined ? {} : { redis }),
    };
  };

  /** A Redis that cannot be had is left out: whether the stand-in will do is the holder's to say. */
  const open = async (wants: Wants): Promise<{ opened: Opened; redisFault?: unknown }> => {
    let redisFault: unknown;
    const [postgres, redis] = await Promise.all([
      wants.postgres === 'none' ? undefined : keep('postgres', wants),
      wants.redis === 'none' ? undefined : keep('redis', wants).catch((error: unknown) => void (redisFault = error)),
    ]);
    const opened = { ...(postgres ? { postgres } : {}), ...(redis ? { redis } : {}) };
    return { opened, ...(redisFault === undefined ? {} : { redisFault }) };
  };

  const stopAll = async (): Promise<void> => {
    const stop = async (keeping: Promise<Kept> | undefined): Promise<void> => {
      // One that was not found has nothing to stop.
      const found = await keeping?.catch(() => undefined);
      await found?.tended.stop('fast');
    };
    await Promise.all([stop(kept.postgres), stop(kept.redis)]);
  };

  return Object.freeze({ open, control, processes, stopAll });
};
