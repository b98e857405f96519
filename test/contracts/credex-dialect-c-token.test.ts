// S66: the tokens of the embedded ledger over real HTTP (credex contract, 2).
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { claimsOf, NEW_SECRET, OLD_SECRET, postTo, useServedLedger } from './credex-served.ts';

describe('tokens of the ledger over HTTP', () => {
  const { getWorld, start, logIn, readBoard } = useServedLedger();

  test('S66: tokens pin issuer, audience, type and id, slide for five minutes and end after six hours', async () => {
    let token = await logIn();
    const { iss, aud, jti, lastActivity, absoluteExpiry, exp } = claimsOf(token);
    expect([iss, aud, jti]).toEqual([expect.any(String), expect.any(String), expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect([exp - lastActivity, absoluteExpiry - lastActivity]).toEqual([300, 21_600]);
    for (let minutes = 4; minutes < 360; minutes += 4) {
      getWorld().clock.advance(4 * 60_000);
      const { status, headers } = await readBoard(token);
      expect(status).toBe(200);
      token = (headers.get('authorization') ?? '').replace('Bearer ', '');
      expect(claimsOf(token)).toMatchObject({ jti, absoluteExpiry });
    }
    getWorld().clock.advance(4 * 60_000);
    expect(await readBoard(token)).toMatchObject({ status: 401, json: { message: 'Token expired' } });
  });

  test('an idle token is dead after five minutes, and no other is hurt by it', async () => {
    const token = await logIn();
    getWorld().clock.advance(299_000);
    const fresh = await logIn();
    expect((await readBoard(token)).status).toBe(200);
    getWorld().clock.advance(2_000);
    expect(await readBoard(token)).toMatchObject({ status: 401, json: { message: 'Token expired' } });
    expect((await readBoard(fresh)).status).toBe(200);
  });

  test('revoking a session ends all its tokens', async () => {
    const token = await logIn();
    const renewed = ((await readBoard(token)).headers.get('authorization') ?? '').replace('Bearer ', '');
    const { jti, memberID, iat, absoluteExpiry } = claimsOf(token);
    const session = { sessionId: jti, memberId: memberID, issuedAtMs: iat * 1_000, endsAtMs: absoluteExpiry * 1_000 };
    await getWorld().ledger.revokeSession(session);
    for (const each of [token, renewed])
      expect(await readBoard(each)).toMatchObject({ status: 401, json: { message: 'Invalid token' } });
    expect((await readBoard(await logIn())).status).toBe(200);
  });

  const forge = async (
    claims: Readonly<Record<string, unknown>>,
    { secret = NEW_SECRET, alg = 'HS256', typ = 'JWT' } = {},
  ) =>
    new SignJWT({ ...claimsOf(await logIn()), ...claims })
      .setProtectedHeader({ alg, typ })
      .sign(new TextEncoder().encode(secret));

  test.each<[string, () => Promise<string>]>([
    ['another secret', () => forge({}, { secret: 'some other secret that is long enough to be one' })],
    ['another algorithm', () => forge({}, { alg: 'HS512' })],
    ['another type', () => forge({}, { typ: 'at+jwt' })],
    ['another issuer', () => forge({ iss: 'somebody' })],
    ['another audience', () => forge({ aud: 'somebody' })],
    ['no end', () => forge({ exp: undefined })],
    ['no id', () => forge({ jti: undefined })],
    ['a member who does not exist', () => forge({ memberID: '5b0f7a52-6a0e-4c1f-9d0e-0a1b2c3d4e5f' })],
    ['a member id that is SQL', () => forge({ memberID: "' OR 1=1" })],
    ['no signature', async () => `${(await logIn()).split('.').slice(0, 2).join('.')}.`],
    [
      'an algorithm of none',
      async () =>
        `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${(await logIn()).split('.')[1] ?? ''}.`,
    ],
  ])('S66: a token with %s is refused', async (_what, make) => {
    const { status, json } = await readBoard(await make());
    expect([status, Object.keys(json)]).toEqual([401, ['message']]);
  });

  test('S66: a token signed with the secret before this one is still taken, and renewed with the new', async () => {
    const { status, headers } = await readBoard(await forge({}, { secret: OLD_SECRET }));
    expect(status).toBe(200);
    const onlyNew = await start({ jwtSecrets: [NEW_SECRET] });
    const renewed = headers.get('authorization') ?? '';
    expect(
      (await postTo(`${onlyNew.url}/getMemberDashboardByPhone`, { phone: '263770000001' }, { authorization: renewed }))
        .status,
    ).toBe(200);
    await onlyNew.close();
  });
});
