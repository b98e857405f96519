import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import type { NoteEvent } from '../watch/watch.ts';
import type { Parent } from './report-to-parent.ts';
import { EXIT } from './exit-codes.ts';

/** One process from its start to its end: what stops it, what it finishes first, and what it exits with. */
export type Lifecycle = {
  /** Work to finish before the end, last registered first: stop accepting, let go what is claimed, close (S109). */
  readonly onStop: (drain: () => Promise<void>) => void;
  /** Ends from within; the first call decides the exit code. */
  readonly stop: (exitCode: number) => void;
  /** Resolves with the exit code after everything was drained or the time for it was over. */
  readonly ended: Promise<number>;
};

export type LifecycleDeps = {
  readonly role: string;
  readonly log: Log;
  readonly noteEvent: NoteEvent;
  /** Present in a supervised process, which leaves Ctrl-C to its parent and ends when that is gone. */
  readonly parent: Parent | undefined;
  /** Where npm's shell started this process: ends when that shell is gone, for it passes no signal on. */
  readonly isRunByNpm?: boolean;
  readonly graceMs?: number;
};

/** A child is done before its parent would kill it after 15 s, and the parent waits for that. */
const CHILD_GRACE_MS = 12_000;
const TOP_GRACE_MS = 20_000;
const SECOND_SIGNAL_AFTER_MS = 1_000;

export const beginLifecycle = (deps: LifecycleDeps): Lifecycle => {
  const { role, log, noteEvent, parent, isRunByNpm = false, graceMs = parent ? CHILD_GRACE_MS : TOP_GRACE_MS } = deps;
  const drains: (() => Promise<void>)[] = [];
  let resolveEnded: (exitCode: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => {
    resolveEnded = resolve;
  });
  let exitCode: number | undefined;

  const drain = async (): Promise<void> => {
    for (const finish of drains.reverse()) {
      await finish().catch((error: unknown) => {
        log('error', 'main.drain_failed', { detail: describeError(error) });
        exitCode ||= EXIT.failed;
      });
    }
  };
  const stop = (code: number): void => {
    if (exitCode !== undefined) return;
    exitCode = code;
    void withinMs(drain(), graceMs).then((isDone) => {
      if (!isDone) log('error', 'main.drain_failed', { reason: 'timeout' });
      noteEvent('main.role_stopped', { reason: role });
      resolveEnded(isDone ? (exitCode ?? code) : EXIT.failed);
    });
  };

  watchSignals({ isSupervised: parent !== undefined, stop: () => stop(EXIT.done) });
  watchFailures((error, reason) => {
    log('error', 'main.process_failed', { reason, detail: describeError(error) });
    stop(EXIT.failed);
  });
  parent?.onOrphaned(() => stop(EXIT.done));
  if (isRunByNpm && parent === undefined) watchShell(() => stop(EXIT.done));

  noteEvent('main.role_started', { reason: role });
  return Object.freeze({ onStop: (finish: () => Promise<void>) => drains.push(finish), stop, ended });
};

/** Whether it ended in time. */
const withinMs = async (work: Promise<void>, ms: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const isDone = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return isDone;
};

/** Ctrl-C reaches the whole group at once: a child leaves it to its parent. A second one, a second later, ends at once. */
const watchSignals = ({ isSupervised, stop }: { isSupervised: boolean; stop: () => void }): void => {
  let isImpatient = false;
  const hear = (): void => {
    if (isImpatient) process.exit(130);
    stop();
    setTimeout(() => (isImpatient = true), SECOND_SIGNAL_AFTER_MS).unref();
  };
  process.on('SIGTERM', hear);
  process.on('SIGHUP', isSupervised ? () => undefined : hear);
  process.on('SIGINT', isSupervised ? () => undefined : hear);
};

/** A bug, or a promise nobody waits for: said, drained, and ended with 1, for the supervisor to start anew (M20). */
const watchFailures = (hear: (error: unknown, reason: string) => void): void => {
  process.on('uncaughtException', (error) => hear(error, 'exception'));
  process.on('unhandledRejection', (error) => hear(error, 'rejection'));
};

const watchShell = (stop: () => void): void => {
  const shell = process.ppid;
  setInterval(() => {
    if (process.ppid !== shell) stop();
  }, 500).unref();
};
