// The table "Who is speaking", each row said to two doors at the same moment, many times.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/doors.ts';
import type { Person } from '../support/webhooks.ts';
import { COLUMNS, openIdentityWorld, type IdentityRow, type IdentityWorld, type Someone } from './identity-world.ts';

const ROUNDS = 25;

let world: IdentityWorld;
beforeAll(async () => {
  world = await openIdentityWorld();
});
afterAll(() => world?.close());

type Race = {
  readonly what: string;
  /** What each door is told before. */
  readonly before?: (who: Someone) => readonly Person[];
  /** What both are told at once: the first by one door, the second by the other. */
  readonly at: (who: Someone) => readonly [Person, Person];
  /** Identities there may be of these people, as `bsuid,phone,standing` of the open ones and the others. */
  readonly ends: readonly (readonly string[])[];
};

const RACES: readonly Race[] = [
  {
    what: 'a stranger with BSUID and number',
    at: ({ phone, bsuid }) => [
      { phone, bsuid },
      { phone, bsuid },
    ],
    ends: [['B P open']],
  },
  { what: 'a stranger with a BSUID alone', at: ({ bsuid }) => [{ bsuid }, { bsuid }], ends: [['B - open']] },
  { what: 'a stranger with a number alone', at: ({ phone }) => [{ phone }, { phone }], ends: [['- P open']] },
  {
    what: 'a known person',
    before: ({ phone, bsuid }) => [{ phone, bsuid }],
    at: ({ phone, bsuid }) => [{ phone, bsuid }, { bsuid }],
    ends: [['B P open']],
  },
  {
    what: 'a number to be bound',
    before: ({ phone }) => [{ phone }],
    at: ({ phone, bsuid }) => [
      { phone, bsuid },
      { phone, bsuid },
    ],
    ends: [['B P open']],
  },
  {
    what: 'a number to be bound, and the number alone',
    before: ({ phone }) => [{ phone }],
    at: ({ phone, bsuid }) => [{ phone, bsuid }, { phone }],
    ends: [['B P open']],
  },
  {
    what: 'a stranger with both, and the BSUID alone',
    at: ({ phone, bsuid }) => [{ phone, bsuid }, { bsuid }],
    ends: [['B P open']],
  },
  {
    what: 'a number to be attached',
    before: ({ bsuid }) => [{ bsuid }],
    at: ({ phone, bsuid }) => [
      { phone, bsuid },
      { phone, bsuid },
    ],
    ends: [['B P open']],
  },
  {
    what: 'a number to be attached, and the number alone',
    before: ({ bsuid }) => [{ bsuid }],
    at: ({ phone, bsuid }) => [{ phone, bsuid }, { phone }],
    ends: [['B P open'], ['- - closed', 'B P open']],
  },
  {
    what: 'a BSUID that moves to its number',
    before: ({ phone, bsuid }) => [{ phone }, { bsuid }],
    at: ({ phone, bsuid }) => [
      { phone, bsuid },
      { phone, bsuid },
    ],
    ends: [['- - closed', 'B P open']],
  },
  {
    what: 'a BSUID that moves, and the BSUID alone',
    before: ({ phone, bsuid }) => [{ phone }, { bsuid }],
    at: ({ phone, bsuid }) => [{ phone, bsuid }, { bsuid }],
    ends: [['- - closed', 'B P open']],
  },
  {
    what: 'a number that another BSUID brings',
    before: ({ phone, bsuid }) => [{ phone, bsuid }],
    at: ({ phone, otherBsuid }) => [
      { phone, bsuid: otherBsuid },
      { phone, bsuid: otherBsuid },
    ],
    ends: [['B - frozen', 'B P contested']],
  },
  {
    what: 'a number that another BSUID brings, and its holder',
    before: ({ phone, bsuid }) => [{ phone, bsuid }],
    at: ({ phone, bsuid, otherBsuid }) => [
      { phone, bsuid: otherBsuid },
      { phone, bsuid },
    ],
    // The holder who speaks with the number after it was lost contests it in turn: both are frozen for an operator.
    ends: [
      ['B - frozen', 'B P contested'],
      ['B - frozen', 'B P frozen'],
    ],
  },
  {
    what: 'two strangers with one number',
    at: ({ phone, bsuid, otherBsuid }) => [
      { phone, bsuid },
      { phone, bsuid: otherBsuid },
    ],
    ends: [
      ['B - frozen', 'B P contested'],
      ['B - frozen', 'B P frozen'],
    ],
  },
  {
    what: 'a number to be bound by two BSUIDs',
    before: ({ phone }) => [{ phone }],
    at: ({ phone, bsuid, otherBsuid }) => [
      { phone, bsuid },
      { phone, bsuid: otherBsuid },
    ],
    ends: [
      ['B - frozen', 'B P contested'],
      ['B - frozen', 'B P frozen'],
    ],
  },
  {
    what: 'a BSUID without a number and a stranger, with one number of a third',
    before: ({ phone, bsuid }) => [{ phone, bsuid: `${bsuid}z` }, { bsuid }],
    at: ({ phone, bsuid, otherBsuid }) => [
      { phone, bsuid },
      { phone, bsuid: otherBsuid },
    ],
    ends: [
      ['B - frozen', 'B - frozen', 'B P contested'],
      ['B - frozen', 'B - frozen', 'B P frozen'],
    ],
  },
  {
    what: 'a number that differs',
    before: ({ phone, bsuid }) => [{ phone, bsuid }],
    at: ({ otherPhone, bsuid }) => [
      { phone: otherPhone, bsuid },
      { phone: otherPhone, bsuid },
    ],
    ends: [['B P open stopped']],
  },
  {
    what: 'a number that differs, and a stranger who has it',
    before: ({ phone, bsuid }) => [{ phone, bsuid }],
    at: ({ otherPhone, bsuid }) => [{ phone: otherPhone, bsuid }, { phone: otherPhone }],
    ends: [['- P open', 'B P open stopped']],
  },
];

describe('who is speaking, said to two doors at once', () => {
  test.each(RACES)(
    '$what: one of the table’s ends, one identity a hash, no message lost',
    async ({ before, at, ends }) => {
      const [{ n: identitiesBefore }] = (await world.query<{ n: bigint }>(
        'SELECT count(*) AS n FROM bot.identity',
      )) as [{ n: bigint }];
      const said: string[] = [];
      const seen: string[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const who = world.someone();
        for (const [index, person] of (before?.(who) ?? []).entries())
          said.push(await world.say(world.doors[index % 2 === 0 ? 0 : 1], person));
        const [left, right] = round % 2 === 0 ? at(who) : at(who).toReversed();
        said.push(...(await Promise.all([world.say(world.doors[0], left), world.say(world.doors[1], right)])));
        seen.push(JSON.stringify(await endOf(who)));
      }
      const allowed = ends.map((end) => JSON.stringify(end));
      expect(seen.filter((end) => !allowed.includes(end))).toEqual([]);
      const [{ n: identities }] = (await world.query<{ n: bigint }>('SELECT count(*) AS n FROM bot.identity')) as [
        { n: bigint },
      ];
      expect(Number(identities - identitiesBefore)).toBe(
        seen.reduce((sum, end) => sum + (JSON.parse(end) as unknown[]).length, 0),
      );
      await expectAllKept(said.length);
    },
  );
});

test('what was read of an identity before its lane was had is looked at again: a message never follows a BSUID to where it was', async () => {
  const { phone, bsuid } = world.someone();
  await world.say(world.doors[0], { bsuid });
  await world.say(world.doors[0], { phone });
  const [from, to] = [await world.holderOf('bsuid', bsuid), await world.holderOf('phone', phone)];
  const { database } = world.doors[1].ground;
  const said = await database.transact(async (tx) => {
    await tx.query('SELECT FROM bot.lane WHERE identity_id = $1 FOR UPDATE', [from?.identity_id]);
    const message = world.say(world.doors[0], { bsuid });
    await until(async () =>
      expect(
        await world.query(
          "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE OF l%' AND datname = current_database()",
        ),
      ).toHaveLength(1),
    );
    await tx.query(
      "UPDATE bot.identity SET bsuid_hash = NULL, standing = 'closed', merged_into = $2 WHERE identity_id = $1",
      [from?.identity_id, to?.identity_id],
    );
    await tx.query('UPDATE bot.identity SET bsuid_hash = $2 WHERE identity_id = $1', [
      to?.identity_id,
      await world.hash('bsuid', bsuid),
    ]);
    return { message };
  });
  await said.message;
  expect(
    [await world.inputsOf(from?.identity_id), await world.inputsOf(to?.identity_id)].map((inputs) => inputs.length),
  ).toEqual([1, 2]);
});

let keptBefore = 0;
beforeEach(async () => {
  keptBefore = Number((await world.query<{ n: bigint }>('SELECT count(*) AS n FROM bot.input'))[0]?.n);
});

/** Every message waits in the lane of an identity that is there, every lane's counter is what waits, and nothing was set aside. */
const expectAllKept = async (count: number): Promise<void> => {
  expect(
    await world.query('SELECT count(*)::int AS kept, count(DISTINCT dedupe)::int AS wamids FROM bot.input'),
  ).toEqual([{ kept: keptBefore + count, wamids: keptBefore + count }]);
  expect(await world.query('SELECT count(*)::int AS n FROM bot.quarantine')).toEqual([{ n: 0 }]);
  expect(
    await world.query(
      `SELECT l.identity_id FROM bot.lane AS l WHERE pending <> (SELECT count(*) FROM bot.input AS i WHERE i.identity_id = l.identity_id AND state = 'waiting')`,
    ),
  ).toEqual([]);
  expect(
    await world.query(
      'SELECT i.identity_id FROM bot.input AS i LEFT JOIN bot.lane AS l USING (identity_id) WHERE l.identity_id IS NULL',
    ),
  ).toEqual([]);
};

/** The identities of these people, as the table of ends writes them. */
const endOf = async (who: Someone): Promise<readonly string[]> => {
  const hashes = await Promise.all([
    world.hash('bsuid', who.bsuid),
    world.hash('bsuid', who.otherBsuid),
    world.hash('bsuid', `${who.bsuid}z`),
    world.hash('phone', who.phone),
    world.hash('phone', who.otherPhone),
  ]);
  const rows = await world.query<IdentityRow>(
    `WITH held AS (SELECT identity_id FROM bot.identity WHERE bsuid_hash = ANY($1::bytea[]) OR phone_hash = ANY($1::bytea[]))
     SELECT ${COLUMNS} FROM bot.identity WHERE identity_id IN (SELECT identity_id FROM held) OR merged_into IN (SELECT identity_id FROM held)`,
    [hashes],
  );
  return rows
    .map(
      (row) =>
        `${row.has_bsuid ? 'B' : '-'} ${row.has_phone ? 'P' : '-'} ${row.standing}${row.standing === 'open' && row.money_stopped ? ' stopped' : ''}`,
    )
    .sort();
};
