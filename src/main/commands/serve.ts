import { openDoor } from '../compose/door.ts';
import { serveUntilStopped } from '../compose/role.ts';
import type { CommandContext } from '../command.ts';

/** The door: takes webhooks in. Run as many as needed behind one address. */
export const run = (context: CommandContext): Promise<number> =>
  serveUntilStopped(context, { role: 'serve' }, async ({ ground, lifecycle }) => {
    const { host, port } = context.config.web;
    const door = await openDoor(ground, { host, port });
    lifecycle.onStop(() => door.close());
    return { webhook: door.webhookUrl };
  });
