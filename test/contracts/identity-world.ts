import { expect } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { newToken } from '../../src/base/id.ts';
import { blindIndex } from '../../src/security/keyring.ts';
import { IDENTITY_INDEX_KEY } from '../../src/security/wamid.ts';
import { openTestDoor, type TestDoor } from '../support/doors.ts';
import { openTestStores } from '../support/stores.ts';
import { messagesBody, type Person } from '../support/webhooks.ts';

const AT_MS = systemClock.now();

export type IdentityRow = {
  identity_id: string;
  standing: string;
  money_stopped: boolean;
  has_bsuid: boolean;
  has_phone: boolean;
  merged_into: string | null;
};
export const COLUMNS =
  'identity_id, standing, money_stopped, bsuid_hash IS NOT NULL AS has_bsuid, phone_hash IS NOT NULL AS has_phone, merged_into';

export type IdentityWorld = Awaited<ReturnType<typeof openIdentityWorld>>;
export type Someone = ReturnType<IdentityWorld['someone']>;

/** Two doors, as of two processes, on one database, and what became of the people who spoke. */
export const openIdentityWorld = async () => {
  const stores = await openTestStores();
  const doors: readonly [TestDoor, TestDoor] = await Promise.all([openTestDoor(stores), openTestDoor(stores)]);
  let people = 0;

  const query = <Row extends object>(text: string, values?: readonly unknown[]) =>
    doors[0].ground.database.query<Row>(text, values);

  /** Somebody nobody has met yet. */
  const someone = () => {
    people += 1;
    const digits = String(people).padStart(4, '0');
    return {
      phone: `26377000${digits}`,
      otherPhone: `44770090${String(people).padStart(4, '0').slice(-4)}`,
      bsuid: `ZW.${newToken(9).replaceAll(/\W|_/g, 'x')}`,
      otherBsuid: `ZW.${newToken(9).replaceAll(/\W|_/g, 'y')}`,
    };
  };

  const say = async (door: TestDoor, from: Person, wamid = `wamid.${newToken(12)}`): Promise<string> => {
    const answer = await door.post(messagesBody({ wamid, atMs: AT_MS, from }));
    expect(answer).toMatchObject({ status: 200, body: 'ok' });
    return wamid;
  };

  const hash = async (kind: 'phone' | 'bsuid', value: string | undefined): Promise<Buffer | null> =>
    value === undefined ? null : blindIndex(await doors[0].ground.keyStore.getKey(IDENTITY_INDEX_KEY), kind, value);

  const holderOf = async (kind: 'phone' | 'bsuid', value: string): Promise<IdentityRow | undefined> => {
    const rows = await query<IdentityRow>(`SELECT ${COLUMNS} FROM bot.identity WHERE ${kind}_hash = $1`, [
      await hash(kind, value),
    ]);
    expect(rows.length).toBeLessThanOrEqual(1);
    return rows[0];
  };
  const readIdentity = async (identityId: string | undefined): Promise<IdentityRow | undefined> =>
    (await query<IdentityRow>(`SELECT ${COLUMNS} FROM bot.identity WHERE identity_id = $1`, [identityId]))[0];
  /** The inputs of a lane in the order in which they were kept. */
  const inputsOf = (identityId: string | undefined) =>
    query<{ may_move_money: boolean }>(
      'SELECT may_move_money FROM bot.input WHERE identity_id = $1 ORDER BY input_id',
      [identityId],
    );
  const auditOf = async (identityId: string | undefined) =>
    (
      await query<{ event: string }>('SELECT event FROM bot.audit_entry WHERE subject = $1 ORDER BY entry_id', [
        identityId,
      ])
    ).map(({ event }) => event);
  const noted = (event: string) => doors.flatMap(({ events }) => events).filter((one) => one.event === event).length;

  return {
    doors,
    query,
    someone,
    say,
    hash,
    holderOf,
    readIdentity,
    inputsOf,
    auditOf,
    noted,
    forgetEvents: () => {
      for (const { events } of doors) events.length = 0;
    },
    close: async () => {
      await Promise.all(doors.map((door) => door.close()));
      await stores.release();
    },
  };
};
