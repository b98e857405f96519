import { openIsolatingWorker } from '../compose/isolation.ts';
import { serveUntilStopped } from '../compose/role.ts';
import type { CommandContext } from '../command.ts';

/** Lanes, delivery and jobs. Run as many as needed. */
export const run = (context: CommandContext): Promise<number> =>
  serveUntilStopped(context, { role: 'work' }, async ({ ground, lifecycle }) => {
    const worker = await openIsolatingWorker(ground, context);
    lifecycle.onStop(() => worker.close());
    return {};
  });
