import { expect } from 'vitest';
import { createMovableClock } from '../../src/base/clock.ts';
import { newToken } from '../../src/base/id.ts';
import { openTestDoor, type TestDoor } from '../support/doors.ts';
import { openTestStores } from '../support/stores.ts';
import type { MessageParts } from '../support/webhooks.ts';

export type IntakeWorld = Awaited<ReturnType<typeof openIntakeWorld>>;

export const phoneOf = (n: number) => `26377000${String(n).padStart(4, '0')}`;

/** Two doors, as of two processes, on one database, and what they left there. */
export const openIntakeWorld = async () => {
  const clock = createMovableClock();
  const stores = await openTestStores();
  const doors: readonly [TestDoor, TestDoor] = await Promise.all([
    openTestDoor({ ...stores, clock }),
    openTestDoor({ ...stores, clock }),
  ]);

  const query = <Row extends object>(text: string, values?: readonly unknown[]) =>
    doors[0].ground.database.query<Row>(text, values);
  const message = (more: Partial<MessageParts> = {}): MessageParts => ({
    wamid: `wamid.${newToken(12)}`,
    atMs: clock.now(),
    from: { phone: phoneOf(1) },
    ...more,
  });
  const countOf = async (table: string) =>
    Number((await query<{ n: bigint }>(`SELECT count(*) AS n FROM bot.${table}`))[0]?.n);
  const quarantined = async () =>
    (await query<{ reason: string }>('SELECT reason FROM bot.quarantine ORDER BY quarantine_id')).map(
      ({ reason }) => reason,
    );
  const notedReasons = (name: string) =>
    doors
      .flatMap(({ events }) => events)
      .filter(({ event }) => event === name)
      .map(({ fields }) => fields['reason'] ?? fields['count']);

  /** Every lane's counter is what waits in it, and a lane with something in it is ready. */
  const expectLanesTrue = async () =>
    expect(
      await query(`SELECT l.identity_id FROM bot.lane AS l LEFT JOIN (SELECT identity_id, count(*) AS n FROM bot.input WHERE state = 'waiting' GROUP BY 1) AS w USING (identity_id)
      WHERE l.pending <> coalesce(w.n, 0) OR (l.pending > 0 AND l.ready_at IS NULL)`),
    ).toEqual([]);

  return {
    clock,
    doors,
    query,
    message,
    countOf,
    quarantined,
    notedReasons,
    expectLanesTrue,
    empty: async () => {
      await query('TRUNCATE bot.input, bot.quarantine, bot.identity, bot.lane CASCADE');
      for (const { events } of doors) events.length = 0;
    },
    close: async () => {
      await Promise.all(doors.map((door) => door.close()));
      await stores.release();
    },
  };
};
