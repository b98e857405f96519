import { systemClock } from '../../base/clock.ts';
import { controlMoney } from '../../payment/operate.ts';
import type { CommandContext } from '../command.ts';
import { onDatabase } from '../compose/one-database.ts';
import { EXIT } from '../exit-codes.ts';

const TIMEOUT_MS = 10_000;

const control = (context: CommandContext, stopped: boolean): Promise<number> =>
  onDatabase(context, { schema: 'bot', name: 'money', timeoutMs: TIMEOUT_MS }, async (database) => {
    const changed = await controlMoney({ database, clock: systemClock }, { stopped, actor: 'operator' });
    const state = stopped ? 'stopped' : 'started';
    context.print(changed ? `money is ${state}` : `money was ${state} already`);
    return EXIT.done;
  });

/** No payment is sent until it is started again; members who try are told so. */
export const stop = { run: (context: CommandContext): Promise<number> => control(context, true) };
export const start = { run: (context: CommandContext): Promise<number> => control(context, false) };
