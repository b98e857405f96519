// The table "Who is speaking", a test a row, through real HTTP doors on one database.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openIdentityWorld, type IdentityWorld } from './identity-world.ts';

let world: IdentityWorld;
beforeAll(async () => {
  world = await openIdentityWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.forgetEvents());

const OPEN = { standing: 'open', money_stopped: false, merged_into: null };

describe('who is speaking', () => {
  test('a known BSUID: that one, with or without its number', async () => {
    const { phone, bsuid } = world.someone();
    await world.say(world.doors[0], { phone, bsuid });
    await world.say(world.doors[1], { bsuid });
    await world.say(world.doors[0], { phone, bsuid });
    const identity = await world.holderOf('bsuid', bsuid);
    expect(identity).toMatchObject({ ...OPEN, has_bsuid: true, has_phone: true });
    expect(await world.inputsOf(identity?.identity_id)).toEqual([
      { may_move_money: true },
      { may_move_money: true },
      { may_move_money: true },
    ]);
    expect(await world.auditOf(identity?.identity_id)).toEqual([]);
  });

  test("an unknown BSUID with a number that has none yet: the number's identity, now bound", async () => {
    const { phone, bsuid } = world.someone();
    await world.say(world.doors[0], { phone });
    const before = await world.holderOf('phone', phone);
    await world.say(world.doors[1], { phone, bsuid });
    const after = await world.holderOf('bsuid', bsuid);
    expect(after).toMatchObject({ ...OPEN, identity_id: before?.identity_id, has_phone: true });
    expect(await world.inputsOf(after?.identity_id)).toHaveLength(2);
    expect(await world.auditOf(after?.identity_id)).toEqual(['identity.bound']);
    expect(world.noted('identity.bound')).toBe(1);
  });

  test('an unknown BSUID with a number bound to another: a new one that may not log in; the old one keeps its account, loses the number, is frozen (F18)', async () => {
    const { phone, bsuid, otherBsuid } = world.someone();
    await world.say(world.doors[0], { phone, bsuid });
    const old = await world.holderOf('bsuid', bsuid);
    await world.say(world.doors[1], { phone, bsuid: otherBsuid });
    const newcomer = await world.holderOf('phone', phone);
    expect(newcomer).toMatchObject({ standing: 'contested', money_stopped: true, has_bsuid: true });
    expect(newcomer?.identity_id).toBe((await world.holderOf('bsuid', otherBsuid))?.identity_id);
    expect(newcomer?.identity_id).not.toBe(old?.identity_id);
    expect(await world.readIdentity(old?.identity_id)).toMatchObject({
      standing: 'frozen',
      money_stopped: true,
      has_bsuid: true,
      has_phone: false,
    });
    expect(
      [await world.inputsOf(old?.identity_id), await world.inputsOf(newcomer?.identity_id)].map(
        (inputs) => inputs.length,
      ),
    ).toEqual([1, 1]);
    expect(await world.auditOf(newcomer?.identity_id)).toEqual(['identity.number_contested']);
    expect(world.noted('identity.number_contested')).toBe(1);
  });

  test('a BSUID alone, unknown: new, without a number', async () => {
    const { bsuid } = world.someone();
    await world.say(world.doors[0], { bsuid });
    expect(await world.holderOf('bsuid', bsuid)).toMatchObject({ ...OPEN, has_phone: false });
  });

  test('a known BSUID without a number, now with an unknown one: attached', async () => {
    const { phone, bsuid } = world.someone();
    await world.say(world.doors[0], { bsuid });
    const before = await world.holderOf('bsuid', bsuid);
    await world.say(world.doors[1], { phone, bsuid });
    expect(await world.holderOf('phone', phone)).toMatchObject({
      ...OPEN,
      identity_id: before?.identity_id,
      has_bsuid: true,
    });
    expect(await world.auditOf(before?.identity_id)).toEqual(['identity.number_attached']);
  });

  test('a known BSUID without a number, now with one whose identity has no BSUID: it moves there, the empty one is closed', async () => {
    const { phone, bsuid } = world.someone();
    await world.say(world.doors[0], { bsuid });
    await world.say(world.doors[1], { phone });
    const [empty, full] = [await world.holderOf('bsuid', bsuid), await world.holderOf('phone', phone)];
    await world.say(world.doors[0], { phone, bsuid });
    expect(await world.holderOf('bsuid', bsuid)).toMatchObject({
      ...OPEN,
      identity_id: full?.identity_id,
      has_phone: true,
    });
    expect(await world.readIdentity(empty?.identity_id)).toMatchObject({
      standing: 'closed',
      has_bsuid: false,
      has_phone: false,
      merged_into: full?.identity_id,
    });
    // What waited in the empty one's lane still waits there.
    expect(
      [await world.inputsOf(empty?.identity_id), await world.inputsOf(full?.identity_id)].map(
        (inputs) => inputs.length,
      ),
    ).toEqual([1, 2]);
    expect(await world.auditOf(full?.identity_id)).toEqual(['identity.bound']);
  });

  test('a known BSUID without a number, now with one bound to another BSUID: it holds the number and may not log in; the other is frozen', async () => {
    const { phone, bsuid, otherBsuid } = world.someone();
    await world.say(world.doors[0], { bsuid });
    await world.say(world.doors[1], { phone, bsuid: otherBsuid });
    const [speaker, holder] = [await world.holderOf('bsuid', bsuid), await world.holderOf('bsuid', otherBsuid)];
    await world.say(world.doors[0], { phone, bsuid });
    expect(await world.holderOf('phone', phone)).toMatchObject({
      identity_id: speaker?.identity_id,
      standing: 'contested',
      money_stopped: true,
    });
    expect(await world.readIdentity(holder?.identity_id)).toMatchObject({
      standing: 'frozen',
      money_stopped: true,
      has_phone: false,
    });
    expect(await world.auditOf(speaker?.identity_id)).toEqual(['identity.number_contested']);
  });

  test('a known BSUID with another number than the kept one: that identity, its number unchanged, its money stopped, told once', async () => {
    const { phone, otherPhone, bsuid } = world.someone();
    await world.say(world.doors[0], { phone, bsuid });
    await world.say(world.doors[1], { phone: otherPhone, bsuid });
    await world.say(world.doors[0], { phone: otherPhone, bsuid });
    const identity = await world.holderOf('bsuid', bsuid);
    expect(identity).toMatchObject({ standing: 'open', money_stopped: true });
    expect((await world.holderOf('phone', phone))?.identity_id).toBe(identity?.identity_id);
    expect(await world.holderOf('phone', otherPhone)).toBeUndefined();
    expect(await world.inputsOf(identity?.identity_id)).toEqual([
      { may_move_money: true },
      { may_move_money: false },
      { may_move_money: false },
    ]);
    expect(await world.auditOf(identity?.identity_id)).toEqual(['identity.number_differs']);
  });

  test("a number alone: the number's identity; no money if it has a BSUID", async () => {
    const { phone, bsuid } = world.someone();
    await world.say(world.doors[0], { phone });
    await world.say(world.doors[1], { phone, bsuid });
    await world.say(world.doors[0], { phone });
    const identity = await world.holderOf('phone', phone);
    expect(await world.inputsOf(identity?.identity_id)).toEqual([
      { may_move_money: true },
      { may_move_money: true },
      { may_move_money: false },
    ]);
  });
});
