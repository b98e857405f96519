import { afterAll, beforeAll, expect } from 'vitest';
import type { Credex } from '../../src/credex/credex.ts';
import { createEmbeddedCredex } from '../../src/credex/embedded-client.ts';
import { createTokenStore } from '../../src/credex/token-store.ts';
import { startLedgerServer } from '../../src/ledger/http/server.ts';
import { createSecret } from '../../src/security/secret.ts';
import { connectRedis, usesRealStores } from '../support/stores.ts';
import { CLIENT_KEY, openHttpClient, useLedgerWorld, type HttpClient } from './credex-fixture.ts';

/** Both implementations of the port on one seeded ledger: in this process, and over real HTTP with tokens in Redis. */
export const useCredexPorts = () => {
  const getWorld = useLedgerWorld();
  let client: HttpClient | undefined;
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    if (!usesRealStores) return;
    const { clock, ledger, ring, stores } = getWorld();
    const jwtSecrets = [createSecret('a jwt secret of the contract tests, long enough')];
    const noteFailure = (error: unknown): never => expect.fail(String(error));
    const server = await startLedgerServer({
      ledger,
      clock,
      clientKeys: [CLIENT_KEY],
      jwtSecrets,
      host: '127.0.0.1',
      port: 0,
      noteFailure,
    });
    const redis = connectRedis(stores.redisUrl);
    const tokenStore = createTokenStore({ redis, ring, clock, keyPrefix: stores.prefix });
    const opened = openHttpClient(server.url, clock, tokenStore);
    client = opened;
    closing.push(
      () => opened.close(),
      () => server.close(),
      () => redis.disconnect(),
    );
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });

  return {
    getWorld,
    getEmbedded: (): Credex => createEmbeddedCredex(getWorld()),
    getHttp: (): Credex => {
      if (!client) throw new Error('needs a PostgreSQL: npm test');
      return client.credex;
    },
  };
};
