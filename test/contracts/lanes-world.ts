import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { systemClock, utcDay, type Clock } from '../../src/base/clock.ts';
import { createDatabase, type Database } from '../../src/base/database.ts';
import { newIdentityId, type IdentityId } from '../../src/base/id.ts';
import { makeInputDays } from '../../src/intake/store.ts';
import type { Claim, Input, LaneEnd } from '../../src/queue/queue.ts';
import { claimLanes, endTurns, holdLanes, readWaitingMessages } from '../../src/queue/store.ts';
import { openTestStores } from '../support/stores.ts';

export type Kept = { readonly atMs?: number; readonly readyAtMs?: number; readonly label?: string };

export type LaneWorld = {
  readonly database: Database;
  readonly newLane: (identityId?: IdentityId) => Promise<IdentityId>;
  /** Keeps an input as intake does: the lane's row first, then the id. A message, or with `readyAtMs` a timer. */
  readonly keep: (identityId: IdentityId, kept?: Kept) => Promise<void>;
  readonly waiting: (claim: Claim) => Promise<readonly Input[]>;
  readonly countWaiting: () => Promise<number>;
  /** What turns committed for a person, in that order. */
  readonly done: (identityId: IdentityId) => Promise<readonly string[]>;
  readonly expectTrueCounters: () => Promise<void>;
  readonly empty: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export const openLaneWorld = async (): Promise<LaneWorld> => {
  const stores = await openTestStores();
  const database = createDatabase({
    url: stores.databaseUrl,
    connectionsMax: 16,
    applicationName: 'lanes contract',
    timeoutMs: 900,
  });
  await database.query(
    'CREATE TABLE done (n bigint GENERATED ALWAYS AS IDENTITY, identity_id uuid, label text, input_id bigint)',
  );
  await makeInputDays(database, utcDay(systemClock.now()));
  return {
    database,
    newLane: async (identityId = newIdentityId()) => {
      await database.query('INSERT INTO bot.identity (identity_id) VALUES ($1)', [identityId]);
      await database.query('INSERT INTO bot.lane (identity_id) VALUES ($1)', [identityId]);
      return identityId;
    },
    keep: (identityId, kept = {}) => keepInput(database, identityId, kept),
    waiting: (claim) => readWaitingMessages(database, claim, 100),
    countWaiting: async () =>
      Number(
        (await database.query<{ n: bigint }>("SELECT count(*) AS n FROM bot.input WHERE state = 'waiting'"))[0]?.n,
      ),
    done: async (identityId) =>
      (
        await database.query<{ label: string }>('SELECT label FROM done WHERE identity_id = $1 ORDER BY n', [
          identityId,
        ])
      ).map(({ label }) => label),
    expectTrueCounters: async () =>
      expect(
        await database.query(`SELECT l.identity_id, l.pending, w.n FROM bot.lane AS l
          LEFT JOIN (SELECT identity_id, count(*)::int AS n FROM bot.input WHERE state = 'waiting' GROUP BY 1) AS w USING (identity_id) WHERE l.pending <> coalesce(w.n, 0)`),
      ).toEqual([]),
    empty: async () => {
      await database.query('TRUNCATE bot.input, bot.lane, bot.identity, done CASCADE');
    },
    close: async () => {
      await database.close();
      await stores.release();
    },
  };
};

const keepInput = (
  database: Database,
  identityId: IdentityId,
  { atMs = systemClock.now(), readyAtMs, label = 'x' }: Kept,
): Promise<void> =>
  database.transact(async (tx) => {
    await tx.query('SELECT FROM bot.lane WHERE identity_id = $1 FOR UPDATE', [identityId]);
    await tx.query(
      `INSERT INTO bot.input (day, identity_id, kind, dedupe, order_at, ready_at, may_move_money, route, body)
       VALUES ((to_timestamp($3::float8 / 1000) AT TIME ZONE 'UTC')::date, $1, $2, $4, to_timestamp($3::float8 / 1000), coalesce(to_timestamp($5::float8 / 1000), clock_timestamp()), true, 'graph', $6)`,
      [
        identityId,
        readyAtMs === undefined ? 'message' : 'timer',
        atMs,
        randomBytes(32),
        readyAtMs ?? null,
        Buffer.from(label),
      ],
    );
    await tx.query(
      'UPDATE bot.lane SET pending = pending + 1, ready_at = least(ready_at, coalesce(to_timestamp($2::float8 / 1000), clock_timestamp())) WHERE identity_id = $1',
      [identityId, readyAtMs ?? null],
    );
    await tx.query("SELECT pg_notify('lane', '')");
  });

/** A turn's commit as the conversation makes it: the lane is held, then what was done, then the lane is let go. */
export const commitTurn = (
  database: Database,
  end: LaneEnd & { readonly inputs: readonly Input[] },
  offsetMs: number,
): Promise<'committed' | 'lapsed'> =>
  database.transact(async (tx) => {
    const held = await holdLanes(tx, [end.claim], offsetMs);
    if (!held.has(end.claim)) return 'lapsed';
    for (const input of end.inputs)
      await tx.query('INSERT INTO done (identity_id, label, input_id) VALUES ($1, $2, $3)', [
        end.claim.identityId,
        input.body.toString(),
        input.inputId,
      ]);
    await endTurns(tx, [end], offsetMs);
    return 'committed';
  });

export type LaneActs = ReturnType<typeof createLaneActs>;

/** What one worker does, by the test's clock. */
export const createLaneActs = ({ database }: LaneWorld, clock: Clock) => {
  const claimOne = async (identityId?: IdentityId): Promise<Claim | undefined> => {
    const kind =
      identityId === undefined ? ({ kind: 'healthy', limit: 64 } as const) : ({ kind: 'named', identityId } as const);
    return (await claimLanes(database, kind, clock.offsetMs()))[0];
  };
  const claimAny = async (): Promise<readonly Claim[]> => [
    ...(await claimLanes(database, { kind: 'healthy', limit: 64 }, clock.offsetMs())),
    ...(await claimLanes(database, { kind: 'suspect' }, clock.offsetMs())),
  ];
  const end = (claim: Claim, more: readonly Input[] = []) =>
    commitTurn(database, { claim, inputs: [claim.input, ...more], sessionRef: 'ref' }, clock.offsetMs());
  const laneOf = async (identityId: IdentityId) =>
    (
      await database.query<{
        pending: number;
        tries: number;
        is_held: boolean;
        session_ref: string | null;
        fence: bigint;
      }>(
        'SELECT pending, tries, lease_until IS NOT NULL AS is_held, session_ref, fence FROM bot.lane WHERE identity_id = $1',
        [identityId],
      )
    )[0];

  return { claimOne, claimAny, end, laneOf };
};
