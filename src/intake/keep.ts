import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import { isDataRefusal, type Database, type Transactor } from '../base/database.ts';
import { createGatherer, type Gatherer } from '../base/gather.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { NoteEvent } from '../watch/watch.ts';
import { monotonicMs } from '../base/clock.ts';
import { settleIdentities } from './identity-store.ts';
import { BYTES_PER_COMMIT, ROWS_PER_COMMIT } from './intake.ts';
import {
  foldStatuses,
  keepMessages,
  keepQuarantined,
  type FoldedFailure,
  type KeepOutcome,
  type MessageRow,
  type QuarantineRow,
  type StatusRow,
} from './store.ts';

export type Row = MessageRow | StatusRow | QuarantineRow;
export type RowOutcome = 'kept' | 'duplicate' | 'quarantined';

export type KeepDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly noteEvent: NoteEvent;
  readonly metrics: Metrics;
};

/** Rounds in which a batch's strangers are settled; a third means that identities change under us faster than we read. */
const SETTLE_ROUNDS_MAX = 4;
const STATUS_BYTES = 200;

export const rowBytes = (row: Row): number => (row.row === 'status' ? STATUS_BYTES : row.sealed.length + STATUS_BYTES);

/** Rows of requests that arrive together share one commit; the next batch gathers while it runs. */
export const createKeeper = (deps: KeepDeps): Gatherer<Row, RowOutcome> =>
  createGatherer<Row, RowOutcome>({
    run: (rows) => keepIsolating(deps, rows),
    itemsMax: ROWS_PER_COMMIT,
    weigh: rowBytes,
    weightMax: BYTES_PER_COMMIT,
  });

/** A row that PostgreSQL refuses for its data is found by halving and put into quarantine; the others are kept. */
const keepIsolating = async (deps: KeepDeps, rows: readonly Row[]): Promise<readonly RowOutcome[]> => {
  try {
    return await keepTogether(deps, rows);
  } catch (error) {
    if (!isDataRefusal(error)) throw error;
    const [only] = rows;
    if (rows.length === 1 && only) return [await quarantineRefused(deps, only)];
    const half = Math.ceil(rows.length / 2);
    return [...(await keepIsolating(deps, rows.slice(0, half))), ...(await keepIsolating(deps, rows.slice(half)))];
  }
};

const quarantineRefused = async ({ database, noteEvent }: KeepDeps, row: Row): Promise<RowOutcome> => {
  noteEvent('intake.message_quarantined', { reason: 'refused_by_store' });
  if (row.row === 'message') {
    await database.transact((tx) =>
      keepQuarantined(tx, [
        { row: 'quarantine', day: row.day, reason: 'refused_by_store', dedupe: row.dedupe, sealed: row.sealed },
      ]),
    );
  }
  return 'quarantined';
};

const keepTogether = async (deps: KeepDeps, rows: readonly Row[]): Promise<readonly RowOutcome[]> => {
  const startedAt = monotonicMs();
  const outcomes = new Map<Row, RowOutcome>();
  let messages = rows.filter((row) => row.row === 'message');
  let others = rows.filter((row) => row.row !== 'message');
  for (let round = 1; messages.length + others.length > 0; round += 1) {
    assert(round <= SETTLE_ROUNDS_MAX, 'identities of a batch settle');
    const { kept, failures } = await keepOnce(deps, messages, others);
    messages.forEach((row, index) => {
      const outcome = kept[index];
      if (outcome === 'kept' || outcome === 'duplicate') outcomes.set(row, outcome);
    });
    others = [];
    noteFailures(deps, failures);
    messages = messages.filter((row) => !outcomes.has(row));
    if (messages.length > 0) {
      const events = await settleIdentities(
        deps.database,
        messages.map(({ who }) => who),
        deps.clock.now(),
      );
      for (const event of events) deps.noteEvent(event);
    }
  }
  deps.metrics.observe('intake_commit', monotonicMs() - startedAt);
  return rows.map((row) => outcomes.get(row) ?? (row.row === 'quarantine' ? 'quarantined' : 'kept'));
};

type KeptOnce = { readonly kept: readonly KeepOutcome[]; readonly failures: readonly FoldedFailure[] };

const keepOnce = (
  { database, clock }: KeepDeps,
  messages: readonly MessageRow[],
  others: readonly Row[],
): Promise<KeptOnce> =>
  database.transact(async (tx: Transactor) => {
    const offsetMs = clock.offsetMs();
    const kept = await keepMessages(tx, messages, offsetMs);
    const failures = await foldStatuses(
      tx,
      others.filter((row) => row.row === 'status'),
      offsetMs,
    );
    await keepQuarantined(
      tx,
      others.filter((row) => row.row === 'quarantine'),
    );
    return { kept, failures };
  });

const noteFailures = ({ noteEvent }: KeepDeps, failures: readonly FoldedFailure[]): void => {
  for (const { outboxId, errorCode } of failures) {
    noteEvent('delivery.message_undelivered', {
      outboxId,
      reason: 'status',
      ...(errorCode !== null && { code: errorCode }),
    });
  }
};
