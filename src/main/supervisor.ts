/*
 * A small supervisor. Arrives: the roles to run, each a process of this program. Leaves: word that all are ready, their
 * metrics, and the exit code with which the tree should end.
 * Promises: a child that dies or falls silent is started again (after 100 ms, doubling to 5 s, anew once it was well for
 * 30 s); one that refuses its configuration or gives up ends the tree; `stop` asks all to drain and kills what is left
 * after 15 s; children whose parent is gone end by themselves (report-to-parent.ts).
 * Will not do: hold work, know what a role does, or start a child's children.
 */
import { monotonicMs } from '../base/clock.ts';
import type { NoteEvent } from '../watch/watch.ts';
import { EXIT } from './exit-codes.ts';
import type { EnvironmentSnapshot } from './env.ts';
import { PROGRAM, startChild, type Child } from './supervised-child.ts';
import type { MetricsJson } from './supervisor-wire.ts';

export type ChildRole = {
  /** For the log and the screen: `serve`, `work-2`. */
  readonly name: string;
  /** The command line, as for `vimbisopay`; `--supervised NAME` is added. */
  readonly args: readonly string[];
  /** Given to this child; default that of the tree. */
  readonly snapshot?: EnvironmentSnapshot;
};

export type SuperviseOptions = {
  readonly roles: readonly ChildRole[];
  readonly snapshot: EnvironmentSnapshot;
  readonly noteEvent: NoteEvent;
  /** Told in one sentence, for the screen, why the tree must end. */
  readonly note?: (line: string) => void;
  /** The module that children run; default this program's command line. */
  readonly program?: string;
  readonly timings?: Partial<SupervisorTimings>;
};

export type SupervisorTimings = {
  /** Silence after which a child is killed, and the longer one allowed before its first word. */
  readonly silenceMaxMs: number;
  readonly firstWordMaxMs: number;
  readonly restartMs: number;
  readonly restartMaxMs: number;
  readonly healthyAfterMs: number;
  readonly graceMs: number;
  readonly watchEveryMs: number;
  readonly metricsTimeoutMs: number;
};

export type ReadyRole = { readonly name: string; readonly urls: Readonly<Record<string, string>> };

export type Supervisor = {
  /** Every role was ready once, in their order; never resolves when the tree ends before. */
  readonly ready: Promise<readonly ReadyRole[]>;
  /** Of every child that answers in time. */
  readonly collectMetrics: () => Promise<readonly MetricsJson[]>;
  /** Process ids by role, of those running now. */
  readonly pids: () => Readonly<Record<string, number>>;
  /** Resolves when no child is left. */
  readonly stop: () => Promise<void>;
  /** Resolves with an exit code when a child will not be started again, so that the tree should end. */
  readonly failed: Promise<number>;
};

const TIMINGS: SupervisorTimings = {
  silenceMaxMs: 10_000,
  firstWordMaxMs: 30_000,
  restartMs: 100,
  restartMaxMs: 5_000,
  healthyAfterMs: 30_000,
  graceMs: 15_000,
  watchEveryMs: 1_000,
  metricsTimeoutMs: 1_000,
};

/** One role, over all the processes that it was. */
type Post = {
  readonly role: ChildRole;
  child?: Child;
  timer?: NodeJS.Timeout;
  waitMs: number;
  urls?: ReadyRole['urls'];
};

const runningOf = (posts: readonly Post[]): readonly Child[] =>
  posts.map(({ child }) => child).filter((child) => child !== undefined);

export const supervise = (options: SuperviseOptions): Supervisor => {
  const { roles, noteEvent, note = () => undefined, program = PROGRAM } = options;
  const timings = { ...TIMINGS, ...options.timings };
  const posts: readonly Post[] = roles.map((role) => ({ role, waitMs: timings.restartMs }));
  const ready = Promise.withResolvers<readonly ReadyRole[]>();
  const failed = Promise.withResolvers<number>();
  let isStopping = false;

  const noteReady = (post: Post, urls: ReadyRole['urls']): void => {
    post.urls = urls;
    if (posts.every((each) => each.urls !== undefined)) {
      ready.resolve(posts.map(({ role, urls: known = {} }) => ({ name: role.name, urls: known })));
    }
  };

  const start = (post: Post): void => {
    const startedAt = monotonicMs();
    const { role } = post;
    post.child = startChild({
      program,
      args: [...role.args, '--supervised', role.name],
      snapshot: role.snapshot ?? options.snapshot,
      onReady: (urls) => noteReady(post, urls),
    });
    void post.child.ended.then(({ exitCode, reason, givenUp }) => {
      delete post.child;
      if (isStopping) return;
      if (givenUp !== undefined || exitCode === EXIT.configuration) {
        note(`${role.name}: ${givenUp ?? 'refused its configuration'}`);
        failed.resolve(exitCode === EXIT.configuration ? EXIT.configuration : EXIT.failed);
        return;
      }
      if (monotonicMs() - startedAt >= timings.healthyAfterMs) post.waitMs = timings.restartMs;
      noteEvent('main.child_restarted', { reason, code: exitCode ?? 'signal', detail: role.name, ms: post.waitMs });
      post.timer = setTimeout(() => start(post), post.waitMs);
      post.waitMs = Math.min(2 * post.waitMs, timings.restartMaxMs);
    });
  };

  const watch = watchSilence(posts, timings);
  for (const post of posts) start(post);

  return Object.freeze({
    ready: ready.promise,
    failed: failed.promise,
    pids: () => Object.fromEntries(posts.flatMap(({ role, child }) => (child ? [[role.name, child.pid]] : []))),
    collectMetrics: async () => {
      const answers = await Promise.all(runningOf(posts).map((child) => child.askMetrics(timings.metricsTimeoutMs)));
      return answers.filter((answer) => answer !== undefined);
    },
    stop: async () => {
      isStopping = true;
      clearInterval(watch);
      for (const { timer } of posts) clearTimeout(timer);
      await Promise.all(runningOf(posts).map((child) => child.stop(timings.graceMs)));
    },
  });
};

/**
 * Kills what fell silent. When this process itself was held up (a laptop that slept), all children look silent: then
 * everybody is given a fresh term.
 */
const watchSilence = (posts: readonly Post[], timings: SupervisorTimings): NodeJS.Timeout => {
  let lookedAt = monotonicMs();
  return setInterval(() => {
    const now = monotonicMs();
    const wasHeldUp = now - lookedAt > 2 * timings.watchEveryMs + 1_000;
    lookedAt = now;
    for (const child of runningOf(posts)) {
      if (wasHeldUp) child.forgive();
      const max = child.hasSpoken() ? timings.silenceMaxMs : timings.firstWordMaxMs;
      if (child.silentMs() > max) child.kill('silent');
    }
  }, timings.watchEveryMs);
};
