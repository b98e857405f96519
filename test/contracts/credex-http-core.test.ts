// How the HTTP client speaks to a core: headers, tokens, one log-in. The core here is a fake that says what a test wants.
import { afterEach, describe, expect, test } from 'vitest';
import { createMovableClock } from '../../src/base/clock.ts';
import { createCallCore } from '../../src/credex/call-core.ts';
import { createSecret } from '../../src/security/secret.ts';
import {
  CLIENT_KEY,
  dashboardReply,
  envelope,
  logInReply,
  makeDashboard,
  makeToken,
  MEMBER_ID,
  openFakeCore,
  openHttpClient,
  OTHER_ID,
  say,
  toMember,
  type Behave,
  type FakeCore,
  type HttpClient,
} from './credex-fixture.ts';

const clock = createMovableClock();
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const open = async (behave: Behave): Promise<{ readonly core: FakeCore; readonly client: HttpClient }> => {
  const core = await openFakeCore(behave);
  const client = openHttpClient(core.url, clock);
  closing.push(
    () => client.close(),
    () => core.close(),
  );
  return { core, client };
};

const pathsOf = (core: FakeCore): readonly string[] => core.heard.map(({ path }) => path);

describe('tokens of a core over HTTP', () => {
  test('S2: log-in and registration carry the key and no token; every other call carries both', async () => {
    const { core, client } = await open(({ path }, response) => {
      if (path === '/login') return say(response)(200, logInReply(makeToken(clock)));
      if (path === '/onboardMember') return say(response)(404, envelope({ type: 'ERROR_NOT_FOUND' }));
      say(response)(200, dashboardReply());
    });
    const member = toMember('263770000001');
    await client.credex.logIn(member);
    await client.credex.readDashboard(member);
    const wish = { firstname: 'A', lastname: 'B', defaultDenomination: 'USD' as const, idempotencyKey: 'wish-1' };
    await expect(client.credex.register(member, wish)).rejects.toMatchObject({ code: 'credex.outcome_unknown' });
    const [logIn, read, register] = core.heard;
    expect(logIn?.headers).toMatchObject({ 'x-client-api-key': CLIENT_KEY.reveal() });
    expect(logIn?.headers.authorization).toBeUndefined();
    expect(read?.headers).toMatchObject({
      'x-client-api-key': CLIENT_KEY.reveal(),
      authorization: expect.stringMatching(/^Bearer ey/),
    });
    expect(register?.headers).toMatchObject({ 'x-client-api-key': CLIENT_KEY.reveal(), 'idempotency-key': 'wish-1' });
    expect(register?.headers.authorization).toBeUndefined();
  });

  test.each([
    ['client key', { clientKey: createSecret('') }, {}],
    ['token', { clientKey: CLIENT_KEY }, { token: '' }],
    ['idempotency key', { clientKey: CLIENT_KEY }, { idempotencyKey: 'a\r\nx-evil: 1' }],
  ])('S2: a bad %s is a bug before a socket opens', async (_what, keys, parts) => {
    const core = await openFakeCore((_heard, response) => say(response)(200, {}));
    const callCore = createCallCore({ baseUrl: core.url, ...keys });
    closing.push(
      () => callCore.close(),
      () => core.close(),
    );
    await expect(callCore.call({ path: '/login', body: {}, reads: true, ...parts })).rejects.toMatchObject({
      name: 'Bug',
    });
    expect(core.heard).toEqual([]);
  });

  test('S5: the renewed token of a 2xx is the one used next', async () => {
    const renewed = makeToken(clock, { jti: 'next' });
    const { core, client } = await open(({ path }, response) =>
      path === '/login'
        ? say(response)(200, logInReply(makeToken(clock)))
        : say(response)(200, dashboardReply(), { authorization: `Bearer ${renewed}` }),
    );
    const member = toMember('263770000001');
    await client.credex.logIn(member);
    await client.credex.readDashboard(member);
    await client.credex.readDashboard(member);
    expect(core.heard[2]?.headers.authorization).toBe(`Bearer ${renewed}`);
    expect(client.events.filter(({ name }) => name === 'credex.token_renewed')).toHaveLength(1);
  });

  test('S3: a renewed token of another member is not adopted, and is told', async () => {
    const foreign = makeToken(clock, { memberID: OTHER_ID });
    const { core, client } = await open(({ path }, response) =>
      path === '/login'
        ? say(response)(200, logInReply(makeToken(clock)))
        : say(response)(200, dashboardReply(), { authorization: `Bearer ${foreign}` }),
    );
    const member = toMember('263770000001');
    await client.credex.logIn(member);
    await client.credex.readDashboard(member);
    await client.credex.readDashboard(member);
    expect(core.heard.some(({ headers }) => headers.authorization === `Bearer ${foreign}`)).toBe(false);
    expect(client.events).toContainEqual({ name: 'credex.member_mismatch', reason: 'renewed_token' });
  });

  test('S4: a token is used at 4:44 and renewed by a log-in at 4:46', async () => {
    const { core, client } = await open(({ path }, response) =>
      path === '/login' ? say(response)(200, logInReply(makeToken(clock))) : say(response)(200, dashboardReply()),
    );
    const member = toMember('263770000001');
    // The token's times are whole seconds: it begins up to one second before it is issued.
    clock.advance(1_000 - (clock.now() % 1_000));
    await client.credex.logIn(member);
    clock.advance(284_000 - 500);
    await client.credex.readDashboard(member);
    clock.advance(2_000);
    await client.credex.readDashboard(member);
    expect(pathsOf(core)).toEqual(['/login', '/getMemberDashboardByPhone', '/login']);
  });

  test('S4: whatever activity a token claims, its absolute end holds', async () => {
    const { core, client } = await open(({ path }, response) =>
      path === '/login'
        ? say(response)(200, logInReply(makeToken(clock, { absoluteExpiry: Math.floor(clock.now() / 1000) + 60 })))
        : say(response)(200, dashboardReply()),
    );
    const member = toMember('263770000001');
    await client.credex.logIn(member);
    clock.advance(46_000);
    await client.credex.readDashboard(member);
    expect(pathsOf(core)).toEqual(['/login', '/login']);
  });

  test('S5: a gate 401 in the middle leads to exactly one log-in, which answers what was asked', async () => {
    let logIns = 0;
    const { core, client } = await open(({ path }, response) => {
      if (path !== '/login') return say(response)(401, { message: 'Token expired' });
      logIns += 1;
      say(response)(200, logInReply(makeToken(clock, { jti: String(logIns) })));
    });
    const member = toMember('263770000001');
    await client.credex.logIn(member);
    const result = await client.credex.readDashboard(member);
    expect(result.ok && result.value.member.memberId).toBe(MEMBER_ID);
    expect(pathsOf(core)).toEqual(['/login', '/getMemberDashboardByPhone', '/login']);
  });

  test('one log-in is in flight per member, however many ask; others do not wait for it', async () => {
    const waiting: (() => void)[] = [];
    const { core, client } = await open(({ body }, response) => {
      const answer = (): void => say(response)(200, logInReply(makeToken(clock)));
      if (body['phone'] === '263770000001') waiting.push(answer);
      else answer();
    });
    const member = toMember('263770000001');
    const asked = Promise.all(Array.from({ length: 20 }, () => client.credex.readDashboard(member)));
    expect((await client.credex.logIn(toMember('263770000002'))).ok).toBe(true);
    await expect.poll(() => waiting.length).toBe(1);
    for (const answer of waiting) answer();
    expect((await asked).every(({ ok }) => ok)).toBe(true);
    expect(core.heard.filter(({ body }) => body['phone'] === '263770000001')).toHaveLength(1);
  });

  test('S3: a dashboard of another member is nobody’s: the token is dropped and the event told', async () => {
    const { core, client } = await open(({ path }, response) =>
      path === '/login'
        ? say(response)(200, logInReply(makeToken(clock)))
        : say(response)(200, dashboardReply(OTHER_ID)),
    );
    const member = toMember('263770000001');
    await client.credex.logIn(member);
    await expect(client.credex.readDashboard(member)).rejects.toMatchObject({ code: 'credex.core_nonsense' });
    expect(client.events).toContainEqual({ name: 'credex.member_mismatch', reason: 'dashboard' });
    await client.credex.readDashboard(member);
    expect(pathsOf(core).at(-1)).toBe('/login');
  });

  test.each([
    ['no token at all', undefined],
    ['not three parts', 'abc.def'],
    ['an algorithm of none', makeToken(clock, {}, { alg: 'none' })],
    ['no JSON', 'e30.bm90IGpzb24.c2ln'],
    ['no member', makeToken(clock, { memberID: undefined })],
    ['times that are texts', makeToken(clock, { lastActivity: '12' })],
    ['more than 4 KiB', makeToken(clock, { pad: 'x'.repeat(4_096) })],
    ['another member than the log-in', makeToken(clock, { memberID: OTHER_ID })],
  ])('S15: a log-in whose token has %s fails, and nothing is kept', async (_what, token) => {
    const { core, client } = await open((_heard, response) => say(response)(200, logInReply(token as string)));
    const member = toMember('263770000001');
    await expect(client.credex.logIn(member)).rejects.toMatchObject({ code: 'credex.core_nonsense', retry: 'later' });
    await expect(client.credex.readDashboard(member)).rejects.toMatchObject({ code: 'credex.core_nonsense' });
    expect(pathsOf(core)).toEqual(['/login', '/login']);
  });

  test('a core without the dashboard path is asked by log-in instead', async () => {
    const { core, client } = await open(({ path }, response) =>
      path === '/login'
        ? say(response)(200, logInReply(makeToken(clock)))
        : say(response)(404, { status: 'error', statusCode: 404, message: 'Not Found' }),
    );
    const member = toMember('263770000001');
    await client.credex.logIn(member);
    expect((await client.credex.readDashboard(member)).ok).toBe(true);
    expect(pathsOf(core)).toEqual(['/login', '/getMemberDashboardByPhone', '/login']);
  });
});

describe('what a core may answer', () => {
  test('amounts with separators, without a code, and empty lists as {} are read exactly', async () => {
    const { client } = await open((_heard, response) => say(response)(200, logInReply(makeToken(clock))));
    const result = await client.credex.logIn(toMember('263770000001'));
    expect(result.ok && result.value.accounts[0]).toMatchObject({
      securedNet: [{ amountMinor: 123_450n, denomination: 'USD' }],
      unsecured: { payables: { amountMinor: 0n, denomination: 'USD' } },
      pendingIn: [],
      pendingOut: [],
    });
  });

  test.each([
    [
      'a number for a balance',
      { balanceData: { ...makeDashboard().accounts[0]!.balanceData, netCredexAssetsInDefaultDenom: 12 } },
    ],
    [
      'too many decimals',
      { balanceData: { ...makeDashboard().accounts[0]!.balanceData, netCredexAssetsInDefaultDenom: '1.005 USD' } },
    ],
    ['NaN', { balanceData: { ...makeDashboard().accounts[0]!.balanceData, netCredexAssetsInDefaultDenom: 'NaN USD' } }],
    [
      'an unknown denomination',
      { balanceData: { ...makeDashboard().accounts[0]!.balanceData, securedNetBalancesByDenom: ['1.00 EUR'] } },
    ],
    [
      'separators where none belong',
      { balanceData: { ...makeDashboard().accounts[0]!.balanceData, securedNetBalancesByDenom: ['12,34.00 USD'] } },
    ],
    ['a full object for a list', { pendingInData: { 0: {} } }],
    ['no lists', { pendingInData: undefined }],
    ['an account of an unknown kind', { accountType: 'GOD' }],
    ['an id that is none', { accountID: 'x' }],
  ])('a dashboard with %s is refused as a whole', async (_what, change) => {
    const dashboard = { ...makeDashboard(), accounts: [{ ...makeDashboard().accounts[0], ...change }] };
    const reply = envelope({
      type: 'MEMBER_LOGIN',
      details: { memberID: MEMBER_ID, token: makeToken(clock) },
      dashboard,
    });
    const { client } = await open((_heard, response) => say(response)(200, reply));
    await expect(client.credex.logIn(toMember('263770000001'))).rejects.toMatchObject({ code: 'credex.core_nonsense' });
  });

  test.each([
    [404, envelope({ type: 'ERROR_NOT_FOUND', details: { code: 'NOT_FOUND', reason: 'x' } }), 'credex.member_unknown'],
    [
      401,
      envelope({ type: 'ERROR_UNAUTHORIZED', details: { code: 'LOGIN_FAILED', reason: 'x' } }),
      'credex.log_in_refused',
    ],
    [
      400,
      envelope({ type: 'ERROR_VALIDATION', details: { code: 'INVALID_PHONE', reason: 'x', field: 'phone' } }),
      'credex.log_in_refused',
    ],
    [
      403,
      envelope({ type: 'ERROR_UNAUTHORIZED', details: { code: 'ACCOUNT_FROZEN', reason: 'x' } }),
      'credex.log_in_refused',
    ],
  ])('%i in the envelope of a log-in is a refusal', async (status, body, refusal) => {
    const { client } = await open((_heard, response) => say(response)(status, body));
    expect(await client.credex.logIn(toMember('263770000001'))).toEqual({ ok: false, refusal });
  });

  test.each([
    [409, { code: 'DUPLICATE_HANDLE', field: 'phone' }, 'credex.member_exists'],
    [409, { code: 'DUPLICATE_PHONE', field: 'phone' }, 'credex.member_exists'],
    [400, { code: 'VALIDATION_ERROR', field: 'lastname' }, 'credex.name_refused'],
    [400, { code: 'INVALID_DENOMINATION', field: 'defaultDenom' }, 'credex.registration_refused'],
    [422, { code: 'IDEMPOTENCY_KEY_REUSED' }, 'credex.registration_refused'],
  ])('%i %o is a refusal of the registration', async (status, details, refusal) => {
    const { client } = await open((_heard, response) =>
      say(response)(status, envelope({ type: 'ERROR_VALIDATION', details: { ...details, reason: 'x' } })),
    );
    const wish = { firstname: 'A', lastname: 'B', defaultDenomination: 'USD' as const, idempotencyKey: 'k' };
    expect(await client.credex.register(toMember('263770000001'), wish)).toEqual({ ok: false, refusal });
  });
});
