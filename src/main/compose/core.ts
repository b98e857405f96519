import { assert } from '../../base/assert.ts';
import { createCallCore } from '../../credex/call-core.ts';
import { createEmbeddedCredex } from '../../credex/embedded-client.ts';
import type { Credex } from '../../credex/credex.ts';
import { createHttpCredex } from '../../credex/http-client.ts';
import { createMemoryTokenStore } from '../../credex/memory-token-store.ts';
import { createTokenStore } from '../../credex/token-store.ts';
import { createLedger, type Ledger } from '../../ledger/ledger.ts';
import type { Ground } from './ground.ts';

/** The ledger of this program, over its own pool and transactions. */
export const composeLedger = ({ ledgerDatabase, config, clock }: Ground): Ledger =>
  createLedger({ database: ledgerDatabase, ring: config.keyRing, clock });

export type ComposedCredex = { readonly credex: Credex; readonly close: () => Promise<void> };

/** The credex core that this process talks to: the embedded ledger, or an external one over HTTP. */
export const composeCredex = (ground: Ground): ComposedCredex => {
  const { config, clock, noteEvent, redis, prefix, metrics } = ground;
  const { url, clientApiKeys } = config.core;
  if (url === 'embedded') {
    return { credex: createEmbeddedCredex({ ledger: composeLedger(ground) }), close: () => Promise.resolve() };
  }
  const [clientKey] = clientApiKeys;
  assert(clientKey, 'a core at a URL has a client key');
  const { caPem } = config.outbound;
  const callCore = createCallCore({
    baseUrl: url,
    clientKey,
    ...(caPem === undefined ? {} : { caPem }),
    observeMs: (ms) => metrics.observe('core_call', ms),
  });
  const tokenStore = redis
    ? createTokenStore({ redis, ring: config.keyRing, clock, keyPrefix: prefix })
    : createMemoryTokenStore({ clock });
  return { credex: createHttpCredex({ callCore, tokenStore, clock, noteEvent }), close: () => callCore.close() };
};
