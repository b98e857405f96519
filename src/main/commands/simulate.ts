import { openSimulator } from '../compose/simulator.ts';
import { beginLifecycle } from '../lifecycle.ts';
import { createMetrics } from '../../watch/metrics.ts';
import { createNoteEvent } from '../../watch/watch.ts';
import type { CommandContext } from '../command.ts';

/** WhatsApp, simulated: needs no store of ours. */
export const run = async (context: CommandContext): Promise<number> => {
  const { log, parent, snapshot, print } = context;
  const metrics = createMetrics();
  const lifecycle = beginLifecycle({
    role: 'simulate',
    log,
    noteEvent: createNoteEvent({ log, metrics }),
    parent,
    isRunByNpm: snapshot.isRunByNpm,
  });
  const simulator = await openSimulator(context);
  lifecycle.onStop(() => simulator.close());
  parent?.answerMetrics(() => metrics.registry.getMetricsAsJSON());
  if (parent) parent.sayReady({ simulator: simulator.url });
  else print(`simulator: ${simulator.url}`);
  return lifecycle.ended;
};
