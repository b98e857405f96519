import type { Clock } from '../../base/clock.ts';
import { monotonicMs } from '../../base/clock.ts';
import { isPassing } from '../../base/fault.ts';
import type { Database, Transactor } from '../../base/database.ts';
import { createGatherer, type Gatherer } from '../../base/gather.ts';
import type { SealedWork } from '../../payment/seal-facts.ts';
import { addInputs } from '../../queue/add-input-store.ts';
import { endTurns, holdLanes } from '../../queue/store.ts';
import type { LaneEnd, NewInput } from '../../queue/queue.ts';
import type { Metrics } from '../../watch/metrics.ts';
import { keepAuditEntries, type AuditEntry } from '../../watch/store.ts';
import { saveIdentities, type IdentityChange } from './identity-store.ts';

/** Turns that may share a commit. */
const TURNS_PER_COMMIT = 64;
/** Least time between two commits: under load they are few and large; a turn on its own commits at once. */
const COMMIT_REST_MS = 10;

/** Everything a turn leaves behind, in one transaction. */
export type TurnResult<Reply> = {
  readonly end: LaneEnd;
  readonly replies: readonly Reply[];
  readonly payments: readonly SealedWork[];
  readonly timers: readonly NewInput[];
  readonly identity: IdentityChange | undefined;
  readonly audit: readonly AuditEntry[];
};

export type CommitDeps<Reply> = {
  readonly database: Database;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Payments' and delivery's own statements, within our transaction. */
  readonly keepPaymentWork: (tx: Transactor, works: readonly SealedWork[]) => Promise<void>;
  readonly keepReplies: (tx: Transactor, replies: readonly Reply[], offsetMs: number) => Promise<void>;
};

export type CommitOutcome = 'committed' | 'lapsed';

/**
 * One commit for up to 64 lanes: their rows are locked first, in intake's order, and each is fenced by its own claim; a
 * lapsed one writes nothing and the others go on. A batch that fails for its data is redone one by one.
 */
export const createCommitter = <Reply>(deps: CommitDeps<Reply>): Gatherer<TurnResult<Reply>, CommitOutcome> =>
  createGatherer<TurnResult<Reply>, CommitOutcome>({
    run: (turns) => commitTurns(deps, turns),
    itemsMax: TURNS_PER_COMMIT,
    restMs: COMMIT_REST_MS,
  });

const commitTurns = async <Reply>(
  deps: CommitDeps<Reply>,
  turns: readonly TurnResult<Reply>[],
): Promise<readonly CommitOutcome[]> => {
  const startedAt = monotonicMs();
  try {
    return await commitTogether(deps, turns);
  } catch (error) {
    if (isPassing(error) || turns.length === 1) throw error;
    const outcomes: CommitOutcome[] = [];
    let failure: unknown;
    for (const turn of turns) {
      const outcome = await commitTogether(deps, [turn]).catch((cause: unknown) => {
        failure = cause;
        return ['lapsed' as const];
      });
      outcomes.push(outcome[0] ?? 'lapsed');
    }
    // The one that failed alone keeps its lease until that lapses, which is its try; the others are done.
    if (outcomes.every((outcome) => outcome === 'lapsed')) throw failure;
    return outcomes;
  } finally {
    deps.metrics.observe('turn_commit', monotonicMs() - startedAt);
  }
};

const commitTogether = <Reply>(
  deps: CommitDeps<Reply>,
  turns: readonly TurnResult<Reply>[],
): Promise<readonly CommitOutcome[]> =>
  deps.database.transact(async (tx) => {
    const offsetMs = deps.clock.offsetMs();
    const held = await holdLanes(
      tx,
      turns.map(({ end }) => end.claim),
      offsetMs,
    );
    const isHeld = ({ end }: TurnResult<Reply>): boolean => held.has(end.claim);
    const ours = turns.filter(isHeld);
    if (ours.length > 0) {
      await saveIdentities(
        tx,
        ours.flatMap(({ identity }) => identity ?? []),
      );
      await keepAuditEntries(
        tx,
        'bot',
        ours.flatMap(({ audit }) => audit),
      );
      await deps.keepPaymentWork(
        tx,
        ours.flatMap(({ payments }) => payments),
      );
      await addInputs(
        tx,
        ours.flatMap(({ timers }) => timers),
        offsetMs,
      );
      await endTurns(
        tx,
        ours.map(({ end }) => end),
        offsetMs,
      );
      await deps.keepReplies(
        tx,
        ours.flatMap(({ replies }) => replies),
        offsetMs,
      );
    }
    return turns.map((turn) => (isHeld(turn) ? 'committed' : 'lapsed'));
  });
