import { afterAll, beforeAll, expect } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { startLedgerServer, type LedgerServer } from '../../src/ledger/http/server.ts';
import { createSecret } from '../../src/security/secret.ts';
import { usesRealStores } from '../support/stores.ts';
import { CLIENT_KEY, useLedgerWorld } from './credex-fixture.ts';

export const NEW_SECRET = 'a new jwt secret of the tests, long enough';
export const OLD_SECRET = 'an old jwt secret of the tests, long enough';
export const KEYED = { 'x-client-api-key': CLIENT_KEY.reveal() };

type StartOptions = {
  readonly jwtSecrets?: readonly string[];
  readonly clientKeys?: readonly (typeof CLIENT_KEY)[];
  readonly ledger?: Ledger;
  readonly noteFailure?: (error: unknown) => void;
};
type Headers = Readonly<Record<string, string>>;

export const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

export const postTo = async (url: string, body: unknown, headers: Headers = {}) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: response.status, json: await response.json(), headers: response.headers };
};

/** A seeded ledger served over real HTTP for the tests of the group this is called in. */
export const useServedLedger = () => {
  const getWorld = useLedgerWorld();
  const failures: unknown[] = [];
  let server: LedgerServer | undefined;

  const start = ({ jwtSecrets = [NEW_SECRET, OLD_SECRET], ...options }: StartOptions = {}): Promise<LedgerServer> =>
    startLedgerServer({
      ledger: getWorld().ledger,
      clock: getWorld().clock,
      clientKeys: [CLIENT_KEY],
      host: '127.0.0.1',
      port: 0,
      noteFailure: (error) => void failures.push(error),
      ...options,
      jwtSecrets: jwtSecrets.map(createSecret),
    });
  beforeAll(async () => {
    if (usesRealStores) server = await start();
  });
  afterAll(async () => {
    await server?.close();
    expect(failures).toEqual([]);
  });

  const getUrl = (): string => server?.url ?? '';
  const post = (path: string, body: unknown, headers: Headers = {}) => postTo(`${getUrl()}${path}`, body, headers);
  return {
    getWorld,
    getUrl,
    start,
    post,
    logIn: async (phone = '263770000001'): Promise<string> =>
      (await post('/login', { phone }, KEYED)).json.data.action.details.token,
    readBoard: (token: string, phone = '263770000001') =>
      post('/getMemberDashboardByPhone', { phone }, { authorization: `Bearer ${token}` }),
  };
};
