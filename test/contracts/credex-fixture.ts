import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMovableClock, type Clock, type MovableClock } from '../../src/base/clock.ts';
import { createDatabase, type Database } from '../../src/base/database.ts';
import { newIdentityId } from '../../src/base/id.ts';
import { readWaId } from '../../src/base/phone.ts';
import { createCallCore } from '../../src/credex/call-core.ts';
import type { Credex, MemberRef } from '../../src/credex/credex.ts';
import { createHttpCredex } from '../../src/credex/http-client.ts';
import { createMemoryTokenStore } from '../../src/credex/memory-token-store.ts';
import type { TokenStore } from '../../src/credex/tokens.ts';
import { createLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { seedDemo } from '../../src/ledger/seed.ts';
import { createKeyRing, type KeyRing } from '../../src/security/keyring.ts';
import { createSealKey, newKeyBytes } from '../../src/security/seal.ts';
import { createSecret } from '../../src/security/secret.ts';
import { afterAll, beforeAll, beforeEach, type TestContext } from 'vitest';
import { openTestStores, usesRealStores, type TestStores } from '../support/stores.ts';

export const CLIENT_KEY = createSecret('client-key-of-the-contract-tests');

export const toMember = (phone: string): MemberRef => {
  const read = readWaId(phone);
  if (!read) throw new Error('a test number has the form of a number');
  return { identityId: newIdentityId(), phone: read };
};

export type LedgerWorld = {
  readonly stores: TestStores;
  readonly database: Database;
  readonly ring: KeyRing;
  readonly clock: MovableClock;
  readonly ledger: Ledger;
  readonly close: () => Promise<void>;
};

/** A seeded ledger in a database of its own. */
const openLedgerWorld = async (): Promise<LedgerWorld> => {
  const stores = await openTestStores();
  const database = createDatabase({
    url: stores.databaseUrl,
    connectionsMax: 12,
    applicationName: 'test',
    timeoutMs: 10_000,
  });
  const ring = createKeyRing([createSealKey('test.k1', newKeyBytes())]);
  const clock = createMovableClock();
  const deps = { database, ring, clock };
  await seedDemo(deps);
  const close = async (): Promise<void> => {
    await database.close();
    await stores.release();
  };
  return { stores, database, ring, clock, ledger: createLedger(deps), close };
};

/** Opens a seeded ledger for the tests of the group this is called in; they say so where there is no PostgreSQL. */
export const useLedgerWorld = (): (() => LedgerWorld) => {
  let world: LedgerWorld | undefined;
  beforeAll(async () => {
    if (usesRealStores) world = await openLedgerWorld();
  });
  afterAll(() => world?.close());
  beforeEach((context: TestContext) => {
    if (!usesRealStores) context.skip('needs a PostgreSQL: npm test');
  });
  return () => {
    if (!world) throw new Error('needs a PostgreSQL: npm test');
    return world;
  };
};

export type NotedEvent = { readonly name: string; readonly reason: string | undefined };

export type HttpClient = {
  readonly credex: Credex;
  readonly events: NotedEvent[];
  readonly close: () => Promise<void>;
};

export const openHttpClient = (
  baseUrl: string,
  clock: Clock,
  tokenStore: TokenStore = createMemoryTokenStore({ clock }),
): HttpClient => {
  const callCore = createCallCore({ baseUrl, clientKey: CLIENT_KEY });
  const events: NotedEvent[] = [];
  const noteEvent = (name: string, { reason }: { readonly reason?: string } = {}): void =>
    void events.push({ name, reason });
  return {
    credex: createHttpCredex({ callCore, tokenStore, clock, noteEvent }),
    events,
    close: () => callCore.close(),
  };
};

export type Heard = {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
};
export type FakeCore = { readonly url: string; readonly heard: Heard[]; readonly close: () => Promise<void> };
export type Behave = (heard: Heard, response: ServerResponse) => void | Promise<void>;

/** A core that says whatever a test wants it to. */
export const openFakeCore = async (behave: Behave): Promise<FakeCore> => {
  const heard: Heard[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        path: request.url ?? '',
        headers: request.headers,
        body: JSON.parse(Buffer.concat(chunks).toString()),
      };
      heard.push(one);
      void behave(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    heard,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

export const MEMBER_ID = '5b0f7a52-6a0e-4c1f-9d0e-0a1b2c3d4e5f';
export const OTHER_ID = '0e3c1d2b-5a4f-4b6c-8d7e-9f0a1b2c3d4e';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token of core's; nobody but core can check the signature, so any will do. */
export const makeToken = (
  clock: Clock,
  claims: Readonly<Record<string, unknown>> = {},
  header: unknown = { alg: 'HS256', typ: 'JWT' },
): string => {
  const now = Math.floor(clock.now() / 1000);
  return `${encode(header)}.${encode({ memberID: MEMBER_ID, iat: now, lastActivity: now, absoluteExpiry: now + 21_600, ...claims })}.c2lnbmF0dXJl`;
};

export const makeDashboard = (memberID = MEMBER_ID) => ({
  member: {
    memberID,
    memberTier: 1,
    remainingAvailableUSD: 6.5,
    firstname: 'Tariro',
    lastname: 'Moyo',
    memberHandle: '263770000001',
    defaultDenom: 'USD',
  },
  accounts: [
    {
      accountID: '8c1d2e3f-1111-4222-8333-444455556666',
      accountName: 'Tariro Moyo Personal',
      accountHandle: '263770000001',
      accountType: 'PERSONAL',
      defaultDenom: 'USD',
      isOwnedAccount: true,
      balanceData: {
        securedNetBalancesByDenom: ['1,234.50 USD'] as unknown,
        unsecuredBalancesInDefaultDenom: { totalPayables: '0.00', totalReceivables: '0.00', netPayRec: '0.00' },
        netCredexAssetsInDefaultDenom: '1,234.50 USD',
      },
      pendingInData: {} as unknown,
      pendingOutData: [] as unknown,
    },
  ],
});

type Said = { readonly type: string; readonly details?: unknown; readonly dashboard?: unknown };

export const envelope = ({ type, details = {}, dashboard = {} }: Said) => ({
  message: 'said',
  data: { action: { id: null, type, timestamp: '2026-11-01T00:00:00.000Z', actor: 'system', details }, dashboard },
});

export const logInReply = (token: string, memberID = MEMBER_ID) =>
  envelope({
    type: 'MEMBER_LOGIN',
    details: { memberID, phone: '263770000001', token },
    dashboard: makeDashboard(memberID),
  });

export const dashboardReply = (memberID = MEMBER_ID) =>
  envelope({ type: 'DASHBOARD_RETRIEVED', dashboard: makeDashboard(memberID) });

export const say =
  (response: ServerResponse) =>
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
