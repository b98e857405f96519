import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { endOrphans } from './orphans.ts';
import type { Places } from './places.ts';
import { findProcesses } from './processes.ts';
import { launchProgram, type Program } from './program.ts';
import { libraryPath, type RedisBinary } from './redis-binaries.ts';

type RedisLauncherDeps = { readonly binary: RedisBinary; readonly places: Places };

/** ioredis takes a path where it takes a URL. */
export const redisUrl = ({ redisDir }: Places): string => join(redisDir, 'redis.sock');

/** Starts Redis on its private socket, with nothing in it and nothing kept, and waits until it answers. */
export const createRedisLauncher =
  ({ binary, places }: RedisLauncherDeps): (() => Promise<Program>) =>
  async () => {
    const socket = redisUrl(places);
    const uid = binary.as?.uid ?? process.getuid?.() ?? 0;
    const find = () => findProcesses(uid, (line) => /^\S*(redis|valkey)-server /.test(line) && line.includes(socket));
    await endOrphans({ find, findLeaders: find, signal: 'SIGTERM' });
    await rm(socket, { force: true });
    return launchProgram({
      file: binary.file,
      args: writeArguments(socket, places.redisDir),
      cwd: places.redisDir,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...libraryPath(binary.libraries) },
      as: binary.as,
      logFile: join(places.dataDir, 'redis.log'),
      stopSignals: { fast: 'SIGTERM', immediate: 'SIGKILL' },
      isReady: async () => (await askRedis(socket, 'PING')) === '+PONG',
    });
  };

const writeArguments = (socket: string, dir: string): readonly string[] => [
  ...['--port', '0'],
  ...['--unixsocket', socket],
  ...['--unixsocketperm', '700'],
  ...['--dir', dir],
  ...['--save', ''],
  ...['--appendonly', 'no'],
  // Limits and sessions live here: forgetting one quietly would lift a limit.
  ...['--maxmemory-policy', 'noeviction'],
];

/** One inline command; the first line of the answer, or undefined when there is none. */
export const askRedis = (socketPath: string, command: string): Promise<string | undefined> =>
  new Promise((settle) => {
    const socket = connect(socketPath);
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('connect', () => socket.write(`${command}\r\n`));
    socket.on('data', (bytes) => {
      settle(bytes.toString().split('\r\n')[0]);
      socket.destroy();
    });
    socket.on('error', () => undefined).on('close', () => settle(undefined));
  });
