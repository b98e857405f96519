import { openDoor } from '../compose/door.ts';
import { serveUntilStopped } from '../compose/role.ts';
import type { CommandContext } from '../command.ts';
import { readKillAt } from '../kill-at.ts';

/** The door: takes webhooks in. Run as many as needed behind one address. */
export const run = async (context: CommandContext): Promise<number> => {
  const at = readKillAt(context);
  return serveUntilStopped(context, { role: 'serve' }, async ({ ground, lifecycle }) => {
    const { host, port } = context.config.web;
    const door = await openDoor(ground, { host, port, ...(at && { at }) });
    lifecycle.onStop(() => door.close());
    return { webhook: door.webhookUrl };
  });
};
