import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { readConfig, type Config } from '../../src/main/config.ts';
import { keepSecrets } from '../../src/main/secrets.ts';

const CLI = new URL('../../src/main/cli.ts', import.meta.url).pathname;

/** Roles of the real program, each a process of its own, on stores in a folder of the benchmark's. */
export type Fleet = {
  readonly config: Config;
  readonly pids: Readonly<Record<string, number>>;
  readonly stop: () => Promise<void>;
};

export type FleetOptions = {
  readonly dataDir: string;
  readonly roles: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
};

export const readFleetConfig = ({ dataDir, environment }: Omit<FleetOptions, 'roles'>): Config => {
  const snapshot = {
    values: { APP_ENV: 'test', OPS_PORT: '0', ...environment },
    texts: {},
    problems: [],
    isRunByNpm: false,
  };
  const read = readConfig(snapshot, { provideSecrets: keepSecrets(dataDir) });
  if (!read.ok) throw new Error(read.problems.join('; '));
  return read.config;
};

const isUp = async (port: number): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${String(port)}/health`)).ok;
  } catch {
    return false;
  }
};

/** The bounds of the heap that `npm run vimbisopay` sets: what is measured is what runs. */
const readHeapFlags = async (): Promise<readonly string[]> => {
  const file = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(file) as { readonly scripts: { readonly vimbisopay: string } };
  return scripts.vimbisopay.match(/--max-[a-z-]+=\d+/g) ?? [];
};

export const openFleet = async (options: FleetOptions): Promise<Fleet> => {
  const { dataDir, roles, environment } = options;
  const config = readFleetConfig(options);
  const env = { PATH: process.env['PATH'], APP_ENV: 'test', OPS_PORT: '0', LOG_LEVEL: 'error', ...environment };
  const heapFlags = await readHeapFlags();
  const children = new Map<string, ChildProcess>();
  for (const role of roles) {
    children.set(
      role,
      spawn(process.execPath, [...heapFlags, CLI, role.replace(/-\d+$/, ''), '--data', dataDir], {
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
  }
  if (roles.includes('serve'))
    while (!(await isUp(config.web.port))) await new Promise((resolve) => setTimeout(resolve, 100));
  return {
    config,
    pids: Object.fromEntries([...children].map(([role, { pid }]) => [role, pid ?? 0])),
    stop: async () => {
      await Promise.all(
        [...children.values()].map(
          (child) =>
            new Promise<void>((resolve) => {
              if (child.exitCode !== null) return resolve();
              child.once('exit', () => resolve());
              child.kill('SIGTERM');
            }),
        ),
      );
    },
  };
};

const TICKS_PER_SECOND = 100;

/** Processor seconds that a process and its children that are gone have used (proc(5), `stat`). */
export const cpuSeconds = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'latin1').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0) / TICKS_PER_SECOND;
};

/** Peak resident memory in MiB (proc(5), `VmHWM`). */
export const peakMemoryMib = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${String(pid)}/status`, 'latin1').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
};
