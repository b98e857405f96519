import { fork, type ChildProcess } from 'node:child_process';
import { monotonicMs } from '../base/clock.ts';
import type { EnvironmentSnapshot } from './env.ts';
import { isChildMessage, type MetricsJson, type ParentMessage } from './supervisor-wire.ts';

/** How a child ended. `reason` is a literal: `exit`, `signal`, `silent` (killed for it), `not_started`. */
export type ChildEnd = {
  readonly exitCode: number | undefined;
  readonly reason: 'exit' | 'signal' | 'silent' | 'not_started';
  readonly givenUp: string | undefined;
};

/** One process, from its fork to its end. */
export type Child = {
  readonly pid: number;
  readonly hasSpoken: () => boolean;
  readonly silentMs: () => number;
  /** Counts its silence from now. */
  readonly forgive: () => void;
  /** At once, without asking; `silent` becomes the reason of its end. */
  readonly kill: (reason: 'silent') => void;
  /** Asks it to drain, kills it after `graceMs`; resolves when it has ended. */
  readonly stop: (graceMs: number) => Promise<void>;
  /** Undefined when it does not answer in time. */
  readonly askMetrics: (timeoutMs: number) => Promise<MetricsJson | undefined>;
  readonly ended: Promise<ChildEnd>;
};

export type StartChildOptions = {
  readonly program: string;
  readonly args: readonly string[];
  readonly snapshot: EnvironmentSnapshot;
  readonly onReady: (urls: Readonly<Record<string, string>>) => void;
};

/** This program's command line. */
export const PROGRAM = new URL('./cli.ts', import.meta.url).pathname;

const LAST_WORDS_MS = 500;

export const startChild = ({ program, args, snapshot, onReady }: StartChildOptions): Child => {
  const handle = fork(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let heardAt = monotonicMs();
  let hasSpoken = false;
  let killedFor: 'silent' | undefined;
  let givenUp: string | undefined;
  const questions = createQuestions(handle);

  handle.on('message', (message: unknown) => {
    if (!isChildMessage(message)) return;
    heardAt = monotonicMs();
    hasSpoken = true;
    if (message.kind === 'environment_wanted') tell(handle, { kind: 'environment', snapshot });
    if (message.kind === 'ready') onReady(message.urls);
    if (message.kind === 'metrics') questions.answer(message.request, message.metrics);
    if (message.kind === 'given_up') givenUp = message.reason;
  });
  const ended = new Promise<ChildEnd>((resolve) => {
    handle.once('error', () => {
      if (handle.pid === undefined) resolve({ exitCode: undefined, reason: 'not_started', givenUp });
    });
    handle.once('exit', (code) => {
      const exitCode = code ?? undefined;
      const finish = (): void => {
        clearTimeout(timer);
        resolve({ exitCode, reason: killedFor ?? (exitCode === undefined ? 'signal' : 'exit'), givenUp });
      };
      // Its last words may still be on the channel.
      const timer = setTimeout(finish, handle.connected ? LAST_WORDS_MS : 0);
      if (handle.connected) handle.once('disconnect', finish);
    });
  });

  return Object.freeze({
    pid: handle.pid ?? 0,
    hasSpoken: () => hasSpoken,
    silentMs: () => monotonicMs() - heardAt,
    forgive: () => {
      heardAt = monotonicMs();
    },
    kill: (reason: 'silent') => {
      killedFor = reason;
      handle.kill('SIGKILL');
    },
    stop: async (graceMs: number) => {
      const timer = setTimeout(() => handle.kill('SIGKILL'), graceMs);
      handle.kill('SIGTERM');
      await ended;
      clearTimeout(timer);
    },
    askMetrics: questions.ask,
    ended,
  });
};

/** A channel that closes while we write is the same as one that closed before: the child's end is told by `exit`. */
const tell = (handle: ChildProcess, message: ParentMessage): void => {
  if (handle.connected) handle.send(message, () => undefined);
};

const createQuestions = (handle: ChildProcess) => {
  const open = new Map<number, (metrics: MetricsJson | undefined) => void>();
  let count = 0;
  return {
    answer: (request: number, metrics: MetricsJson) => open.get(request)?.(metrics),
    ask: (timeoutMs: number) =>
      new Promise<MetricsJson | undefined>((resolve) => {
        count += 1;
        const request = count;
        const finish = (metrics: MetricsJson | undefined): void => {
          clearTimeout(timer);
          open.delete(request);
          resolve(metrics);
        };
        const timer = setTimeout(() => finish(undefined), timeoutMs);
        open.set(request, finish);
        tell(handle, { kind: 'metrics_wanted', request });
      }),
  };
};
