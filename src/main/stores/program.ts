import { spawn } from 'node:child_process';
import { open, readFile, stat, truncate } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../base/fault.ts';
import type { RunAs } from './run-as.ts';

export type StopHow = 'fast' | 'immediate';

/** A store's process that answers. */
export type Program = {
  readonly pid: number;
  /** Resolves when it is gone, for whatever reason. */
  readonly ended: Promise<void>;
  readonly stop: (how: StopHow) => Promise<void>;
};

type Launch = {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly as: RunAs | undefined;
  readonly logFile: string;
  readonly stopSignals: Readonly<Record<StopHow, NodeJS.Signals>>;
  readonly isReady: (pid: number) => Promise<boolean>;
};

const READY_POLL_MS = 15;
const READY_MS = 60_000;
const STOP_MS = 15_000;
const LOG_BYTES_MAX = 8_000_000;
const TAIL_CHARS = 600;

/** For appending; begun anew when it has grown too long. */
export const openLog = async (file: string) => {
  const size = (await stat(file).catch(() => undefined))?.size ?? 0;
  if (size > LOG_BYTES_MAX) await truncate(file);
  return open(file, 'a', 0o600);
};

export const readLogTail = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8').catch(() => '')).slice(-TAIL_CHARS).trim();

/**
 * Starts it with an environment of its own, since ours holds secrets, and waits until it answers.
 * @throws {Fault} `stores.not_started` with the end of its log.
 */
export const launchProgram = async (launch: Launch): Promise<Program> => {
  const { file, args, cwd, env, as, logFile, stopSignals, isReady } = launch;
  const log = await openLog(logFile);
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', log.fd, log.fd], ...as });
  let isGone = false;
  const ended = new Promise<void>((settle) => {
    const end = () => {
      isGone = true;
      settle();
    };
    child.once('exit', end).once('error', end);
  });
  await log.close();
  const stop = async (how: StopHow): Promise<void> => {
    for (const signal of [stopSignals[how], stopSignals.immediate, 'SIGKILL'] as const) {
      if (isGone) return;
      child.kill(signal);
      await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
    }
  };
  const { pid } = child;
  for (let waitedMs = 0; !isGone && pid !== undefined && waitedMs < READY_MS; waitedMs += READY_POLL_MS) {
    if (await isReady(pid)) return Object.freeze({ pid, ended, stop });
    await Promise.race([ended, sleep(READY_POLL_MS)]);
  }
  await stop('immediate');
  throw new Fault('stores.not_started', { retry: 'later', detail: `${file}: ${await readLogTail(logFile)}` });
};
