import { isUuid, type IdentityId } from '../../base/id.ts';
import { settleTurn } from '../../queue/lanes.ts';
import { HEARTBEAT_MS } from '../../queue/queue.ts';
import { beatLeases, claimLanes } from '../../queue/store.ts';
import { composeCredex } from '../compose/core.ts';
import { composeTurn } from '../compose/worker.ts';
import { openRole } from '../compose/role.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';

/** Runs the head of one lane and ends: what brings this process down brings down nothing else. */
export const run = async (context: CommandContext): Promise<number> => {
  const [identityId = ''] = context.args.words;
  if (!isUuid(identityId)) return EXIT.failed;
  const { ground, lifecycle } = await openRole(context, { role: 'lane' });
  const { database, clock, noteEvent } = ground;
  const [claim] = await claimLanes(database, { kind: 'named', identityId: identityId as IdentityId }, clock.offsetMs());
  const core = composeCredex(ground);
  lifecycle.onStop(() => core.close());
  if (claim) {
    const beat = setInterval(
      () => void beatLeases(database, [claim], clock.offsetMs()).catch(() => undefined),
      HEARTBEAT_MS,
    );
    await settleTurn({ database, clock, noteEvent, runTurn: composeTurn(ground, core.credex) }, claim);
    clearInterval(beat);
  }
  lifecycle.stop(EXIT.done);
  return lifecycle.ended;
};
