import { describeError } from '../../base/fault.ts';
import { startLedgerServer, type LedgerServer } from '../../ledger/http/server.ts';
import { composeLedger } from './core.ts';
import type { Ground } from './ground.ts';

/** The embedded ledger over HTTP, in dialect C. */
export const openLedgerServer = (
  ground: Ground,
  at: { readonly host: string; readonly port: number },
): Promise<LedgerServer> => {
  const { config, clock, noteEvent } = ground;
  return startLedgerServer({
    ledger: composeLedger(ground),
    clock,
    clientKeys: config.core.clientApiKeys,
    jwtSecrets: config.ledger.jwtSecrets,
    host: at.host,
    port: at.port,
    noteFailure: (error) => noteEvent('ledger.request_failed', { detail: describeError(error) }),
  });
};
