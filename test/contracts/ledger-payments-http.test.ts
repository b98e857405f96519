// Offers and their answers in dialect C, as a bot that is not ours sends them (credex contract, 1.4 and 6).
import { describe, expect, test } from 'vitest';
import { newUuid } from '../../src/base/id.ts';
import { checkLedger } from '../../src/ledger/check-store.ts';
import { KEYED, useServedLedger } from './credex-served.ts';

const THANDI = '263770000008';
const SIMBA = '263770000009';

describe('payments over HTTP', () => {
  const { getWorld, post, logIn } = useServedLedger();

  const enter = async (phone: string) => {
    const { json } = await post('/login', { phone }, KEYED);
    const { details } = json.data.action;
    return { token: details.token as string, accountId: json.data.dashboard.accounts[0].accountID as string };
  };
  const wish = (issuer: string, receiver: string, change: Readonly<Record<string, unknown>> = {}) => ({
    issuerAccountID: issuer,
    receiverAccountID: receiver,
    Denomination: 'USD',
    InitialAmount: '3.5',
    credexType: 'PURCHASE',
    OFFERSorREQUESTS: 'OFFERS',
    securedCredex: true,
    ...change,
  });
  const bearer = (token: string, key?: string) => ({
    authorization: `Bearer ${token}`,
    ...(key !== undefined && { 'idempotency-key': key }),
  });
  const offer = async (change = {}, key?: string) => {
    const [from, to] = [await enter(THANDI), await enter(SIMBA)];
    return {
      from,
      to,
      ...(await post('/createCredex', wish(from.accountId, to.accountId, change), bearer(from.token, key))),
    };
  };

  test('an offer says what the contract says, and shows the issuer what is left', async () => {
    const { status, json, to, headers } = await offer();
    expect(status).toBe(200);
    expect(headers.get('authorization')).toMatch(/^Bearer ey/);
    expect(json.data.action).toMatchObject({
      type: 'CREDEX_CREATED',
      details: {
        amount: '3.50',
        denomination: 'USD',
        securedCredex: true,
        receiverAccountID: to.accountId,
        receiverAccountName: 'Simba Choto Personal',
      },
    });
    expect(json.data.dashboard.accounts[0].pendingOutData).toContainEqual(
      expect.objectContaining({ credexID: json.data.action.id, formattedInitialAmount: '-3.50 USD' }),
    );
  });

  test('acceptance says who accepted; a second one is ACCEPT_FAILED about that credex and moves nothing', async () => {
    const { json, to } = await offer();
    const credexID = json.data.action.id as string;
    const first = await post('/acceptCredex', { credexID }, bearer(to.token));
    expect(first.json.data.action).toMatchObject({
      id: credexID,
      type: 'CREDEX_ACCEPTED',
      details: { amount: '3.50', denomination: 'USD', securedCredex: true, acceptorAccountID: to.accountId },
    });
    const second = await post('/acceptCredex', { credexID }, bearer(to.token));
    expect([second.status, second.json.data]).toMatchObject([
      400,
      { action: { id: credexID, type: 'ERROR_INTERNAL', details: { code: 'ACCEPT_FAILED' } }, dashboard: {} },
    ]);
    expect(await checkLedger(getWorld().database)).toEqual([]);
  });

  test.each([
    ['/declineCredex', { type: 'CREDEX_DECLINED', reason: 'Declined by receiver' }, 'to'],
    ['/cancelCredex', { type: 'CREDEX_CANCELLED', reason: 'Cancelled by issuer' }, 'from'],
  ] as const)('%s ends the offer once; then it is not found', async (path, { type, reason }, side) => {
    const made = await offer();
    const credexID = made.json.data.action.id as string;
    const { token } = made[side];
    const first = await post(path, { credexID }, bearer(token));
    expect([first.status, first.json.data.action]).toMatchObject([
      200,
      { id: credexID, type, details: { amount: '0', receiverAccountID: made.to.accountId, reason } },
    ]);
    const second = await post(path, { credexID }, bearer(token));
    expect([second.status, second.json.data.action]).toMatchObject([
      404,
      { id: credexID, type: 'ERROR_NOT_FOUND', details: { code: 'NOT_FOUND' } },
    ]);
  });

  test('a repeat with the key hears of the same credex; the key with other data is refused', async () => {
    const key = newUuid();
    const first = await offer({}, key);
    const again = await offer({}, key);
    expect(again.json.data.action.id).toBe(first.json.data.action.id);
    const other = await offer({ InitialAmount: '3.51' }, key);
    expect([other.status, other.json.data.action.details.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    const wrong = await offer({}, 'x'.repeat(300));
    expect([wrong.status, wrong.json.data.action.details.field]).toEqual([400, 'Idempotency-Key']);
  });

  test.each([
    [{ InitialAmount: 'NaN' }, 400, { code: 'VALIDATION_ERROR', field: 'InitialAmount' }],
    [{ InitialAmount: '-1' }, 400, { code: 'VALIDATION_ERROR', field: 'InitialAmount' }],
    [{ InitialAmount: '0' }, 400, { code: 'VALIDATION_ERROR', field: 'InitialAmount' }],
    [{ InitialAmount: '1e3' }, 400, { code: 'VALIDATION_ERROR', field: 'InitialAmount' }],
    [{ InitialAmount: '0.001' }, 400, { code: 'VALIDATION_ERROR', field: 'InitialAmount' }],
    [{ InitialAmount: '1234567890123' }, 400, { code: 'VALIDATION_ERROR', field: 'InitialAmount' }],
    [{ InitialAmount: 3.5 }, 400, { code: 'VALIDATION_ERROR', field: 'InitialAmount' }],
    [{ InitialAmount: undefined }, 400, { code: 'MISSING_PARAMS', field: 'InitialAmount' }],
    [{ Denomination: 'EUR' }, 400, { code: 'INVALID_DENOMINATION', field: 'Denomination' }],
    [{ dueDate: '2030-01-01' }, 400, { code: 'INVALID_DUE_DATE', field: 'dueDate' }],
    [{ securedCredex: false }, 400, { code: 'CREDEX_CREATE_FAILED', field: 'securedCredex' }],
    [{ OFFERSorREQUESTS: 'REQUESTS' }, 400, { code: 'VALIDATION_ERROR', field: 'OFFERSorREQUESTS' }],
    [{ receiverAccountID: newUuid() }, 403, { code: 'FORBIDDEN' }],
    [{ issuerAccountID: newUuid() }, 403, { code: 'FORBIDDEN' }],
    [{ InitialAmount: '999999999999' }, 403, { code: 'INSUFFICIENT_SECURED_BALANCE', field: 'InitialAmount' }],
  ])('S101: %j is refused with %i %j', async (change, status, details) => {
    const answer = await offer(change);
    expect([answer.status, answer.json.data.action.details]).toMatchObject([status, details]);
    expect(answer.json.data.dashboard).toEqual({});
  });

  test.each([
    ['corner_shop', 200, 'ACCOUNT_FOUND', { accountName: 'Corner Shop', accountHandle: 'corner_shop' }],
    ['nobody_here', 404, 'ERROR_NOT_FOUND', { code: 'ACCOUNT_NOT_FOUND' }],
    ['no handle', 400, 'ERROR_VALIDATION', { code: 'INVALID_HANDLE', field: 'accountHandle' }],
    [undefined, 400, 'ERROR_VALIDATION', { code: 'MISSING_PARAMS', field: 'accountHandle' }],
  ])('an account is looked up by its handle: %j is answered %i %s', async (...row) => {
    const [accountHandle, status, type, details] = row;
    const token = await logIn(THANDI);
    const answer = await post('/getAccountByHandle', { accountHandle }, bearer(token));
    expect([answer.status, answer.json.data]).toMatchObject([status, { action: { type, details }, dashboard: {} }]);
  });

  test('a ledger is read newest first, page by page, by those who may act for the account', async () => {
    for (const InitialAmount of ['0.01', '0.02', '0.03']) {
      const { json, to } = await offer({ InitialAmount });
      await post('/acceptCredex', { credexID: json.data.action.id }, bearer(to.token));
    }
    await offer({ InitialAmount: '0.04' });
    const { token, accountId } = await enter(THANDI);
    const read = (body: object) => post('/getLedger', { accountID: accountId, ...body }, bearer(token));
    const first = await read({ numRows: 2 });
    expect(first.json.data.action.details.ledger).toMatchObject([
      {
        type: 'OWES',
        amount: '-0.03',
        denomination: 'USD',
        formattedAmount: '-0.03 USD',
        description: 'Payment to Simba Choto Personal',
      },
      { amount: '-0.02', counterpartyAccountName: 'Simba Choto Personal' },
    ]);
    expect(first.json.data.dashboard).toMatchObject({
      member: { firstname: 'Thandi' },
      pagination: { startRow: 0, numRows: 2, hasMore: true },
    });
    const all = await read({ numRows: 100 });
    const rows = all.json.data.action.details.ledger;
    expect(all.json.data.dashboard.pagination.hasMore).toBe(false);
    const paged = [];
    for (let startRow = 0; startRow < rows.length; startRow += 2)
      paged.push(...(await read({ numRows: 2, startRow })).json.data.action.details.ledger);
    expect(paged).toEqual(rows);
    const stranger = await enter('263770000006');
    const refused = await post('/getLedger', { accountID: accountId }, bearer(stranger.token));
    expect([refused.status, refused.json.data.action.details.code]).toEqual([403, 'UNAUTHORIZED_ACCESS']);
  });

  test.each([
    [{ accountID: 'x' }, 'INVALID_ACCOUNT_ID'],
    [{ numRows: 0 }, 'INVALID_NUM_ROWS'],
    [{ numRows: 101 }, 'INVALID_NUM_ROWS'],
    [{ numRows: 1.5 }, 'INVALID_NUM_ROWS'],
    [{ startRow: -1 }, 'INVALID_START_ROW'],
  ])('a page of %j is refused with %s', async (change, code) => {
    const { token, accountId } = await enter(THANDI);
    const { status, json } = await post('/getLedger', { accountID: accountId, ...change }, bearer(token));
    expect([status, json.data.action.details.code]).toEqual([400, code]);
  });

  test('an account cannot pay itself, and tier 1 stops at its daily limit', async () => {
    const { token, accountId } = await enter(THANDI);
    const self = await post('/createCredex', wish(accountId, accountId), bearer(token));
    expect([self.status, self.json.data.action.details]).toMatchObject([
      400,
      { code: 'INVALID_ACCOUNTS', field: 'receiverAccountID' },
    ]);
    const nyasha = await enter('263770000006');
    const over = await post(
      '/createCredex',
      wish(nyasha.accountId, accountId, { InitialAmount: '10.01' }),
      bearer(nyasha.token),
    );
    expect([over.status, over.json.data.action]).toMatchObject([
      403,
      { type: 'ERROR_UNAUTHORIZED', details: { code: 'TIER_LIMIT_EXCEEDED', field: 'securedCredex' } },
    ]);
  });

  test.each(['/createCredex', '/acceptCredex', '/declineCredex', '/cancelCredex'])(
    'S53: %s does nothing without a token, with the client key alone, or with what is no id',
    async (path) => {
      for (const headers of [{}, KEYED, { authorization: 'Bearer x.y.z' }])
        expect((await post(path, { credexID: newUuid() }, headers)).status).toBe(401);
      const token = await logIn(THANDI);
      const { status, json } = await post(path, {}, bearer(token));
      expect([status, json.data.action.type]).toEqual([400, 'ERROR_VALIDATION']);
      if (path === '/createCredex') return;
      expect(json.data.action.details).toMatchObject({ code: 'VALIDATION_ERROR', field: 'credexID' });
      const odd = await post(path, { credexID: "x' OR true" }, bearer(token));
      expect(odd.status).toBe(path === '/acceptCredex' ? 400 : 404);
    },
  );
});
