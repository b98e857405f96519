import { Fault } from '../../base/fault.ts';
import { downloadRedis } from './redis-download.ts';
import { findOnPath, run, type RunAs } from './run-as.ts';

export type RedisBinary = {
  readonly file: string;
  readonly version: string;
  /** Folders of libraries that came with it; empty for an installed one. */
  readonly libraries: readonly string[];
  /** Undefined when only we can run it. */
  readonly as: RunAs | undefined;
};

type Search = {
  readonly from: 'any' | 'machine' | 'download' | 'nowhere';
  readonly as: RunAs | undefined;
  readonly cacheDir: string;
  readonly note: (line: string) => void;
};

const MAJOR_MIN = 7;

/**
 * A server on PATH, else the distribution's package unpacked under the cache folder.
 * @throws {Fault} `stores.no_redis` with the reason
 */
export const findRedis = async ({ from, as, cacheDir, note }: Search): Promise<RedisBinary> => {
  if (from === 'any' || from === 'machine') {
    for (const name of ['redis-server', 'valkey-server']) {
      const file = await findOnPath(name);
      const found = file === undefined ? undefined : await tryRedis({ file, libraries: [] }, as);
      if (found) return found;
    }
  }
  if (from === 'machine' || from === 'nowhere') throw noRedis('no redis-server on PATH');
  const downloaded = await downloadRedis({ cacheDir, note });
  if (!downloaded.ok) throw noRedis(`no redis-server on PATH, and ${downloaded.refusal}`);
  const found = await tryRedis(downloaded.value, as);
  if (found) return found;
  throw noRedis(`the redis-server in ${cacheDir} does not work or is older than ${MAJOR_MIN}`);
};

const noRedis = (detail: string): Fault => new Fault('stores.no_redis', { retry: 'later', detail });

/** As the stores' user; as ourselves where that user cannot reach it, which Redis, unlike PostgreSQL, allows. */
const tryRedis = async (
  { file, libraries }: Pick<RedisBinary, 'file' | 'libraries'>,
  as: RunAs | undefined,
): Promise<RedisBinary | undefined> => {
  for (const user of new Set([as, undefined])) {
    const env = libraryPath(libraries);
    const said = await run({ file, args: ['--version'], as: user, env });
    // "Redis server v=7.0.15 sha=…", "Valkey server v=8.1.1 sha=…"
    const version = /server v=((\d+)\.\S+)/.exec(said.out);
    if (said.ok && version?.[1] !== undefined && Number(version[2]) >= MAJOR_MIN) {
      return { file, libraries, version: version[1], as: user };
    }
  }
  return undefined;
};

export const libraryPath = (libraries: readonly string[]): Readonly<Record<string, string>> =>
  libraries.length === 0 ? {} : { LD_LIBRARY_PATH: libraries.join(':') };
