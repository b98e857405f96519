import { assert } from '../base/assert.ts';
import type { EnvironmentSnapshot } from './env.ts';
import { isParentMessage, type ChildMessage, type MetricsJson } from './supervisor-wire.ts';

/** A supervised process's line to the one that started it. */
export type Parent = {
  /** The environment the parent was given; asked for once, before anything else. */
  readonly receiveEnvironment: () => Promise<EnvironmentSnapshot>;
  /** Serving or working; `urls` are shown to whoever started the tree. */
  readonly sayReady: (urls?: Readonly<Record<string, string>>) => void;
  /** Says why starting again would be of no use; resolves when it was said, and the process may end. */
  readonly sayGivenUp: (reason: string) => Promise<void>;
  /** What to answer when the parent collects metrics: `registry.getMetricsAsJSON`. */
  readonly answerMetrics: (collect: () => Promise<MetricsJson>) => void;
  /** Called once when the parent is gone, however it went. */
  readonly onOrphaned: (hear: () => void) => void;
};

export type ReportOptions = { readonly heartbeatMs?: number };

const HEARTBEAT_MS = 1_000;

/**
 * Begins to report: a heartbeat a second, from this process's event loop, so that a loop that hangs falls silent (M14).
 * Call it first of all; only where the parent is `supervise`.
 */
export const reportToParent = ({ heartbeatMs = HEARTBEAT_MS }: ReportOptions = {}): Parent => {
  assert(process.send !== undefined, 'a supervised process has a channel to its parent');
  let collect: () => Promise<MetricsJson> = () => Promise.resolve([]);
  let hearOrphaned: (() => void) | undefined;
  let isOrphaned = false;
  let takeSnapshot: ((snapshot: EnvironmentSnapshot) => void) | undefined;

  // A parent that is going closes the channel at any moment; its end is told by `disconnect`.
  const tell = (message: ChildMessage, whenSaid: () => void = () => undefined): void => {
    if (process.connected) process.send?.(message, undefined, undefined, whenSaid);
    else whenSaid();
  };
  const parentPid = process.ppid;
  const orphaned = (): void => {
    if (isOrphaned) return;
    isOrphaned = true;
    clearInterval(heart);
    hearOrphaned?.();
  };
  const heart = setInterval(() => {
    if (process.ppid === parentPid) tell({ kind: 'alive' });
    else orphaned();
  }, heartbeatMs);
  tell({ kind: 'alive' });

  process.on('disconnect', orphaned);
  process.on('message', (message: unknown) => {
    if (!isParentMessage(message)) return;
    if (message.kind === 'environment') takeSnapshot?.(message.snapshot);
    else {
      const { request } = message;
      collect().then(
        (metrics) => tell({ kind: 'metrics', request, metrics }),
        () => tell({ kind: 'metrics', request, metrics: [] }),
      );
    }
  });

  return Object.freeze({
    receiveEnvironment: () =>
      new Promise<EnvironmentSnapshot>((resolve) => {
        takeSnapshot = resolve;
        tell({ kind: 'environment_wanted' });
      }),
    sayReady: (urls: Readonly<Record<string, string>> = {}) => tell({ kind: 'ready', urls }),
    sayGivenUp: (reason: string) => new Promise<void>((resolve) => tell({ kind: 'given_up', reason }, resolve)),
    answerMetrics: (answer: () => Promise<MetricsJson>) => {
      collect = answer;
    },
    onOrphaned: (hear: () => void) => {
      hearOrphaned = hear;
      if (isOrphaned) hear();
    },
  });
};
