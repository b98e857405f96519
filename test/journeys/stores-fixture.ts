import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { openStores, type Stores, type StoresWanted } from '../../src/main/stores/stores.ts';

/** One to three seconds where the machine has nothing else to do. */
export const SOON = { timeout: 20_000, interval: 20 };
const CACHE = resolve(import.meta.dirname, '../../.cache');
const DOOR = resolve(import.meta.dirname, '../../src/main/stores/stores.ts');

/** This test's own data folder, and what was noted about it. */
export let folder: string;
export let notes: string[];
const opened: Stores[] = [];
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stores-'));
  notes = [];
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(opened.splice(0).map((stores) => stores.release()));
  await vi.waitFor(async () => expect(await findOurs()).toEqual([]), SOON);
  await rm(folder, { recursive: true });
});

export const open = async (more: Partial<StoresWanted> = {}): Promise<Stores> => {
  const note = (line: string) => void notes.push(line);
  const stores = await openStores({ dataDir: folder, cacheDir: CACHE, allowMemoryRedis: false, note, ...more });
  opened.push(stores);
  return stores;
};

type Processes = Record<'keeper' | 'postgres' | 'redis', number>;
type Told = { databaseUrl: string; redis: { url: string }; processes: Processes };

/** Another command on the same data folder: holds the stores until it is killed. */
export const startHolder = async (): Promise<{ child: ChildProcess; told: Told }> => {
  const wanted = { dataDir: folder, cacheDir: CACHE, allowMemoryRedis: false };
  const program = `
    const { openStores } = await import(${JSON.stringify(DOOR)});
    const stores = await openStores({ ...${JSON.stringify(wanted)}, note: () => {} });
    const { databaseUrl, redis } = stores;
    console.log(JSON.stringify({ databaseUrl, redis, processes: await stores.control.processes() }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, told: JSON.parse(line as string) as Told };
};

/** Command lines of every process that has to do with this folder, holders included. */
export const findOurs = async (): Promise<readonly string[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(folder));
};

export const isRunning = async (pid: number): Promise<boolean> =>
  (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== '';

export const query = async (
  stores: Pick<Stores, 'databaseUrl'>,
  text: string,
): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: stores.databaseUrl });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
};

export const withRedis = async <T>(stores: Pick<Stores, 'redis'>, work: (redis: Redis) => Promise<T>): Promise<T> => {
  if (stores.redis === 'memory') throw new Error('no server');
  const redis = new Redis(stores.redis.url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
};

export const processesOf = async (stores: Stores): Promise<Processes> => {
  const found = await stores.control!.processes();
  return { keeper: found.keeper, postgres: found.postgres!, redis: found.redis! };
};
