// The table "Who is speaking", a test a row, through real HTTP doors on one database; then each row raced by two doors.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { newToken } from '../../src/base/id.ts';
import { blindIndex } from '../../src/security/keyring.ts';
import { IDENTITY_INDEX_KEY } from '../../src/security/wamid.ts';
import { openTestDoor, type TestDoor } from '../support/doors.ts';
import { openTestStores, type TestStores } from '../support/stores.ts';
import { messagesBody, type Person } from '../support/webhooks.ts';

const ROUNDS = 25;
const AT_MS = systemClock.now();

let stores: TestStores;
let doors: readonly [TestDoor, TestDoor];
let people = 0;

beforeAll(async () => {
  stores = await openTestStores();
  doors = await Promise.all([openTestDoor(stores), openTestDoor(stores)]);
});
afterAll(async () => {
  await Promise.all((doors ?? []).map((door) => door.close()));
  await stores?.release();
});
beforeEach(() => {
  for (const { events } of doors) events.length = 0;
});

const query = <Row extends object>(text: string, values?: readonly unknown[]) => doors[0].ground.database.query<Row>(text, values);

/** Somebody nobody has met yet. */
const someone = () => {
  people += 1;
  const digits = String(people).padStart(4, '0');
  return { phone: `26377000${digits}`, otherPhone: `44770090${String(people).padStart(4, '0').slice(-4)}`, bsuid: `ZW.${newToken(9).replaceAll(/\W|_/g, 'x')}`, otherBsuid: `ZW.${newToken(9).replaceAll(/\W|_/g, 'y')}` };
};

const say = async (door: TestDoor, from: Person, wamid = `wamid.${newToken(12)}`): Promise<string> => {
  const answer = await door.post(messagesBody({ wamid, atMs: AT_MS, from }));
  expect(answer).toMatchObject({ status: 200, body: 'ok' });
  return wamid;
};

const hash = async (kind: 'phone' | 'bsuid', value: string | undefined): Promise<Buffer | null> =>
  value === undefined ? null : blindIndex(await doors[0].ground.keyStore.getKey(IDENTITY_INDEX_KEY), kind, value);

type Row = { identity_id: string; standing: string; money_stopped: boolean; has_bsuid: boolean; has_phone: boolean; merged_into: string | null };
const COLUMNS = 'identity_id, standing, money_stopped, bsuid_hash IS NOT NULL AS has_bsuid, phone_hash IS NOT NULL AS has_phone, merged_into';

const holderOf = async (kind: 'phone' | 'bsuid', value: string): Promise<Row | undefined> => {
  const rows = await query<Row>(`SELECT ${COLUMNS} FROM bot.identity WHERE ${kind}_hash = $1`, [await hash(kind, value)]);
  expect(rows.length).toBeLessThanOrEqual(1);
  return rows[0];
};
const readIdentity = async (identityId: string | undefined): Promise<Row | undefined> =>
  (await query<Row>(`SELECT ${COLUMNS} FROM bot.identity WHERE identity_id = $1`, [identityId]))[0];
/** The inputs of a lane in the order in which they were kept. */
const inputsOf = (identityId: string | undefined) =>
  query<{ may_move_money: boolean }>('SELECT may_move_money FROM bot.input WHERE identity_id = $1 ORDER BY input_id', [identityId]);
const auditOf = async (identityId: string | undefined) =>
  (await query<{ event: string }>('SELECT event FROM bot.audit_entry WHERE subject = $1 ORDER BY entry_id', [identityId])).map(({ event }) => event);
const noted = (event: string) => doors.flatMap(({ events }) => events).filter((one) => one.event === event).length;

const OPEN = { standing: 'open', money_stopped: false, merged_into: null };

describe('who is speaking', () => {
  test('a known BSUID: that one, with or without its number', async () => {
    const { phone, bsuid } = someone();
    await say(doors[0], { phone, bsuid });
    await say(doors[1], { bsuid });
    await say(doors[0], { phone, bsuid });
    const identity = await holderOf('bsuid', bsuid);
    expect(identity).toMatchObject({ ...OPEN, has_bsuid: true, has_phone: true });
    expect(await inputsOf(identity?.identity_id)).toEqual([{ may_move_money: true }, { may_move_money: true }, { may_move_money: true }]);
    expect(await auditOf(identity?.identity_id)).toEqual([]);
  });

  test("an unknown BSUID with a number that has none yet: the number's identity, now bound", async () => {
    const { phone, bsuid } = someone();
    await say(doors[0], { phone });
    const before = await holderOf('phone', phone);
    await say(doors[1], { phone, bsuid });
    const after = await holderOf('bsuid', bsuid);
    expect(after).toMatchObject({ ...OPEN, identity_id: before?.identity_id, has_phone: true });
    expect(await inputsOf(after?.identity_id)).toHaveLength(2);
    expect(await auditOf(after?.identity_id)).toEqual(['identity.bound']);
    expect(noted('identity.bound')).toBe(1);
  });

  test('an unknown BSUID with a number bound to another: a new one that may not log in; the old one keeps its account, loses the number, is frozen (F18)', async () => {
    const { phone, bsuid, otherBsuid } = someone();
    await say(doors[0], { phone, bsuid });
    const old = await holderOf('bsuid', bsuid);
    await say(doors[1], { phone, bsuid: otherBsuid });
    const newcomer = await holderOf('phone', phone);
    expect(newcomer).toMatchObject({ standing: 'contested', money_stopped: true, has_bsuid: true });
    expect(newcomer?.identity_id).toBe((await holderOf('bsuid', otherBsuid))?.identity_id);
    expect(newcomer?.identity_id).not.toBe(old?.identity_id);
    expect(await readIdentity(old?.identity_id)).toMatchObject({ standing: 'frozen', money_stopped: true, has_bsuid: true, has_phone: false });
    expect([await inputsOf(old?.identity_id), await inputsOf(newcomer?.identity_id)].map((inputs) => inputs.length)).toEqual([1, 1]);
    expect(await auditOf(newcomer?.identity_id)).toEqual(['identity.number_contested']);
    expect(noted('identity.number_contested')).toBe(1);
  });

  test('a BSUID alone, unknown: new, without a number', async () => {
    const { bsuid } = someone();
    await say(doors[0], { bsuid });
    expect(await holderOf('bsuid', bsuid)).toMatchObject({ ...OPEN, has_phone: false });
  });

  test('a known BSUID without a number, now with an unknown one: attached', async () => {
    const { phone, bsuid } = someone();
    await say(doors[0], { bsuid });
    const before = await holderOf('bsuid', bsuid);
    await say(doors[1], { phone, bsuid });
    expect(await holderOf('phone', phone)).toMatchObject({ ...OPEN, identity_id: before?.identity_id, has_bsuid: true });
    expect(await auditOf(before?.identity_id)).toEqual(['identity.number_attached']);
  });

  test("a known BSUID without a number, now with one whose identity has no BSUID: it moves there, the empty one is closed", async () => {
    const { phone, bsuid } = someone();
    await say(doors[0], { bsuid });
    await say(doors[1], { phone });
    const [empty, full] = [await holderOf('bsuid', bsuid), await holderOf('phone', phone)];
    await say(doors[0], { phone, bsuid });
    expect(await holderOf('bsuid', bsuid)).toMatchObject({ ...OPEN, identity_id: full?.identity_id, has_phone: true });
    expect(await readIdentity(empty?.identity_id)).toMatchObject({ standing: 'closed', has_bsuid: false, has_phone: false, merged_into: full?.identity_id });
    // What waited in the empty one's lane still waits there.
    expect([await inputsOf(empty?.identity_id), await inputsOf(full?.identity_id)].map((inputs) => inputs.length)).toEqual([1, 2]);
    expect(await auditOf(full?.identity_id)).toEqual(['identity.bound']);
  });

  test('a known BSUID without a number, now with one bound to another BSUID: it holds the number and may not log in; the other is frozen', async () => {
    const { phone, bsuid, otherBsuid } = someone();
    await say(doors[0], { bsuid });
    await say(doors[1], { phone, bsuid: otherBsuid });
    const [speaker, holder] = [await holderOf('bsuid', bsuid), await holderOf('bsuid', otherBsuid)];
    await say(doors[0], { phone, bsuid });
    expect(await holderOf('phone', phone)).toMatchObject({ identity_id: speaker?.identity_id, standing: 'contested', money_stopped: true });
    expect(await readIdentity(holder?.identity_id)).toMatchObject({ standing: 'frozen', money_stopped: true, has_phone: false });
    expect(await auditOf(speaker?.identity_id)).toEqual(['identity.number_contested']);
  });

  test('a known BSUID with another number than the kept one: that identity, its number unchanged, its money stopped, told once', async () => {
    const { phone, otherPhone, bsuid } = someone();
    await say(doors[0], { phone, bsuid });
    await say(doors[1], { phone: otherPhone, bsuid });
    await say(doors[0], { phone: otherPhone, bsuid });
    const identity = await holderOf('bsuid', bsuid);
    expect(identity).toMatchObject({ standing: 'open', money_stopped: true });
    expect((await holderOf('phone', phone))?.identity_id).toBe(identity?.identity_id);
    expect(await holderOf('phone', otherPhone)).toBeUndefined();
    expect(await inputsOf(identity?.identity_id)).toEqual([{ may_move_money: true }, { may_move_money: false }, { may_move_money: false }]);
    expect(await auditOf(identity?.identity_id)).toEqual(['identity.number_differs']);
  });

  test("a number alone: the number's identity; no money if it has a BSUID", async () => {
    const { phone, bsuid } = someone();
    await say(doors[0], { phone });
    await say(doors[1], { phone, bsuid });
    await say(doors[0], { phone });
    const identity = await holderOf('phone', phone);
    expect(await inputsOf(identity?.identity_id)).toEqual([{ may_move_money: true }, { may_move_money: true }, { may_move_money: false }]);
  });
});

type Someone = ReturnType<typeof someone>;
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
  { what: 'a stranger with BSUID and number', at: ({ phone, bsuid }) => [{ phone, bsuid }, { phone, bsuid }], ends: [['B P open']] },
  { what: 'a stranger with a BSUID alone', at: ({ bsuid }) => [{ bsuid }, { bsuid }], ends: [['B - open']] },
  { what: 'a stranger with a number alone', at: ({ phone }) => [{ phone }, { phone }], ends: [['- P open']] },
  { what: 'a known person', before: ({ phone, bsuid }) => [{ phone, bsuid }], at: ({ phone, bsuid }) => [{ phone, bsuid }, { bsuid }], ends: [['B P open']] },
  { what: 'a number to be bound', before: ({ phone }) => [{ phone }], at: ({ phone, bsuid }) => [{ phone, bsuid }, { phone, bsuid }], ends: [['B P open']] },
  { what: 'a number to be bound, and the number alone', before: ({ phone }) => [{ phone }], at: ({ phone, bsuid }) => [{ phone, bsuid }, { phone }], ends: [['B P open']] },
  { what: 'a stranger with both, and the BSUID alone', at: ({ phone, bsuid }) => [{ phone, bsuid }, { bsuid }], ends: [['B P open']] },
  { what: 'a number to be attached', before: ({ bsuid }) => [{ bsuid }], at: ({ phone, bsuid }) => [{ phone, bsuid }, { phone, bsuid }], ends: [['B P open']] },
  { what: 'a number to be attached, and the number alone', before: ({ bsuid }) => [{ bsuid }], at: ({ phone, bsuid }) => [{ phone, bsuid }, { phone }], ends: [['B P open'], ['- - closed', 'B P open']] },
  { what: 'a BSUID that moves to its number', before: ({ phone, bsuid }) => [{ phone }, { bsuid }], at: ({ phone, bsuid }) => [{ phone, bsuid }, { phone, bsuid }], ends: [['- - closed', 'B P open']] },
  { what: 'a BSUID that moves, and the BSUID alone', before: ({ phone, bsuid }) => [{ phone }, { bsuid }], at: ({ phone, bsuid }) => [{ phone, bsuid }, { bsuid }], ends: [['- - closed', 'B P open']] },
  { what: 'a number that another BSUID brings', before: ({ phone, bsuid }) => [{ phone, bsuid }], at: ({ phone, otherBsuid }) => [{ phone, bsuid: otherBsuid }, { phone, bsuid: otherBsuid }], ends: [['B - frozen', 'B P contested']] },
  {
    what: 'a number that another BSUID brings, and its holder',
    before: ({ phone, bsuid }) => [{ phone, bsuid }],
    at: ({ phone, bsuid, otherBsuid }) => [{ phone, bsuid: otherBsuid }, { phone, bsuid }],
    // The holder who speaks with the number after it was lost contests it in turn: both are frozen for an operator.
    ends: [['B - frozen', 'B P contested'], ['B - frozen', 'B P frozen']],
  },
  {
    what: 'two strangers with one number',
    at: ({ phone, bsuid, otherBsuid }) => [{ phone, bsuid }, { phone, bsuid: otherBsuid }],
    ends: [['B - frozen', 'B P contested'], ['B - frozen', 'B P frozen']],
  },
  {
    what: 'a number to be bound by two BSUIDs',
    before: ({ phone }) => [{ phone }],
    at: ({ phone, bsuid, otherBsuid }) => [{ phone, bsuid }, { phone, bsuid: otherBsuid }],
    ends: [['B - frozen', 'B P contested'], ['B - frozen', 'B P frozen']],
  },
  {
    what: 'a BSUID without a number and a stranger, with one number of a third',
    before: ({ phone, bsuid }) => [{ phone, bsuid: `${bsuid}z` }, { bsuid }],
    at: ({ phone, bsuid, otherBsuid }) => [{ phone, bsuid }, { phone, bsuid: otherBsuid }],
    ends: [['B - frozen', 'B - frozen', 'B P contested'], ['B - frozen', 'B - frozen', 'B P frozen']],
  },
  {
    what: 'a number that differs',
    before: ({ phone, bsuid }) => [{ phone, bsuid }],
    at: ({ otherPhone, bsuid }) => [{ phone: otherPhone, bsuid }, { phone: otherPhone, bsuid }],
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
  test.each(RACES)('$what: one of the table’s ends, one identity a hash, no message lost', async ({ before, at, ends }) => {
    const [{ n: identitiesBefore }] = (await query<{ n: bigint }>('SELECT count(*) AS n FROM bot.identity')) as [{ n: bigint }];
    const said: string[] = [];
    const seen: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const who = someone();
      for (const [index, person] of (before?.(who) ?? []).entries()) said.push(await say(doors[index % 2 === 0 ? 0 : 1], person));
      const [left, right] = round % 2 === 0 ? at(who) : at(who).toReversed();
      said.push(...(await Promise.all([say(doors[0], left!), say(doors[1], right!)])));
      seen.push(JSON.stringify(await endOf(who)));
    }
    const allowed = ends.map((end) => JSON.stringify(end));
    expect(seen.filter((end) => !allowed.includes(end))).toEqual([]);
    const [{ n: identities }] = (await query<{ n: bigint }>('SELECT count(*) AS n FROM bot.identity')) as [{ n: bigint }];
    expect(Number(identities - identitiesBefore)).toBe(seen.reduce((sum, end) => sum + (JSON.parse(end) as unknown[]).length, 0));
    await expectAllKept(said.length);
  });
});

let keptBefore = 0;
beforeEach(async () => {
  keptBefore = Number((await query<{ n: bigint }>('SELECT count(*) AS n FROM bot.input'))[0]?.n);
});

/** Every message waits in the lane of an identity that is there, every lane's counter is what waits, and nothing was set aside. */
const expectAllKept = async (count: number): Promise<void> => {
  expect(await query('SELECT count(*)::int AS kept, count(DISTINCT dedupe)::int AS wamids FROM bot.input')).toEqual([{ kept: keptBefore + count, wamids: keptBefore + count }]);
  expect(await query('SELECT count(*)::int AS n FROM bot.quarantine')).toEqual([{ n: 0 }]);
  expect(await query(`SELECT l.identity_id FROM bot.lane AS l WHERE pending <> (SELECT count(*) FROM bot.input AS i WHERE i.identity_id = l.identity_id AND state = 'waiting')`)).toEqual([]);
  expect(await query('SELECT i.identity_id FROM bot.input AS i LEFT JOIN bot.lane AS l USING (identity_id) WHERE l.identity_id IS NULL')).toEqual([]);
};

/** The identities of these people, as the table of ends writes them. */
const endOf = async (who: Someone): Promise<readonly string[]> => {
  const hashes = await Promise.all([hash('bsuid', who.bsuid), hash('bsuid', who.otherBsuid), hash('bsuid', `${who.bsuid}z`), hash('phone', who.phone), hash('phone', who.otherPhone)]);
  const rows = await query<Row>(
    `WITH held AS (SELECT identity_id FROM bot.identity WHERE bsuid_hash = ANY($1::bytea[]) OR phone_hash = ANY($1::bytea[]))
     SELECT ${COLUMNS} FROM bot.identity WHERE identity_id IN (SELECT identity_id FROM held) OR merged_into IN (SELECT identity_id FROM held)`,
    [hashes],
  );
  return rows
    .map((row) => `${row.has_bsuid ? 'B' : '-'} ${row.has_phone ? 'P' : '-'} ${row.standing}${row.standing === 'open' && row.money_stopped ? ' stopped' : ''}`)
    .sort();
};
