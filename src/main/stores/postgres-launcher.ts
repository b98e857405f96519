import { chown, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Places } from './places.ts';
import { dataFolder, type PostgresBinaries } from './postgres-binaries.ts';
import { DATABASE, OWNER, makeCluster } from './postgres-store.ts';
import { findProcesses } from './processes.ts';
import { launchProgram, type Program } from './program.ts';
import { endOrphans } from './orphans.ts';
import type { RunAs } from './run-as.ts';

type PostgresLauncherDeps = {
  readonly binaries: PostgresBinaries;
  readonly places: Places;
  readonly as: RunAs | undefined;
};

/** Understood by pg and libpq alike; the port is only part of the socket's name, and fixed so that PGPORT changes nothing. */
export const postgresUrl = ({ postgresSocketDir }: Places): string =>
  `postgresql:///${DATABASE}?host=${encodeURIComponent(postgresSocketDir)}&port=5432&user=${OWNER}`;

/** Starts PostgreSQL on its private socket, whatever an earlier run left behind, and waits until it answers. */
export const createPostgresLauncher =
  ({ binaries, places, as }: PostgresLauncherDeps): (() => Promise<Program>) =>
  async () => {
    const folder = dataFolder(places.home, binaries.major);
    await makeCluster({ binaries, folder, as });
    const { dev, ino } = await stat(folder);
    // Shown in the title of every process of this folder, and of no other's on this machine.
    const cluster = `vimbiso-${dev.toString(36)}-${ino.toString(36)}`;
    await endLastRun({ folder, cluster, as }, places.postgresSocketDir);
    await takeOverPidFile(folder);
    const settings = join(folder, 'postgresql.conf');
    await writeFile(settings, writeSettings(cluster, places.postgresSocketDir), { mode: 0o600 });
    if (as) await chown(settings, as.uid, as.gid);
    return launchProgram({
      file: join(binaries.bin, 'postgres'),
      args: ['-D', folder],
      cwd: folder,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      as,
      logFile: join(places.dataDir, 'postgres.log'),
      // https://www.postgresql.org/docs/current/server-shutdown.html
      stopSignals: { fast: 'SIGINT', immediate: 'SIGQUIT' },
      isReady: (pid) => saysReady(folder, pid),
    });
  };

type LastRun = { readonly folder: string; readonly cluster: string; readonly as: RunAs | undefined };

const endLastRun = async ({ folder, cluster, as }: LastRun, socketDir: string): Promise<void> => {
  const uid = as?.uid ?? process.getuid?.() ?? 0;
  const isMaster = (line: string) => /postgres -D /.test(line) && line.endsWith(` -D ${folder}`);
  const isWorker = (line: string) => line.startsWith(`postgres: ${cluster}: `);
  await endOrphans({
    findLeaders: () => findProcesses(uid, isMaster),
    find: () => findProcesses(uid, (line) => isMaster(line) || isWorker(line)),
    signal: 'SIGINT',
  });
  for (const name of await readdir(socketDir)) await rm(join(socketDir, name), { force: true });
};

/**
 * With nothing of the last run left, its pid file may still name a number that answers: a zombie whose new parent does
 * not collect it, as in many containers, or another process since. PostgreSQL takes its parent's number for stale and
 * still looks at the shared memory that the file names, which deleting the file would prevent.
 */
const takeOverPidFile = async (folder: string): Promise<void> => {
  const file = join(folder, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.trim() === '') await rm(file, { force: true });
  else await writeFile(file, text.replace(/^\d+/, String(process.pid)));
};

/** The eighth line of postmaster.pid is what pg_ctl waits for; the first tells this run from one that was killed. */
const saysReady = async (folder: string, pid: number): Promise<boolean> => {
  const lines = (await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
};

/** For two cores and small, hot tables. Its log keeps no statement, parameter or key value: they hold people's data. */
const writeSettings = (cluster: string, socketDir: string): string => {
  const settings: Readonly<Record<string, string>> = {
    cluster_name: cluster,
    listen_addresses: '',
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    port: '5432',
    max_connections: '100',
    shared_buffers: '128MB',
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    max_parallel_workers_per_gather: '0',
    jit: 'off',
    // Lane rows change several times a turn.
    autovacuum_naptime: '10s',
    autovacuum_max_workers: '2',
    autovacuum_vacuum_scale_factor: '0.05',
    autovacuum_analyze_scale_factor: '0.05',
    autovacuum_vacuum_cost_limit: '2000',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_checkpoints: 'off',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`);
  return ['# Written anew at every start.', ...lines, ''].join('\n');
};
