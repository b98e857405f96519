import { Agent, request } from 'node:http';
import { expect } from 'vitest';
import { createMovableClock, type Clock } from '../../src/base/clock.ts';
import type { LogFields } from '../../src/base/log.ts';
import { createKeyRing, type KeyRing } from '../../src/security/keyring.ts';
import { createSealKey } from '../../src/security/seal.ts';
import { createSecret } from '../../src/security/secret.ts';
import { openDoor, type Door } from '../../src/main/compose/door.ts';
import { createGround, type Ground } from '../../src/main/compose/ground.ts';
import type { Config } from '../../src/main/config.ts';
import { OUR_NUMBER_ID, signedHeaders } from './webhooks.ts';

/** The first signs; the second is the one it replaces. */
export const APP_SECRETS = [
  createSecret('app-secret-of-today-0123456789abcdef'),
  createSecret('app-secret-of-yesterday-fedcba9876543210'),
] as const;
export const VERIFY_TOKEN = 'verify-token-of-the-tests-0123456789';
const RING = createKeyRing([createSealKey('test.k1', Buffer.alloc(32, 9))]);

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};
export type Noted = { readonly event: string; readonly fields: LogFields };

export type TestDoor = {
  readonly door: Door;
  readonly ground: Ground;
  readonly events: Noted[];
  /** Every line that went to the log, to be searched for what may not be there. */
  readonly ask: (options: AskOptions) => Promise<Answer>;
  /** A body as Meta would post it. */
  readonly post: (body: Buffer) => Promise<Answer>;
  readonly close: () => Promise<void>;
};

export type AskOptions = {
  readonly method?: string;
  readonly path?: string;
  /** Names and values in turn, so that a name may come twice; Host is added where it is not given. */
  readonly headers?: readonly string[] | Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
};

export type TestDoorOptions = {
  readonly databaseUrl: string;
  readonly clock?: Clock;
  readonly ring?: KeyRing;
  readonly environment?: Config['environment'];
  readonly appSecrets?: Config['whatsapp']['appSecrets'];
};

/** One door as a process would have it: its own connections, keys and waiting room. */
export const openTestDoor = async (options: TestDoorOptions): Promise<TestDoor> => {
  const {
    databaseUrl,
    clock = createMovableClock(),
    ring = RING,
    environment = 'test',
    appSecrets = APP_SECRETS,
  } = options;
  const config = {
    environment,
    keyRing: ring,
    redis: { url: undefined, caPem: undefined },
    web: { trustedProxies: [], allowedHosts: ['127.0.0.1'] },
    whatsapp: { phoneNumberId: OUR_NUMBER_ID, appSecrets, verifyTokens: [createSecret(VERIFY_TOKEN)] },
  } as unknown as Config;
  const events: Noted[] = [];
  const log = (_level: string, event: string, fields: LogFields = {}): void => void events.push({ event, fields });
  const ground = createGround({
    config,
    clock,
    log,
    role: 'test door',
    databaseUrl,
    ledgerDatabaseUrl: databaseUrl,
    redisUrl: undefined,
  });
  const door = await openDoor(ground, { host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const ask = (wanted: AskOptions): Promise<Answer> => askAt(door.url, wanted, agent);
  return {
    door,
    ground,
    events,
    ask,
    post: (body) => ask({ method: 'POST', headers: signedHeaders(body, APP_SECRETS[0]), body }),
    close: async () => {
      agent.destroy();
      await door.close();
      await ground.close();
    },
  };
};

const askAt = (
  url: string,
  { method = 'GET', path = '/bot/webhook', headers = {}, body }: AskOptions,
  agent: Agent,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { host, hostname, port } = new URL(url);
    const length = body === undefined ? [] : ['Content-Length', String(body.length)];
    const given = Array.isArray(headers) ? headers : Object.entries(headers).flat();
    const names = given.map((name) => String(name).toLowerCase());
    const sent = request(
      {
        agent,
        hostname,
        port,
        method,
        path,
        headers: [
          ...(names.includes('host') ? [] : ['Host', host]),
          ...given,
          ...(names.includes('content-length') ? [] : length),
        ],
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts).toString(),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });

/** Looks again until `look` no longer throws; fails with what it threw last. */
export const until = async <T>(look: () => Promise<T>, withinMs = 5_000): Promise<T> => {
  let found: T | undefined;
  await expect.poll(async () => ((found = await look()), true), { timeout: withinMs, interval: 20 }).toBe(true);
  return found as T;
};
