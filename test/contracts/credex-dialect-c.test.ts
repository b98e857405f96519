// The embedded ledger over real HTTP, as a bot that is not ours meets it (credex contract, 1.1-1.4 and 6).
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../src/base/fault.ts';
import { KEYED, postTo, useServedLedger } from './credex-served.ts';

describe('the ledger over HTTP', () => {
  const { getWorld, getUrl, start, post, logIn, readBoard } = useServedLedger();

  test('is healthy', async () => {
    const response = await fetch(`${getUrl()}/health`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'healthy' }]);
  });

  test('logs in with the envelope and the dashboard of the contract’s example', async () => {
    const { status, json } = await post('/login', { phone: '+263 77 000-0001' }, KEYED);
    expect(status).toBe(200);
    expect(json.data.action).toMatchObject({
      type: 'MEMBER_LOGIN',
      timestamp: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
      details: { phone: '263770000001', memberID: json.data.action.id, token: expect.stringMatching(/^ey/) },
      actor: json.data.action.id,
    });
    const { member, accounts } = json.data.dashboard;
    expect(member).toMatchObject({
      memberTier: 1,
      remainingAvailableUSD: 6.5,
      memberHandle: '263770000001',
      defaultDenom: 'USD',
    });
    expect(accounts).toHaveLength(1);
    expect(accounts[0]).toMatchObject({
      accountType: 'PERSONAL',
      isOwnedAccount: true,
      sendOffersTo: { memberID: member.memberID, firstname: 'Tariro', lastname: 'Moyo' },
      balanceData: {
        securedNetBalancesByDenom: ['12.00 USD'],
        unsecuredBalancesInDefaultDenom: {
          totalPayables: '0.00 USD',
          totalReceivables: '0.00 USD',
          netPayRec: '0.00 USD',
        },
        netCredexAssetsInDefaultDenom: '15.50 USD',
      },
      pendingInData: [
        { formattedInitialAmount: '4.00 USD', counterpartyAccountName: 'Farai Dube Personal', secured: true },
      ],
      pendingOutData: [{ formattedInitialAmount: '-3.50 USD', counterpartyAccountName: 'Corner Shop', secured: true }],
    });
  });

  test('amounts of a thousand and more have no separators, and a tier without limit has null', async () => {
    const { json } = await post('/login', { phone: '263770000012' }, KEYED);
    expect(json.data.dashboard.member.remainingAvailableUSD).toBeNull();
    expect(JSON.stringify(json.data.dashboard)).not.toMatch(/\d,\d{3}/);
    expect(JSON.stringify(json.data.dashboard)).toContain('-1385.50 USD');
  });

  test.each([
    ['/login', {}, 400, 'ERROR_VALIDATION', { code: 'MISSING_PHONE', field: 'phone' }],
    ['/login', { phone: 'abc' }, 400, 'ERROR_VALIDATION', { code: 'INVALID_PHONE', field: 'phone' }],
    ['/login', { phone: { $ne: 1 } }, 400, 'ERROR_VALIDATION', { code: 'INVALID_PHONE', field: 'phone' }],
    ['/login', { phone: '263770007777' }, 404, 'ERROR_NOT_FOUND', { code: 'NOT_FOUND' }],
    [
      '/onboardMember',
      { firstname: 'A', lastname: 'B', phone: '263770007700' },
      400,
      'ERROR_VALIDATION',
      { code: 'MISSING_PARAMS', field: 'defaultDenom' },
    ],
    [
      '/onboardMember',
      { firstname: 'A', lastname: 'B', phone: '263770007700', defaultDenom: 'EUR' },
      400,
      'ERROR_VALIDATION',
      { code: 'INVALID_DENOMINATION' },
    ],
    [
      '/onboardMember',
      { firstname: 'A1', lastname: 'B', phone: '263770007700', defaultDenom: 'USD' },
      400,
      'ERROR_VALIDATION',
      { code: 'VALIDATION_ERROR', field: 'firstname' },
    ],
    [
      '/onboardMember',
      { firstname: 'A', lastname: 'B', phone: '263770000001', defaultDenom: 'USD' },
      409,
      'ERROR_VALIDATION',
      { code: 'DUPLICATE_HANDLE' },
    ],
  ])('%s %j is refused with %i and the code of the contract', async (...[path, body, status, type, details]) => {
    const answer = await post(path, body, KEYED);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({
      message: expect.any(String),
      data: { action: { id: null, type, actor: 'system', details }, dashboard: {} },
    });
    expect(answer.json.data.dashboard).toEqual({});
  });

  test('registers with 201, one wish once, and refuses the key for another wish', async () => {
    const body = { firstname: 'Ngũgĩ', lastname: 'Marufu', phone: '263770007701', defaultDenom: 'usd' };
    const keyed = { ...KEYED, 'idempotency-key': 'one wish' };
    expect((await post('/onboardMember', body, keyed)).status).toBe(400);
    const headers = { ...KEYED, 'idempotency-key': 'one-wish' };
    const [first, again] = [await post('/onboardMember', body, headers), await post('/onboardMember', body, headers)];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(first.json.data.action).toMatchObject({
      type: 'MEMBER_ONBOARDED',
      details: { memberHandle: '263770007701', defaultDenom: 'USD' },
    });
    expect(first.json.data.action.details.defaultAccountID).toBe(first.json.data.dashboard.accounts[0].accountID);
    expect(again.json.data.action.id).toBe(first.json.data.action.id);
    const other = await post('/onboardMember', { ...body, firstname: 'Other' }, headers);
    expect([other.status, other.json.data.action.details.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect((await post('/onboardMember', body, KEYED)).status).toBe(409);
    expect((await readBoard(first.json.data.action.details.token, '263770007701')).status).toBe(200);
  });

  test.each([{}, { 'x-client-api-key': 'wrong' }, { 'x-client-api-key': '' }])(
    'refuses keyed routes with %j, and says no more',
    async (headers) => {
      for (const path of ['/login', '/onboardMember']) {
        const { status, json } = await post(path, { phone: '263770000001' }, headers);
        expect([status, json]).toEqual([401, { message: 'Unauthorized client' }]);
      }
    },
  );

  test('a server without a client key lets nobody in', async () => {
    const keyless = await start({ clientKeys: [] });
    const { status, json } = await postTo(`${keyless.url}/login`, { phone: '263770000001' }, KEYED);
    expect([status, json]).toEqual([500, { message: 'Server configuration error' }]);
    await keyless.close();
  });

  test('a member reads their own dashboard, and another’s is as unknown as nobody’s', async () => {
    const token = await logIn();
    expect((await readBoard(token)).json.data.action.type).toBe('DASHBOARD_RETRIEVED');
    const [other, nobody] = [await readBoard(token, '263770000002'), await readBoard(token, '263770007778')];
    const strip = ({ status, json }: typeof other) => [status, { ...json.data.action, timestamp: undefined }];
    expect(strip(other)).toEqual(strip(nobody));
    expect(other.status).toBe(404);
  });

  test.each([
    ['no token', {}],
    ['two tokens', { authorization: 'Bearer a.b.c, Bearer d.e.f' }],
    ['another scheme', { authorization: 'Basic abc' }],
  ])('a member’s route with %s asks for authentication', async (_what, headers) => {
    expect(await post('/getMemberDashboardByPhone', { phone: '263770000001' }, headers)).toMatchObject({
      status: 401,
      json: { message: 'Authentication required' },
    });
  });

  test.each([
    ['an unknown path', '/createNothing', '{}', {}, 404],
    ['JSON that is none', '/login', '{"phone":', {}, 400],
    ['an empty body', '/login', '', {}, 400],
    ['a body over 64 KiB', '/login', JSON.stringify({ phone: '1'.repeat(70_000) }), {}, 413],
    ['another content type', '/login', 'phone=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['an encoding', '/login', '{}', { 'content-encoding': 'gzip' }, 415],
    ['a poisoned prototype', '/login', '{"__proto__":{"phone":"263770000001"}}', {}, 400],
  ])('%s is answered in the envelope and echoes nothing', async (...[, path, body, headers, status]) => {
    const answer = await post(path, body, { ...KEYED, ...headers });
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({
      status: 'error',
      statusCode: status,
      data: { action: { id: null, actor: 'system' }, dashboard: {} },
    });
    expect(JSON.stringify(answer.json)).not.toMatch(/FST_|Error:|Unexpected| at |node_modules|__proto__|1111/);
  });

  test('a known path with another method is 405 and names the right one', async () => {
    const response = await fetch(`${getUrl()}/login`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('a stranger who sends half a request holds nobody up', async () => {
    const socket = request(`${getUrl()}/login`, {
      method: 'POST',
      headers: { 'content-length': '100', 'content-type': 'application/json' },
    });
    socket.on('error', () => undefined);
    socket.write('{"phone"');
    expect((await post('/login', { phone: '263770000001' }, KEYED)).status).toBe(200);
    socket.destroy();
  });

  test.each([
    [503, new Fault('base.database_away', { retry: 'later', detail: 'secret detail' })],
    [500, new Fault('ledger.not_initialised', { retry: 'never', detail: 'secret detail' })],
    [500, new Error('secret detail')],
  ])('what fails inside is %i, is told to the operator, and tells the stranger nothing', async (status, error) => {
    const told: unknown[] = [];
    const ledger = { ...getWorld().ledger, logIn: () => Promise.reject(error) };
    const failing = await start({ ledger, noteFailure: (thrown) => void told.push(thrown) });
    const answer = await postTo(`${failing.url}/login`, { phone: '263770000001' }, KEYED);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.json)).not.toContain('secret detail');
    expect(told).toEqual([error]);
    await failing.close();
  });
});
