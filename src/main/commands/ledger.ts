import { openLedgerServer } from '../compose/ledger-server.ts';
import { serveUntilStopped } from '../compose/role.ts';
import type { CommandContext } from '../command.ts';

/** The embedded ledger, served over HTTP in dialect C. */
export const run = (context: CommandContext): Promise<number> =>
  serveUntilStopped(context, { role: 'ledger' }, async ({ ground, lifecycle }) => {
    const server = await openLedgerServer(ground, { host: context.config.web.host, port: context.config.ledger.port });
    lifecycle.onStop(() => server.close());
    return { ledger: server.url };
  });
