// Nothing of a person stands in clear in any table, or in an event.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changeOf, contactOf, envelopeOf, messagesBody, statusesBody, textMessage } from '../support/webhooks.ts';
import { openIntakeWorld, type IntakeWorld } from './intake-world.ts';

const DAY_MS = 86_400_000;

let world: IntakeWorld;
beforeAll(async () => {
  world = await openIntakeWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.empty());

describe('in no table stands in clear (I10)', () => {
  const NEEDLES = {
    phone: '263770009876',
    bsuid: 'ZW.98761234',
    name: 'Tariro-Canary',
    text: 'canary text of a person',
    wamid: 'wamid.CANARY98761234',
  };

  /** Where a text stands, as letters or as bytes, in any row of any table of ours. */
  const find = async (needle: string): Promise<readonly string[]> => {
    const tables = await world.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('bot', 'ledger')",
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const [row] = await world.query<{ n: bigint }>(
        `SELECT count(*) AS n FROM ${name} AS t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0`,
        [needle, Buffer.from(needle).toString('hex')],
      );
      if (Number(row?.n) > 0) found.push(name);
    }
    return found;
  };

  test.each(Object.entries(NEEDLES))('a %s', async (_what, needle) => {
    const from = { phone: NEEDLES.phone, bsuid: NEEDLES.bsuid, name: NEEDLES.name };
    const said = world.message({ wamid: NEEDLES.wamid, from, text: NEEDLES.text });
    await world.doors[0].post(messagesBody(said));
    await world.doors[0].post(
      messagesBody({ ...said, wamid: `${NEEDLES.wamid}2`, atMs: world.clock.now() - 99 * DAY_MS }),
    );
    await world.doors[0].post(
      Buffer.from(
        JSON.stringify(
          envelopeOf(changeOf({ contacts: [contactOf(from)], messages: [{ ...textMessage(said), id: 5 }] })),
        ),
      ),
    );
    await world.doors[0].post(Buffer.concat([messagesBody(said), Buffer.from('}')]));
    await world.doors[0].post(statusesBody({ wamid: NEEDLES.wamid, status: 'delivered', atMs: world.clock.now() }));
    expect([await world.countOf('input'), await world.quarantined()]).toEqual([
      1,
      ['time_out_of_range', 'no_id', 'unparsable'],
    ]);
    expect(await find(needle)).toEqual([]);
    expect(JSON.stringify(world.doors.map(({ events }) => events))).not.toContain(needle);
    // The search finds what is there.
    await world.query('INSERT INTO bot.quarantine (day, reason, dedupe, body) VALUES (current_date, $1, $2, $3)', [
      'planted',
      Buffer.alloc(32),
      Buffer.from(`x${needle}x`),
    ]);
    expect(await find(needle)).toEqual(['bot.quarantine']);
  });
});
