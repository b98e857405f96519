import { openIsolatingWorker } from '../compose/isolation.ts';
import { serveUntilStopped } from '../compose/role.ts';
import type { CommandContext } from '../command.ts';
import { readKillAt } from '../kill-at.ts';

/** Lanes, delivery and jobs. Run as many as needed. */
export const run = async (context: CommandContext): Promise<number> => {
  const at = readKillAt(context);
  return serveUntilStopped(context, { role: 'work' }, async ({ ground, lifecycle }) => {
    const worker = await openIsolatingWorker(ground, context, at);
    lifecycle.onStop(() => worker.close());
    return {};
  });
};
