import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../../base/fault.ts';
import { copyPackage, findPackage } from './postgres-package.ts';
import { findOnPath, run, type RunAs } from './run-as.ts';

export type PostgresBinaries = { readonly bin: string; readonly version: string; readonly major: number };

type Search = {
  readonly from: 'any' | 'machine' | 'package';
  readonly as: RunAs | undefined;
  readonly home: string;
  readonly cacheDir: string;
  readonly note: (line: string) => void;
};

const MAJOR_MIN = 15;
const DEBIAN_FOLDER = '/usr/lib/postgresql';

/** The folder of a major version's data: another major cannot read it. */
export const dataFolder = (home: string, major: number): string => join(home, `postgres-${major}`);

/**
 * The machine's newest PostgreSQL that works for the user it will run as, one that has data here already before others;
 * else the npm package's. Distributions may keep theirs where only some users get, so each is tried.
 * @throws {Fault} `stores.no_postgres`
 */
export const findPostgres = async (search: Search): Promise<PostgresBinaries> => {
  const { from, as, home } = search;
  const works: PostgresBinaries[] = [];
  for (const bin of from === 'package' ? [] : await listMachineFolders()) {
    const found = await tryBinaries(bin, as);
    if (found) works.push(found);
  }
  const hasData = new Set<number>();
  for (const { major } of works) if (await isFolder(dataFolder(home, major))) hasData.add(major);
  const [best] = works.toSorted(
    (a, b) => Number(hasData.has(b.major)) - Number(hasData.has(a.major)) || b.major - a.major,
  );
  const chosen = best ?? (from === 'machine' ? undefined : await findPackaged(search));
  if (chosen) return chosen;
  throw new Fault('stores.no_postgres', {
    retry: 'never',
    detail: `no PostgreSQL ${MAJOR_MIN} or newer works here: install postgresql, run npm ci, or set DATABASE_URL`,
  });
};

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false;

const listMachineFolders = async (): Promise<readonly string[]> => {
  const majors = await readdir(DEBIAN_FOLDER).catch(() => []);
  const onPath = await findOnPath('postgres');
  const folders = majors.map((major) => join(DEBIAN_FOLDER, major, 'bin'));
  // A link on PATH leads to a folder where the other programs are too.
  if (onPath !== undefined) folders.push(dirname(await realpath(onPath)));
  return [...new Set(folders)];
};

const tryBinaries = async (bin: string, as: RunAs | undefined): Promise<PostgresBinaries | undefined> => {
  const ask = (program: string) => run({ file: join(bin, program), args: ['--version'], as });
  const [server, maker] = await Promise.all([ask('postgres'), ask('initdb')]);
  const version = /\(PostgreSQL\) (\d+)(\S*)/.exec(server.out);
  if (!server.ok || !maker.ok || version === null || Number(version[1]) < MAJOR_MIN) return undefined;
  return { bin, version: `${version[1]}${version[2]}`, major: Number(version[1]) };
};

/** As installed where that works; else a copy, complete and where the user gets. */
const findPackaged = async ({ as, home, cacheDir, note }: Search): Promise<PostgresBinaries | undefined> => {
  const installed = await findPackage();
  if (installed === undefined) return undefined;
  const inPlace = await tryBinaries(join(installed.native, 'bin'), as);
  if (inPlace) return inPlace;
  for (const parent of new Set([cacheDir, home])) {
    const copy = await copyPackage(installed, parent, note).catch(() => undefined);
    const copied = copy === undefined ? undefined : await tryBinaries(join(copy, 'bin'), as);
    if (copied) return copied;
  }
  return undefined;
};
