import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { canEnter, type RunAs } from './run-as.ts';

/** Where a data folder's stores live. */
export type Places = {
  readonly dataDir: string;
  /** The data folder, or a stand-in where the stores' user cannot get into it. */
  readonly home: string;
  readonly runDir: string;
  readonly keeperSocket: string;
  readonly postgresSocketDir: string;
  readonly redisDir: string;
  /** Takes away what need not outlast the keeper. */
  readonly tidy: () => Promise<void>;
};

/** sun_path of unix(7) holds 108 bytes, the last a zero. */
const SOCKET_PATH_MAX = 107;
const LONGEST_SOCKET = 'pg/.s.PGSQL.5432.lock';

const addressFile = (dataDir: string): string => join(dataDir, 'keeper.address');

/** Of the lock that makes a keeper the only one. */
export const lockFolder = (dataDir: string): string => join(dataDir, 'keeper.lock');

/** The socket of this folder's keeper, if one was ever written down whose folder nobody else can write to. */
export const readKeeperSocket = async (dataDir: string): Promise<string | undefined> => {
  const socket = await readFile(addressFile(dataDir), 'utf8').catch(() => undefined);
  if (socket === undefined || !socket.startsWith('/')) return undefined;
  // A folder under /tmp may be gone since the last boot and its name taken by somebody else.
  const folder = await stat(dirname(socket)).catch(() => undefined);
  const isOurs = folder?.isDirectory() && folder.uid === process.getuid?.() && (folder.mode & 0o027) === 0;
  return isOurs ? socket : undefined;
};

/** Written whole or not at all: openers read it at any time. */
export const writeKeeperSocket = async ({ dataDir, keeperSocket }: Places): Promise<void> => {
  await writeFile(`${addressFile(dataDir)}.new`, keeperSocket, { mode: 0o600 });
  await rename(`${addressFile(dataDir)}.new`, addressFile(dataDir));
};

/** For the keeper alone, under its lock. */
export const preparePlaces = async (
  dataDir: string,
  as: RunAs | undefined,
  note: (line: string) => void,
): Promise<Places> => {
  const home = await findHome(dataDir, as, note);
  const former = await readKeeperSocket(dataDir);
  // The address outlives a killed keeper: its holders still use the sockets beside it.
  const runDir = former === undefined ? await makeRunDir(home, as) : dirname(former);
  const isTemporary = runDir !== join(home, 'run');
  const postgresSocketDir = join(runDir, 'pg');
  const redisDir = join(runDir, 'redis');
  for (const folder of [postgresSocketDir, redisDir]) await makePrivate(folder, as);
  const keeperSocket = join(runDir, 'keeper.sock');
  const tidy = async (): Promise<void> => {
    await rm(addressFile(dataDir), { force: true });
    await rm(isTemporary ? runDir : keeperSocket, { recursive: true, force: true });
  };
  return Object.freeze({ dataDir, home, runDir, keeperSocket, postgresSocketDir, redisDir, tidy });
};

const makePrivate = async (folder: string, as: RunAs | undefined): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  if (as) await chown(folder, as.uid, as.gid);
};

/** Lets the stores' user, by its group, pass through a folder of root's without reading it. */
const letPass = async (folder: string, as: RunAs | undefined): Promise<void> => {
  await chmod(folder, as ? 0o710 : 0o700);
  if (as) await chown(folder, 0, as.gid);
};

const findHome = async (dataDir: string, as: RunAs | undefined, note: (line: string) => void): Promise<string> => {
  if (!as || (await canEnter(dataDir, as))) return dataDir;
  const before = await stat(dataDir);
  if (before.uid === 0) {
    await letPass(dataDir, as);
    if (await canEnter(dataDir, as)) return dataDir;
    await chown(dataDir, before.uid, before.gid);
    await chmod(dataDir, before.mode & 0o7777);
  }
  const record = join(dataDir, 'stores-home');
  const recorded = (await readFile(record, 'utf8').catch(() => '')).trim();
  if (recorded !== '' && (await canEnter(recorded, as))) return recorded;
  // As lasting as the folder that was asked for: the latter two outlast a restart of the machine.
  for (const parent of dataDir.startsWith(`${tmpdir()}/`) ? [tmpdir()] : ['/var/lib', '/var/tmp']) {
    const home = await mkdtemp(join(parent, 'vimbisopay-')).catch(() => undefined);
    if (home === undefined) continue;
    await letPass(home, as);
    if (await canEnter(home, as)) {
      await writeFile(record, home, { mode: 0o600 });
      note(`PostgreSQL may not run as root and no other user gets into ${dataDir}: its data is kept in ${home}`);
      return home;
    }
    await rm(home, { recursive: true });
  }
  return dataDir;
};

const makeRunDir = async (home: string, as: RunAs | undefined): Promise<string> => {
  const beside = join(home, 'run');
  const fits = Buffer.byteLength(join(beside, LONGEST_SOCKET)) <= SOCKET_PATH_MAX;
  // PostgreSQL takes a list of folders, parted by commas; anything unusual is avoided rather than quoted.
  if (fits && /^[\w/.+@-]+$/.test(beside)) {
    await mkdir(beside, { recursive: true });
    await letPass(beside, as);
    return beside;
  }
  const usual = join(tmpdir(), 'vimbiso-');
  const isShort = Buffer.byteLength(usual) < 60 && (await canEnter(tmpdir(), as));
  const folder = await mkdtemp(isShort ? usual : '/tmp/vimbiso-');
  await letPass(folder, as);
  return folder;
};
