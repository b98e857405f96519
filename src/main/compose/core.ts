import { createEmbeddedCredex } from '../../credex/embedded-client.ts';
import type { Credex } from '../../credex/credex.ts';
import { createLedger, type Ledger } from '../../ledger/ledger.ts';
import type { Ground } from './ground.ts';

/** The ledger of this program, over its own pool and transactions. */
export const composeLedger = ({ ledgerDatabase, config, clock }: Ground): Ledger =>
  createLedger({ database: ledgerDatabase, ring: config.keyRing, clock });

/** The credex core that this process talks to: the embedded ledger, or an external one over HTTP. */
export const composeCredex = (ground: Ground): Credex => createEmbeddedCredex({ ledger: composeLedger(ground) });
